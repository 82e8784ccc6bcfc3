"""What can stand in the way of changes among colleagues. A face turns these into sentences."""


class StaffError(Exception):
    pass


class LastAdmin(StaffError):
    """Without an active administrator nobody could manage staff any more."""


class AlreadyColleague(StaffError):
    """There is an account with this address."""


class TooManyInvitations(StaffError):
    """More invitations went out within an hour than a shop needs; somebody may be sending mail through us."""


class InvitationSpent(StaffError):
    """The invitation was accepted, revoked, has expired, or was never given out."""


class KeyNameTaken(StaffError):
    """Another key of the shop that is in force has this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


class NoSuchKey(StaffError):
    """No key of the shop that is in force has this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)
