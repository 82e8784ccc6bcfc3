"""What a file may hold, and the headings under which shops write it.

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


def _field(name: str, kind: str, headings: str) -> Field:
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

ORDERS = (
    _field(
        "customer",
        "identifier",
        """
        customer id, customer number, customer no, customer nr, cust id, kundennummer, kunden-nr, kundennr,
        kd-nr, kdnr, kunden-id, kunden id, debitor, debitorennummer, debitor nr, customer_user, user id,
        customerId, customerNumber, orderCustomer.customerNumber, customer code, client id, member id,
        mitgliedsnummer, kartennummer, card number, buyer id, customer, kunde, kundin, client, buyer, käufer,
        customer username, benutzer
        """,
    ),
    _field("email", "email", EMAIL),
    _field(
        "order",
        "code",
        """
        order id, order number, order no, order nr, order, order #, bestellnummer, bestell-nr, bestellnr,
        bestell-id, bestellung, auftragsnummer, auftrags-nr, auftragsnr, auftrag, ext. auftragsnummer,
        orderNumber, increment id, amazon-order-id, transaction id, invoice, invoice no, invoice number,
        invoiceno, rechnungsnummer, rechnungs-nr, rechnungsnr, rechnung, belegnummer, beleg-nr, belegnr,
        beleg, bon, bonnummer, bon-nr, receipt, receipt no, receipt number, ticket, vorgang, vorgangsnummer,
        transaction, transaktion, transaktionsnummer, order name, name
        """,
    ),
    _field(
        "time",
        "time",
        """
        order date, order time, ordered at, order datetime, orderDateTime, orderTime, created at, purchase
        date, purchased at, bestelldatum, bestellt am, bestellzeit, bestellzeitpunkt, auftragsdatum,
        erstelldatum, erstellt am, kaufdatum, purchase-date, date created, date paid, paid at, paid date,
        invoice date, invoicedate, rechnungsdatum, belegdatum, bondatum, buchungsdatum, transaction date,
        transaction time, timestamp, zeitstempel, datetime, date time, datum/uhrzeit, datum und uhrzeit,
        zeitpunkt, datum, date, time, zeit, tag, day
        """,
    ),
    _field(
        "amount",
        "money",
        """
        line total, line amount, order line total, item total, line revenue, positionsbetrag,
        positionssumme, positionswert, zeilenbetrag, zeilensumme, gesamtpreis position, row total,
        row_total, row total incl tax, item-price, item subtotal, order line subtotal, line subtotal,
        amount, betrag, betrag brutto, bruttobetrag, umsatz, umsatz brutto, bruttoumsatz, revenue, sales,
        turnover, net sales, n. revenue, net revenue, gross revenue, spend, spent, value, wert, warenwert,
        summe, betrag netto, nettobetrag, umsatz netto, nettoumsatz, gesamtpreis, dollars, total price,
        amount paid
        """,
    ),
    _field(
        "quantity",
        "number",
        """
        quantity, qty, menge, anzahl, stück, stückzahl, stk, lineitem quantity, item quantity, quantity
        purchased, quantity-purchased, quantity shipped, qty ordered, qty_ordered, anzahl artikel,
        bestellmenge, units, items sold, pieces, quantity (- refund), units sold, order quantity
        """,
    ),
    _field(
        "price",
        "money",
        """
        price, unit price, item price, lineitem price, preis, einzelpreis, stückpreis, e-preis, vk,
        vk-preis, verkaufspreis, vk brutto, bruttopreis, preis brutto, item cost, unit price gross, price
        incl tax, base price, original price, vk netto, nettopreis, preis netto, price each, price per unit
        """,
    ),
    _field(
        "product",
        "identifier",
        """
        sku, lineitem sku, item sku, product sku, product id, product code, product number, stock code,
        stockcode, item code, item no, item number, item id, article number, article no, article id,
        articleNumber, artikelnummer, artikel-nr, artikelnr, art-nr, artnr, art.-nr., produktnummer,
        produkt-id, produktcode, asin, ean, gtin, variant sku, variant id, product, produkt, artikel,
        article, item
        """,
    ),
    _field(
        "product_name",
        "text",
        """
        product name, lineitem name, item name, product title, title, artikelname, artikelbezeichnung,
        bezeichnung, produktname, produktbezeichnung, description, beschreibung, item description, product
        description, articleName, artikeltext, positionstext, product-name, titel, product(s)
        """,
    ),
    _field(
        "category",
        "text",
        """
        category, product category, kategorie, warengruppe, produktkategorie, artikelgruppe, produktgruppe,
        product group, product type, department, abteilung, sortiment, category name, lineitem category
        """,
    ),
    _field(
        "channel",
        "text",
        """
        channel, sales channel, kanal, vertriebskanal, verkaufskanal, absatzweg, source, quelle, source
        name, plattform, platform, marketplace, marktplatz, purchase point, store name, store, filiale,
        fil., markt, outlet, shop, herkunft, origin, sales-channel, attribution, verkaufsstelle
        """,
    ),
    _field("country", "text", COUNTRY),
    _field(
        "currency",
        "text",
        """
        currency, currency code, währung, waehrung, währungscode, order currency, order currency code,
        order_currency_code, iso currency, währungskürzel, whg, wkz, currencyIso, currency iso
        """,
    ),
    _field(
        "type",
        "text",
        """
        type, typ, belegart, vorgangsart, transaction type, transaktionsart, buchungsart, art, kind, order
        type, document type, bewegungsart, record type, line type
        """,
    ),
    _field(
        "status",
        "text",
        """
        financial status, order status, bestellstatus, auftragsstatus, order state, status, state, zustand,
        order-status, payment status, zahlungsstatus
        """,
    ),
    _field(
        "refund_of",
        "identifier",
        """
        refund of, refunds order, original order, original order id, original order number, original
        invoice, refunded order, parent order, parent order number, bezug, bezugsbeleg, ursprungsbeleg,
        ursprungsbestellung, ursprungsrechnung, originalbestellung, originalbeleg, gutschrift zu, storno zu,
        storno von, zu rechnung, zu bestellung, zu auftrag, bezieht sich auf
        """,
    ),
    _field(
        "reason",
        "text",
        """
        refund reason, return reason, reason, grund, retourengrund, rückgabegrund, stornogrund,
        erstattungsgrund, cancellation reason, cancel reason, return-reason
        """,
    ),
    _field(
        "cost",
        "money",
        """
        cost, costs, total cost, line cost, cogs, kosten, wareneinsatz, warenkosten, ek gesamt, cost of
        goods, cost of goods sold, einstandswert
        """,
    ),
    _field(
        "unit_cost",
        "money",
        """
        unit cost, cost per item, cost price, einkaufspreis, ek-preis, ek, ek netto, purchase price,
        einstandspreis, cost per unit, base cost
        """,
    ),
)

# People share names, so that a name says who bought only where nothing better does.
CUSTOMER_NAME = _field(
    "customer",
    "text",
    "customer name, kundenname, buyer name, buyer-name, käufername, billing name, bill-to name, rechnungsname",
)

# An order's total stands in each of its lines: it is their amount only where they have no price of their own.
ORDER_TOTAL = _field(
    "amount",
    "money",
    """
    total, order total, order total amount, gesamtbetrag, gesamtsumme, gesamt, bestellwert,
    bestellsumme, auftragswert, auftragssumme, rechnungsbetrag, rechnungssumme, grand total,
    grand_total, grand total (base), grand total (purchased), base grand total, invoiceAmount, invoice
    amount, amountTotal, order amount, order value, endbetrag, endsumme, zahlbetrag, bruttosumme,
    gesamtbetrag brutto, invoice total, sum
    """,
)

# Headings that mean something else in an export that another heading gives away: Amazon's price is the line's.
HABITS = (("amazon-order-id", {"amount": "item-price"}),)

CUSTOMERS = (
    _field(
        "number",
        "identifier",
        """
        customer id, customer number, customer no, kundennummer, kunden-nr, kundennr, kd-nr, kdnr,
        kunden-id, customerNumber, customer code, debitor, debitorennummer, user id, client id, member id,
        mitgliedsnummer, kartennummer, card number, id, nummer, number, nr, customer, kunde
        """,
    ),
    _field("email", "email", EMAIL),
    _field(
        "name",
        "text",
        """
        name, full name, customer name, vor- und nachname, kundenname, display name, ansprechpartner,
        contact
        """,
    ),
    _field(
        "first_name",
        "text",
        """
        first name, firstname, given name, vorname, first name (billing), billing first name, first_name,
        default address first name
        """,
    ),
    _field(
        "last_name",
        "text",
        """
        last name, lastname, surname, family name, nachname, familienname, zuname, last name (billing),
        billing last name, last_name
        """,
    ),
    _field(
        "phone",
        "text",
        """
        phone, phone number, telephone, mobile, mobile phone, telefon, telefonnummer, tel, tel., mobil,
        handy, mobilnummer, rufnummer, default address phone, billing phone, phone (billing), festnetz
        """,
    ),
    _field(
        "company",
        "text",
        """
        company, company name, firma, firmenname, unternehmen, organisation, organization, default address
        company, billing company, company (billing)
        """,
    ),
    _field(
        "street",
        "text",
        """
        street, street address, address, address 1, address line 1, address1, straße, strasse, straße und
        hausnummer, anschrift, adresse, default address address1, billing address 1, billing street
        """,
    ),
    _field(
        "postcode",
        "text",
        """
        postcode, postal code, zip, zip code, zipcode, plz, postleitzahl, default address zip, billing
        postcode, postcode (billing), billing zip
        """,
    ),
    _field(
        "city",
        "text",
        """
        city, town, stadt, ort, wohnort, default address city, billing city, city (billing)
        """,
    ),
    _field("country", "text", "default address country code, default address country, " + COUNTRY),
    _field(
        "birthday",
        "time",
        """
        birthday, birth date, date of birth, birthdate, dob, geburtstag, geburtsdatum, geb., geboren am
        """,
    ),
    _field(
        "created",
        "time",
        """
        created at, created, customer since, date registered, registered, registration date, registriert am,
        registriert, erstellt am, erstelldatum, angelegt am, anlagedatum, kunde seit, sign up, signup date,
        signup, firstLogin, account creation date, anmeldedatum
        """,
    ),
    _field(
        "newsletter",
        "text",
        """
        newsletter, accepts email marketing, accepts marketing, email marketing consent, newsletter opt-in,
        opt-in, optin, newsletter anmeldung, is_subscribed, subscribed, abonniert
        """,
    ),
)

PRODUCTS = (
    _field(
        "code",
        "identifier",
        """
        sku, variant sku, product code, product number, product id, item code, item no, stock code,
        stockcode, article number, article no, articleNumber, productNumber, artikelnummer, artikel-nr,
        artikelnr, art-nr, art.-nr., produktnummer, produkt-id, produktcode, asin, ean, gtin, variant
        barcode, id, code, nummer, number, nr, product, produkt, artikel, item
        """,
    ),
    _field(
        "name",
        "text",
        """
        name, title, product name, product title, titel, artikelname, artikelbezeichnung, bezeichnung,
        produktname, produktbezeichnung, description, beschreibung, item name, articleName, post_title
        """,
    ),
    _field(
        "category",
        "text",
        """
        category, categories, product category, kategorie, kategorien, warengruppe, produktkategorie,
        artikelgruppe, produktgruppe, product group, product type, type, typ, department, sortiment,
        category name, kategorie ebene 1
        """,
    ),
    _field(
        "price",
        "money",
        """
        price, variant price, regular price, preis, verkaufspreis, vk, vk-preis, vk brutto, bruttopreis,
        sale price, unit price, einzelpreis, list price
        """,
    ),
    _field(
        "cost",
        "money",
        """
        cost, cost per item, unit cost, cost price, einkaufspreis, ek, ek-preis, ek netto, purchase price,
        einstandspreis, selbstkosten, kosten, wareneinsatz, cost of goods
        """,
    ),
    _field(
        "margin",
        "share",
        """
        margin, gross margin, margin percent, marge, rohertrag, rohmarge, handelsspanne, deckungsbeitrag,
        db, spanne
        """,
    ),
)

COSTS = (
    _field(
        "channel",
        "text",
        """
        channel, sales channel, marketing channel, acquisition channel, kanal, vertriebskanal, werbekanal,
        marketingkanal, source, quelle, medium
        """,
    ),
    # A month such as 2026-01 is no time of day that anybody could tell from a number.
    _field("month", "text", "month, monat, period, periode, zeitraum, date, datum, day, tag"),
    _field(
        "amount",
        "money",
        """
        amount, cost, costs, acquisition cost, acquisition costs, spend, ad spend, marketing cost, marketing spend,
        betrag, kosten, ausgaben, werbekosten, akquisekosten, marketingkosten, summe, sum, total
        """,
    ),
)

FIELDS = {"orders": ORDERS, "customers": CUSTOMERS, "products": PRODUCTS, "costs": COSTS}
