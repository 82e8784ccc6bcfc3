"""What can be wrong with the log and its reactions."""


class EventsError(Exception):
    pass


class NotNow(EventsError):
    """A reaction cannot deal with anything at this moment, whatever it is handed: it is asked again in a while."""


class UnknownReaction(EventsError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


class TwoReactionsOfOneName(EventsError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


class LogIsBusy(EventsError):
    """Somebody reads or writes the log for so long that its tables cannot be changed now."""
