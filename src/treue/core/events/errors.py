"""What can be wrong with the log and its reactions."""


class EventsError(Exception):
    pass


class UnknownReaction(EventsError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


class TwoReactionsOfOneName(EventsError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)
