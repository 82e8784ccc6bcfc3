"""A member as a test sees it: what they have, and what they do at which moment."""

from datetime import UTC, datetime, timedelta

from treue.act.loyalty import ledger
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Account, Lot, Member, Programme, Wallet
from treue.core.customers.models import Customer

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def day(number: int) -> datetime:
    """Noon of a day, counted from the first of June."""
    return NOON + timedelta(days=number)


class Members:
    """Makes members, and earns and spends for them with keys of their own."""

    def __init__(self, programme: Programme) -> None:
        self.programme, self._count = programme, 0

    def add(self, name: str = "anna") -> int:
        customer = Customer.objects.create(shop=self.programme.shop, number=name)
        made = Member.objects.create(
            programme=self.programme, customer=customer, number=name, joined_at=day(-100), earns_from=day(-100)
        )
        ledger.open_accounts(self.programme, [made])
        return made.pk

    def key(self) -> str:
        self._count += 1
        return f"key {self._count}"

    def earn(self, member: int, points: int, **more: object) -> int:
        """As in `earning`. Returns the journal."""
        return ledger.earn(self.programme, [self.earning(member, points, **more)])[0].journal

    def earning(
        self, member: int, points: int, *, at: int = 0, pending: int = 0, lasts: int | None = None, **more: object
    ) -> Earning:
        """pending, lasts: in days."""
        given = {
            "key": self.key(),
            "at": day(at),
            "available_from": day(at + pending),
            "expires_at": None if lasts is None else day(at + lasts),
            "reason": "order",
        }
        return Earning(member, points, **(given | more))

    def burn(self, member: int, points: int, *, at: int = 0, **more: object) -> int:
        return ledger.burn(
            self.programme, member, points, **({"key": self.key(), "at": day(at), "reason": "reward"} | more)
        )

    def hold(self, member: int, points: int, *, at: int = 0, lasts: int = 1) -> int:
        return ledger.hold(
            self.programme, member, points, until=day(at + lasts), key=self.key(), at=day(at), reason="reward"
        )

    def take_back(self, journal: int, total: int, *, at: int = 0, **more: object) -> int | None:
        given = {"key": self.key(), "at": day(at), "reason": "refund"}
        return ledger.take_back(self.programme, journal, total=total, **(given | more))

    def give_back(self, journal: int, total: int, *, at: int = 0) -> int | None:
        return ledger.give_back(self.programme, journal, total=total, key=self.key(), at=day(at), reason="rolled back")

    def activate(self, *, at: int) -> None:
        while ledger.activate(self.programme, at=day(at), most=1000):
            pass

    def expire(self, *, at: int) -> None:
        while ledger.expire(self.programme, at=day(at), most=1000):
            pass


def has(member: int) -> dict[str, int]:
    """What a member has in each wallet, without the empty ones."""
    accounts = Account.objects.filter(member=member).order_by("wallet")
    return {Wallet(each.wallet).name.lower(): each.balance for each in accounts if each.balance}


def lots(member: int) -> list[int]:
    """What can still be spent of each lot, the eldest first."""
    return list(Lot.objects.filter(member=member).order_by("pk").values_list("remaining", flat=True))
