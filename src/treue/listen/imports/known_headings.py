"""A field that a file may hold, and the headings under which shops write it.

The names are those of hand-made lists in German and English and of the exports of Shopify, WooCommerce, Shopware,
JTL, Magento and Amazon. They stand in order of preference and are compared without case, accents, blanks and
punctuation.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """kind: what its values look like: text, code (an identifier with digits), email, number, money, share, time
    or identifier.
    """

    name: str
    kind: str
    headings: tuple[str, ...]


def named(name: str, kind: str, headings: str) -> Field:
    return Field(name, kind, tuple(heading.strip() for heading in headings.split(",")))


EMAIL = """
    email, e-mail, mail, customer email, email address, e-mail-adresse, mailadresse, kunden-email,
    billing email, email (billing), billing email address, buyer email, kunde e-mail, customer_email,
    customer.email, orderCustomer.email, rechnung e-mail, bill-to email
"""
COUNTRY = """
    country, land, country code, billing country, country code (billing), country name (billing),
    billing country code, shipping country, country code (shipping), ship country, lieferland,
    rechnungsland, ländercode, liefer-land, rechnung land, billing address country,
    billing_address.country.iso, country_id, land (iso), ship-country
"""
