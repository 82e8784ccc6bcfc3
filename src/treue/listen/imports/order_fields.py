"""What a file of orders may hold: order lines and refunds."""

from .known_headings import COUNTRY, EMAIL, named

ORDERS = (
    named(
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
    named("email", "email", EMAIL),
    named(
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
    named(
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
    named(
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
    named(
        "quantity",
        "number",
        """
        quantity, qty, menge, anzahl, stück, stückzahl, stk, lineitem quantity, item quantity, quantity
        purchased, quantity-purchased, quantity shipped, qty ordered, qty_ordered, anzahl artikel,
        bestellmenge, units, items sold, pieces, quantity (- refund), units sold, order quantity
        """,
    ),
    named(
        "price",
        "money",
        """
        price, unit price, item price, lineitem price, preis, einzelpreis, stückpreis, e-preis, vk,
        vk-preis, verkaufspreis, vk brutto, bruttopreis, preis brutto, item cost, unit price gross, price
        incl tax, base price, original price, vk netto, nettopreis, preis netto, price each, price per unit
        """,
    ),
    named(
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
    named(
        "product_name",
        "text",
        """
        product name, lineitem name, item name, product title, title, artikelname, artikelbezeichnung,
        bezeichnung, produktname, produktbezeichnung, description, beschreibung, item description, product
        description, articleName, artikeltext, positionstext, product-name, titel, product(s)
        """,
    ),
    named(
        "category",
        "text",
        """
        category, product category, kategorie, warengruppe, produktkategorie, artikelgruppe, produktgruppe,
        product group, product type, department, abteilung, sortiment, category name, lineitem category
        """,
    ),
    named(
        "channel",
        "text",
        """
        channel, sales channel, kanal, vertriebskanal, verkaufskanal, absatzweg, source, quelle, source
        name, plattform, platform, marketplace, marktplatz, purchase point, store name, store, filiale,
        fil., markt, outlet, shop, herkunft, origin, sales-channel, attribution, verkaufsstelle
        """,
    ),
    named("country", "text", COUNTRY),
    named(
        "currency",
        "text",
        """
        currency, currency code, währung, waehrung, währungscode, order currency, order currency code,
        order_currency_code, iso currency, währungskürzel, whg, wkz, currencyIso, currency iso
        """,
    ),
    named(
        "type",
        "text",
        """
        type, typ, belegart, vorgangsart, transaction type, transaktionsart, buchungsart, art, kind, order
        type, document type, bewegungsart, record type, line type
        """,
    ),
    named(
        "status",
        "text",
        """
        financial status, order status, bestellstatus, auftragsstatus, order state, status, state, zustand,
        order-status, payment status, zahlungsstatus
        """,
    ),
    named(
        "refund_of",
        "identifier",
        """
        refund of, refunds order, original order, original order id, original order number, original
        invoice, refunded order, parent order, parent order number, bezug, bezugsbeleg, ursprungsbeleg,
        ursprungsbestellung, ursprungsrechnung, originalbestellung, originalbeleg, gutschrift zu, storno zu,
        storno von, zu rechnung, zu bestellung, zu auftrag, bezieht sich auf
        """,
    ),
    named(
        "reason",
        "text",
        """
        refund reason, return reason, reason, grund, retourengrund, rückgabegrund, stornogrund,
        erstattungsgrund, cancellation reason, cancel reason, return-reason
        """,
    ),
    named(
        "cost",
        "money",
        """
        cost, costs, total cost, line cost, cogs, kosten, wareneinsatz, warenkosten, ek gesamt, cost of
        goods, cost of goods sold, einstandswert
        """,
    ),
    named(
        "unit_cost",
        "money",
        """
        unit cost, cost per item, cost price, einkaufspreis, ek-preis, ek, ek netto, purchase price,
        einstandspreis, cost per unit, base cost
        """,
    ),
)

# People share names, so that a name says who bought only where nothing better does.
CUSTOMER_NAME = named(
    "customer",
    "text",
    "customer name, kundenname, buyer name, buyer-name, käufername, billing name, bill-to name, rechnungsname",
)

# An order's total stands in each of its lines: it is their amount only where they have no price of their own.
ORDER_TOTAL = named(
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
