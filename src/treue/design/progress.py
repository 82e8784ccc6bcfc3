"""Work that waits, as its card shows it."""

from dataclasses import dataclass

from treue.design.figures import Link


@dataclass(frozen=True)
class Progress:
    """name: what is being done. percent: 0 to 100, None while it cannot be known. detail: "11.470 von 18.500, noch
    2 min". poll_url: where a fresh card is fetched every two seconds while it waits or runs. cancel_url: where
    a POST cancels it. message: how it ended. state: "waiting", "running", "done", "failed" or "cancelled".
    """

    name: str
    percent: int | None = None
    percent_text: str = ""
    detail: str = ""
    state: str = "running"
    poll_url: str = ""
    cancel_url: str = ""
    message: str = ""
    next_step: Link | None = None

    @property
    def moves(self) -> bool:
        return self.state in {"waiting", "running"}
