"""Why no pass can be signed, each with the facts that a face needs to say it in a sentence; never a key or its text."""

from datetime import date


class KeyProblem(Exception):
    """Base of what is wrong with the signing keys."""


class SettingsMissing(KeyProblem):
    """Some are set, and these are not."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class FileUnusable(KeyProblem):
    """It is not there, cannot be read, or does not hold what it should."""

    def __init__(self, setting: str) -> None:
        super().__init__(setting)
        self.setting = setting


class CertificateExpired(KeyProblem):
    def __init__(self, setting: str, last_day: date) -> None:
        super().__init__(f"{setting} {last_day}")
        self.setting = setting
        self.last_day = last_day


class OtherName(KeyProblem):
    """The certificate is for another pass type id or team than is set."""

    def __init__(self, setting: str, found: str) -> None:
        super().__init__(f"{setting} {found}")
        self.setting = setting
        self.found = found


class KeysDoNotMatch(KeyProblem):
    """The key is not the certificate's, or the certificate is not by the intermediate one."""

    def __init__(self, setting: str) -> None:
        super().__init__(setting)
        self.setting = setting
