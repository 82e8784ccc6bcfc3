"""What the demo shop's customers agreed to, and how they want to be spoken to."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import override

from treue.core.customers import consent, consent_texts, preferences
from treue.core.customers.consent_proof import Proof
from treue.core.customers.consent_wording import LANGUAGES
from treue.core.customers.models import Channel, ConsentRecord, ConsentText, Customer, Preference, Purpose
from treue.core.shop.models import Shop
from treue.listen.demo.choosing import between, chance, one
from treue.listen.demo.visits import address

Source = ConsentRecord.Source
GERMAN_SPEAKING = ("DE", "AT", "CH")
FORM = "https://shop.example/newsletter"
TEXTS_SINCE, LATELY = timedelta(days=400), timedelta(days=35)
SIGN_UP, EVALUATED, BY_POST, PREFER = 0.75, 0.35, 0.12, 0.3
FORGETS, REGRETS = 9, 7  # every ninth who signs up does not confirm, every seventh withdraws


def texts(shop: Shop, now: datetime) -> dict[tuple[str, str], ConsentText]:
    """The shop's texts, by purpose and language."""
    since = now - TEXTS_SINCE
    added = [
        text
        for purpose, worded in ((Purpose.MARKETING, _newsletter), (Purpose.PROFILING, _evaluation))
        for text in consent_texts.add(
            shop=shop,
            purpose=purpose.value,
            version=f"{since:%Y-%m}",
            texts={language: _in(language, worded) for language in LANGUAGES},
            valid_from=since,
            by=None,
        )
    ]
    return {(text.purpose, text.language): text for text in added}


def _in(language: str, worded: Callable[[], str]) -> str:
    with override(language):
        return worded()


def _newsletter() -> str:
    return _(
        "Yes, I would like the tea house's newsletter with new teas and offers by e-mail, about twice a month. I can "
        "withdraw at any time by the link in each letter."
    )


def _evaluation() -> str:
    return _(
        "The tea house may evaluate what I buy and look at, so that its offers fit me. I can withdraw at any time."
    )


class Journal:
    """Writes down what customers answered, one after the other."""

    def __init__(self, shop: Shop, rng: np.random.Generator, now: datetime) -> None:
        self._rng, self._now = rng, now
        self._texts = texts(shop, now)
        self._signed_up = count(1)

    def tell(self, customers: Sequence[Customer]) -> None:
        for each in customers:
            if chance(self._rng, SIGN_UP):
                self._newsletter(each)
            if chance(self._rng, EVALUATED):
                self._agree(each, Purpose.PROFILING, Channel.NONE, Source.SHOP, self._moment())
            if chance(self._rng, BY_POST):
                self._by_post(each)
            if chance(self._rng, PREFER):
                self._prefer(each)

    def _newsletter(self, customer: Customer) -> None:
        """Signed up by a form, most of them confirmed; some do not want it any more."""
        place, asked_at = next(self._signed_up), self._moment()
        requested = self._agree(customer, Purpose.MARKETING, Channel.EMAIL, Source.FORM, asked_at)
        if place % FORGETS == 0:
            return
        confirmed_at = asked_at + timedelta(seconds=int(self._rng.integers(40, 7200)))
        consent.confirm(requested=requested, happened_at=confirmed_at, proof=Proof(ip=address(self._rng)))
        if place % REGRETS == 0:
            consent.withdraw(
                customer=customer,
                purpose=Purpose.MARKETING,
                channel=Channel.EMAIL,
                happened_at=between(self._rng, max(confirmed_at, self._now - LATELY), self._now),
                source=Source.FORM,
                proof=Proof(form=FORM + "/unsubscribe"),
            )

    def _agree(
        self, customer: Customer, purpose: Purpose, channel: Channel, source: Source, at: datetime
    ) -> ConsentRecord:
        return consent.give(
            customer=customer,
            purpose=purpose,
            channel=channel,
            happened_at=at,
            source=source,
            text=self._texts[purpose, _language(customer)],
            proof=Proof(ip=address(self._rng), form=FORM),
        )

    def _by_post(self, customer: Customer) -> None:
        consent.give(
            customer=customer,
            purpose=Purpose.MARKETING,
            channel=Channel.POST,
            happened_at=self._moment(),
            source=Source.PAPER,
            note=_("Card filled in at the store, folder %(number)s") % {"number": int(self._rng.integers(1, 5))},
        )

    def _prefer(self, customer: Customer) -> None:
        salutations = [Preference.Salutation.SIE, Preference.Salutation.DU]
        values = {
            "channel": Channel.EMAIL.value,
            "most_messages": int(self._rng.integers(1, 5)),
            "per": Preference.Per.MONTH.value,
            "language": _language(customer),
            **({"salutation": one(self._rng, salutations).value} if _language(customer) == "de" else {}),
            **({"hour_from": 17, "hour_to": 21} if chance(self._rng, 0.3) else {}),
        }
        preferences.change(customer=customer, values=values, now=self._moment(), source=Source.FORM)

    def _moment(self) -> datetime:
        """More of them lately, where the timelines begin."""
        since = self._now - (LATELY if chance(self._rng, 0.6) else TEXTS_SINCE)
        return between(self._rng, since, self._now - timedelta(hours=3))


def _language(customer: Customer) -> str:
    return "de" if customer.country in GERMAN_SPEAKING else "en"
