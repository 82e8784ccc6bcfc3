"""What files of customers, products and acquisition costs may hold."""

from .known_headings import COUNTRY, EMAIL, named

CUSTOMERS = (
    named(
        "number",
        "identifier",
        """
        customer id, customer number, customer no, kundennummer, kunden-nr, kundennr, kd-nr, kdnr,
        kunden-id, customerNumber, customer code, debitor, debitorennummer, user id, client id, member id,
        mitgliedsnummer, kartennummer, card number, id, nummer, number, nr, customer, kunde
        """,
    ),
    named("email", "email", EMAIL),
    named(
        "name",
        "text",
        """
        name, full name, customer name, vor- und nachname, kundenname, display name, ansprechpartner,
        contact
        """,
    ),
    named(
        "first_name",
        "text",
        """
        first name, firstname, given name, vorname, first name (billing), billing first name, first_name,
        default address first name
        """,
    ),
    named(
        "last_name",
        "text",
        """
        last name, lastname, surname, family name, nachname, familienname, zuname, last name (billing),
        billing last name, last_name
        """,
    ),
    named(
        "phone",
        "text",
        """
        phone, phone number, telephone, mobile, mobile phone, telefon, telefonnummer, tel, tel., mobil,
        handy, mobilnummer, rufnummer, default address phone, billing phone, phone (billing), festnetz
        """,
    ),
    named(
        "company",
        "text",
        """
        company, company name, firma, firmenname, unternehmen, organisation, organization, default address
        company, billing company, company (billing)
        """,
    ),
    named(
        "street",
        "text",
        """
        street, street address, address, address 1, address line 1, address1, straße, strasse, straße und
        hausnummer, anschrift, adresse, default address address1, billing address 1, billing street
        """,
    ),
    named(
        "postcode",
        "text",
        """
        postcode, postal code, zip, zip code, zipcode, plz, postleitzahl, default address zip, billing
        postcode, postcode (billing), billing zip
        """,
    ),
    named(
        "city",
        "text",
        """
        city, town, stadt, ort, wohnort, default address city, billing city, city (billing)
        """,
    ),
    named("country", "text", "default address country code, default address country, " + COUNTRY),
    named(
        "birthday",
        "time",
        """
        birthday, birth date, date of birth, birthdate, dob, geburtstag, geburtsdatum, geb., geboren am
        """,
    ),
    named(
        "created",
        "time",
        """
        created at, created, customer since, date registered, registered, registration date, registriert am,
        registriert, erstellt am, erstelldatum, angelegt am, anlagedatum, kunde seit, sign up, signup date,
        signup, firstLogin, account creation date, anmeldedatum
        """,
    ),
    named(
        "newsletter",
        "text",
        """
        newsletter, accepts email marketing, accepts marketing, email marketing consent, newsletter opt-in,
        opt-in, optin, newsletter anmeldung, is_subscribed, subscribed, abonniert
        """,
    ),
)

PRODUCTS = (
    named(
        "code",
        "identifier",
        """
        sku, variant sku, product code, product number, product id, item code, item no, stock code,
        stockcode, article number, article no, articleNumber, productNumber, artikelnummer, artikel-nr,
        artikelnr, art-nr, art.-nr., produktnummer, produkt-id, produktcode, asin, ean, gtin, variant
        barcode, id, code, nummer, number, nr, product, produkt, artikel, item
        """,
    ),
    named(
        "name",
        "text",
        """
        name, title, product name, product title, titel, artikelname, artikelbezeichnung, bezeichnung,
        produktname, produktbezeichnung, description, beschreibung, item name, articleName, post_title
        """,
    ),
    named(
        "category",
        "text",
        """
        category, categories, product category, kategorie, kategorien, warengruppe, produktkategorie,
        artikelgruppe, produktgruppe, product group, product type, type, typ, department, sortiment,
        category name, kategorie ebene 1
        """,
    ),
    named(
        "price",
        "money",
        """
        price, variant price, regular price, preis, verkaufspreis, vk, vk-preis, vk brutto, bruttopreis,
        sale price, unit price, einzelpreis, list price
        """,
    ),
    named(
        "cost",
        "money",
        """
        cost, cost per item, unit cost, cost price, einkaufspreis, ek, ek-preis, ek netto, purchase price,
        einstandspreis, selbstkosten, kosten, wareneinsatz, cost of goods
        """,
    ),
    named(
        "margin",
        "share",
        """
        margin, gross margin, margin percent, marge, rohertrag, rohmarge, handelsspanne, deckungsbeitrag,
        db, spanne
        """,
    ),
)

COSTS = (
    named(
        "channel",
        "text",
        """
        channel, sales channel, marketing channel, acquisition channel, kanal, vertriebskanal, werbekanal,
        marketingkanal, source, quelle, medium
        """,
    ),
    # A month such as 2026-01 is no time of day that anybody could tell from a number.
    named("month", "text", "month, monat, period, periode, zeitraum, date, datum, day, tag"),
    named(
        "amount",
        "money",
        """
        amount, cost, costs, acquisition cost, acquisition costs, spend, ad spend, marketing cost, marketing spend,
        betrag, kosten, ausgaben, werbekosten, akquisekosten, marketingkosten, summe, sum, total
        """,
    ),
)
