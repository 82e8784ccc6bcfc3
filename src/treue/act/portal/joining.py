"""Join the programme by oneself."""

from datetime import datetime

from django.db import transaction

from treue.act.loyalty import membership, reading
from treue.act.loyalty.models import Member
from treue.act.portal import known, sessions, strangers
from treue.act.portal.errors import NotTaken
from treue.act.portal.models import Portal
from treue.act.portal.sessions import SignedIn
from treue.core.customers import consent, consent_texts, writing
from treue.core.customers.consent_proof import Proof
from treue.core.customers.models import Channel, ConsentRecord, ConsentText, Customer, Purpose
from treue.core.shop.models import Shop


def join(
    *, portal: Portal, signed_in: SignedIn, name: str, agreed: ConsentText | None, proof: Proof, now: datetime
) -> Member | None:
    """Make whoever is signed in a member; of whom the shop knows nothing becomes a customer by it.

    agreed: the text to which they said yes, for advertising by e-mail. Returns None where there is no programme.
    Raises NotTaken, NobodysAddress.
    """
    programme = reading.programme_of(portal.shop)
    if programme is None:
        return None
    with transaction.atomic():
        customer = signed_in.customer or _new_customer(portal, signed_in, name, now)
        member, _is_new = membership.join(programme=programme, customer=customer, at=now)
        if agreed is not None:
            agree(customer=customer, text=agreed, proof=proof, now=now)
    return member


def _new_customer(portal: Portal, signed_in: SignedIn, name: str, now: datetime) -> Customer:
    """Two browsers with the same address at once make one customer."""
    if not portal.takes_strangers:
        raise NotTaken
    Shop.objects.select_for_update(no_key=True).get(pk=portal.shop_id)
    email = signed_in.session.email
    customer = known.by_address(portal.shop, email)
    if customer is None:
        values = {"email": email, "name": name, "signed_up_at": now}
        made, _is_new = writing.put(shop=portal.shop, number=strangers.fresh_number(), values=values, now=now)
        customer = Customer.objects.select_related("shop").get(pk=made)
    sessions.know(signed_in, customer, now=now)
    return customer


def advertising_text(shop: Shop, language: str, now: datetime) -> ConsentText | None:
    """What somebody is shown who is asked whether they want advertising by e-mail; None: they are not asked."""
    return consent_texts.current(shop, Purpose.MARKETING, language, now)


def agree(*, customer: Customer, text: ConsentText, proof: Proof, now: datetime) -> ConsentRecord:
    """The address was confirmed by the code with which they signed in: no second mail is needed."""
    return consent.give(
        customer=customer,
        purpose=text.purpose,
        channel=Channel.EMAIL,
        happened_at=now,
        source=ConsentRecord.Source.FORM,
        text=text,
        proof=proof,
    )
