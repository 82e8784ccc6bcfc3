"""Columns guessed from what shops really call them, in German and English, and from their exports."""

import pytest

from treue.listen.imports.columns import Doubt, Mapping, guess
from treue.listen.imports.errors import MissingColumn, UnknownColumn, UnknownField, UnreadableColumn

ORDERS = {
    "a hand-made list in German": {
        "customer": ("Kd-Nr", "11930"),
        "order": ("Bestellnr", "2026-41877"),
        "time": ("Datum", "03.07.2026"),
        "amount": ("Betrag brutto", "1.088,00"),
        "channel": ("Fil.", "LEJ"),
        "email": ("Mail", "clara@example.org"),
        "": ("Anrede", "Frau"),
    },
    "a hand-made list in English": {
        "customer": ("Customer ID", "13085.0"),
        "order": ("Invoice", "C489434"),
        "time": ("InvoiceDate", "2009-12-01 07:45:00"),
        "quantity": ("Quantity", "-12"),
        "price": ("Price", "6.95"),
        "product": ("StockCode", "79323P"),
        "product_name": ("Description", "PINK CHERRY LIGHTS"),
        "country": ("Country", "United Kingdom"),
    },
    "Shopify": {
        "order": ("Name", "#1001"),
        "email": ("Email", "a@example.org"),
        "status": ("Financial Status", "paid"),
        "time": ("Created at", "2019-06-03 12:32:57 +0200"),
        "currency": ("Currency", "EUR"),
        "quantity": ("Lineitem quantity", "2"),
        "product_name": ("Lineitem name", "Tasse"),
        "price": ("Lineitem price", "12.50"),
        "product": ("Lineitem sku", "T1"),
        "country": ("Billing Country", "DE"),
        "channel": ("Source", "web"),
        "": ("Paid at", "2019-06-03 12:33:57 +0200"),
        " ": ("Subtotal", "25.00"),
        "  ": ("Shipping", "4.90"),
        "   ": ("Taxes", "4.77"),
        "    ": ("Total", "29.90"),
        "     ": ("Discount Amount", "0.00"),
        "      ": ("Billing Name", "Anna A"),
    },
    "WooCommerce": {
        "order": ("Order Number", "1001"),
        "time": ("Order Date", "2026-07-03 14:30"),
        "status": ("Order Status", "completed"),
        "customer": ("Customer User", "7"),
        "email": ("Email (Billing)", "a@example.org"),
        "country": ("Country Code (Billing)", "DE"),
        "product": ("SKU", "T1"),
        "product_name": ("Item Name", "Tasse"),
        "quantity": ("Quantity (- Refund)", "2"),
        "price": ("Item Cost", "12.5"),
        "": ("Order Total Amount", "29.90"),
        " ": ("Order Shipping Amount", "4.90"),
    },
    "Shopware": {
        "order": ("orderNumber", "10001"),
        "time": ("orderDateTime", "2026-07-03T12:30:00.000+00:00"),
        "customer": ("orderCustomer.customerNumber", "10007"),
        "email": ("orderCustomer.email", "a@example.org"),
        "amount": ("amountTotal", "29.9"),
        "country": ("billing_address.country.iso", "DE"),
    },
    "JTL": {
        "order": ("Auftragsnummer", "AU202607-1"),
        "customer": ("Kundennummer", "K7"),
        "time": ("Erstelldatum", "03.07.2026 14:30:05"),
        "product": ("Artikelnummer", "T1"),
        "product_name": ("Artikelname", "Tasse"),
        "quantity": ("Menge", "2,0000"),
        "price": ("VK brutto", "12,50"),
        "currency": ("Währung", "EUR"),
        "channel": ("Plattform", "Amazon"),
        "unit_cost": ("EK netto", "4,00"),
        "category": ("Warengruppe", "Küche"),
    },
    "Magento": {
        "order": ("increment_id", "000000001"),
        "time": ("created_at", "2026-07-03 12:30:00"),
        "customer": ("customer_id", "7"),
        "email": ("customer_email", "a@example.org"),
        "amount": ("grand_total", "29.9000"),
        "currency": ("order_currency_code", "EUR"),
        "channel": ("store_name", "Main"),
        "country": ("country_id", "DE"),
    },
    "Amazon": {
        "order": ("amazon-order-id", "302-1234567-1234567"),
        "time": ("purchase-date", "2026-07-03T12:30:00+00:00"),
        "email": ("buyer-email", "x@marketplace.amazon.de"),
        "product": ("sku", "T1"),
        "product_name": ("product-name", "Tasse"),
        "quantity": ("quantity-purchased", "2"),
        "currency": ("currency", "EUR"),
        "amount": ("item-price", "25.00"),
        "country": ("ship-country", "DE"),
        "channel": ("sales-channel", "Amazon.de"),
        "": ("shipping-price", "4.90"),
        " ": ("item-tax", "4.77"),
        "  ": ("buyer-name", "Anna A"),
    },
    "a till with returns": {
        "customer": ("Kartennummer", "4711"),
        "order": ("Bon-Nr.", "17"),
        "time": ("Bondatum", "3.7.2026 14:30"),
        "amount": ("Umsatz (€)", "12,50"),
        "type": ("Vorgangsart", "Verkauf"),
        "refund_of": ("Storno zu", "B-12"),
        "reason": ("Retourengrund", "zu klein"),
        "channel": ("Filiale", "Leipzig"),
    },
    "sums per order": {
        "customer": ("Kunde", "7"),
        "order": ("Bestellung", "B-1"),
        "time": ("Bestelldatum", "3.7.2026"),
        "amount": ("Gesamtbetrag", "29,90"),
        "": ("Versandkosten", "4,90"),
    },
}


def mapped(export: dict[str, tuple[str, str]], what: str = "orders") -> Mapping:
    row = dict(export.values())
    return guess(list(row), [row], what)


@pytest.mark.parametrize("shop", ORDERS)
def test_a_shops_columns_are_found(shop: str) -> None:
    expected = {field: column for field, (column, _) in ORDERS[shop].items() if field.strip()}
    mapping = mapped(ORDERS[shop])
    assert dict(mapping.columns) == expected
    assert mapping.left_out == tuple(column for field, (column, _) in ORDERS[shop].items() if not field.strip())
    assert (mapping.missing, mapping.doubts) == ((), ())


def test_customers_of_a_shop_are_found() -> None:
    export = {
        "number": ("Kundennummer", "7"),
        "email": ("E-Mail-Adresse", "a@example.org"),
        "first_name": ("Vorname", "Anna"),
        "last_name": ("Nachname", "Ä"),
        "phone": ("Telefon", "0341 1234"),
        "company": ("Firma", "X GmbH"),
        "street": ("Straße", "Ring 1"),
        "postcode": ("PLZ", "04103"),
        "city": ("Ort", "Leipzig"),
        "country": ("Land", "DE"),
        "birthday": ("Geburtsdatum", "1.2.1980"),
        "created": ("Kunde seit", "3.7.2020"),
        "newsletter": ("Newsletter", "ja"),
    }
    assert dict(mapped(export, "customers").columns) == {field: column for field, (column, _) in export.items()}


def test_products_of_a_shop_are_found() -> None:
    export = {
        "code": ("Artikel-Nr.", "T1"),
        "name": ("Bezeichnung", "Tasse"),
        "category": ("Warengruppe", "Küche"),
        "price": ("VK-Preis", "12,50"),
        "cost": ("EK-Preis", "4,00"),
        "margin": ("Marge", "35 %"),
    }
    assert dict(mapped(export, "products").columns) == {field: column for field, (column, _) in export.items()}


@pytest.mark.parametrize(
    "heading",
    ["KUNDENNUMMER", " kunden nummer ", "Kunden-Nummer", "Kundennummer (ERP)", "customer_id", "Customer number (CRM)"],
)
def test_case_blanks_and_punctuation_do_not_matter(heading: str) -> None:
    assert guess([heading], [{heading: "7"}], "orders").columns == {"customer": heading}


def test_a_heading_is_not_believed_against_its_values() -> None:
    rows = [{"Datum": "Leipzig", "Zeitpunkt": "3.7.2026", "Betrag": "offen", "Umsatz": "5"}]
    mapping = guess(list(rows[0]), rows, "orders")
    assert mapping.columns == {"time": "Zeitpunkt", "amount": "Umsatz"}


def test_a_known_heading_over_empty_cells_is_believed() -> None:
    rows = [{"Kunde": "7", "Datum": "3.7.2026", "Betrag": "5", "Retourengrund": None}]
    assert guess(list(rows[0]), rows, "orders").columns["reason"] == "Retourengrund"


def test_other_moneys_are_not_taken_for_the_amount() -> None:
    rows = [dict.fromkeys(["Versandbetrag", "Betrag USt", "Amount of tax", "Discount amount", "Preis Versand"], "5")]
    assert guess(list(rows[0]), rows, "orders").columns == {}


def test_headings_that_only_begin_like_an_identifier_are_none() -> None:
    rows = [{"Kundengruppe": "A", "Rechnungsadresse": "Ring 1", "Auftragsart": "2", "Artikelgewicht": "5"}]
    assert guess(list(rows[0]), rows, "orders").columns == {}


def test_a_name_says_who_bought_only_where_nothing_better_does() -> None:
    row = {"Kundenname": "Anna A", "Datum": "3.7.2026", "Betrag": "5", "E-Mail": "a@example.org"}
    assert "customer" not in guess(list(row), [row], "orders").columns
    del row["E-Mail"]
    assert guess(list(row), [row], "orders").columns["customer"] == "Kundenname"


def test_an_orders_total_is_the_amount_only_where_lines_have_no_price() -> None:
    row = {"Kunde": "7", "Datum": "3.7.2026", "Gesamtsumme": "29,90", "Einzelpreis": "12,50", "Menge": "2"}
    assert "amount" not in guess(list(row), [row], "orders").columns
    del row["Einzelpreis"]
    assert guess(list(row), [row], "orders").columns["amount"] == "Gesamtsumme"


def test_the_owner_overrules_what_an_export_is_known_to_mean() -> None:
    row = {"amazon-order-id": "302-1", "item-price": "25.00", "quantity": "2"}
    assert guess(list(row), [row], "orders").columns["amount"] == "item-price"
    overruled = guess(list(row), [row], "orders", overrides={"price": "item-price"}).columns
    assert (overruled["price"], "amount" in overruled) == ("item-price", False)


def test_what_is_needed_and_not_found_is_named() -> None:
    mapping = guess(["Name", "Ort"], [{"Name": "Anna", "Ort": "Köln"}], "orders")
    assert mapping.missing == ("customer", "time", "amount")
    with pytest.raises(MissingColumn) as refusal:
        mapping.require()
    assert (refusal.value.field, refusal.value.available) == ("customer", ("Name", "Ort"))


@pytest.mark.parametrize(
    ("row", "field", "column"),
    [
        ({"Kunde": "7", "Datum": "gestern", "Betrag": "5"}, "time", "Datum"),
        ({"Kunde": "7", "Tag": "Montag", "Datum": "gestern", "Betrag": "5"}, "time", "Datum"),
        ({"Kunde": "7", "Datum": "3.7.2026", "Preis": "fünf"}, "price", "Preis"),
        ({"Kunde": "7", "Datum": "3.7.2026", "Gesamtsumme": "fünf"}, "amount", "Gesamtsumme"),
        ({"E-Mail": "Anna", "Datum": "3.7.2026", "Betrag": "5"}, "email", "E-Mail"),
    ],
)
def test_a_needed_column_of_the_right_name_with_other_values_is_named_with_them(row, field, column) -> None:
    mapping = guess(list(row), [row] * 5, "orders")
    with pytest.raises(UnreadableColumn) as refusal:
        mapping.require()
    assert (refusal.value.field, refusal.value.column, refusal.value.values) == (field, column, (row[column],))


def test_a_column_of_the_right_name_is_no_matter_where_another_one_will_do() -> None:
    row = {"Kunde": "7", "Datum": "3.7.2026", "Tag": "Freitag", "Betrag": "5", "Preis": "fünf", "E-Mail": "keine"}
    mapping = guess(list(row), [row], "orders")
    mapping.require()
    assert (mapping.columns["time"], mapping.columns["amount"]) == ("Datum", "Betrag")


def test_only_a_few_short_values_are_quoted() -> None:
    rows = [{"Kunde": "7", "Datum": f"{number} " + "x" * 100_000, "Betrag": "5"} for number in range(9)]
    with pytest.raises(UnreadableColumn) as refusal:
        guess(list(rows[0]), rows, "orders").require()
    assert list(refusal.value.values) == [f"{number} " + "x" * 37 + "…" for number in range(3)]


def test_columns_that_fit_equally_well_are_a_doubt() -> None:
    row = {"E-Mail": "a@example.org", "Email": "b@example.org"}
    mapping = guess(list(row), [row], "customers")
    assert mapping.columns == {"email": "E-Mail"}
    assert mapping.doubts == (Doubt("email", ("E-Mail", "Email")),)


def test_the_owner_overrules_the_guess() -> None:
    row = {"Kunde": "7", "Name": "Anna", "Datum": "3.7.2026", "Rechnungsdatum": "4.7.2026", "Betrag": "5"}
    mapping = guess(list(row), [row], "orders", overrides={"time": "Datum", "customer": "name", "amount": None})
    assert mapping.columns == {"customer": "Name", "time": "Datum"}
    assert mapping.missing == ("amount",)


def test_an_owner_who_asks_for_what_is_not_there_is_told_what_is() -> None:
    with pytest.raises(UnknownColumn) as unknown:
        guess(["a", "b"], [], "orders", overrides={"customer": "c"})
    assert (unknown.value.name, unknown.value.available) == ("c", ("a", "b"))
    with pytest.raises(UnknownField) as field:
        guess(["a", "b"], [], "products", overrides={"customer": "a"})
    assert field.value.available == ("code", "name", "category", "price", "cost", "margin")
