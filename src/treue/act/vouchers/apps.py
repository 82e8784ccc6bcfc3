from django.apps import AppConfig


class VouchersConfig(AppConfig):
    name = "treue.act.vouchers"
    label = "vouchers"

    def ready(self) -> None:
        from treue.act.vouchers import happenings, tasks, wording  # noqa: F401 - they make themselves known
