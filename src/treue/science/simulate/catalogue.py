"""The invented assortment of a shop for tea, coffee and what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from treue.science.simulate.story import PriceRise


@dataclass(frozen=True)
class Category:
    """code: prefix of its products' codes. share: of the shop's lines outside Advent; advent: in it.
    cost_share: what a product costs the shop, per EUR of its first price. returned: share of lines sent back."""

    code: str
    name: str
    share: float
    advent: float
    cost_share: float
    returned: float


CATEGORIES = (
    Category("SWT", "Schwarztee", 0.16, 0.13, 0.38, 0.010),
    Category("GRT", "Grüntee", 0.11, 0.09, 0.40, 0.010),
    Category("KRF", "Kräuter & Früchte", 0.15, 0.13, 0.35, 0.008),
    Category("KAF", "Kaffee", 0.27, 0.18, 0.46, 0.012),
    Category("SUS", "Kakao & Süßes", 0.09, 0.13, 0.44, 0.010),
    Category("KAN", "Kannen & Tassen", 0.10, 0.11, 0.42, 0.045),
    Category("KUE", "Küche", 0.08, 0.07, 0.48, 0.055),
    Category("GES", "Geschenke", 0.04, 0.17, 0.45, 0.020),
)

# Loose goods: name and price of the smallest pack; the packs are sizes and multiples of that price.
TEA_PACKS = (("100 g", 1.0), ("250 g", 2.3), ("1 kg", 8.2))
COFFEE_PACKS = (("250 g", 1.0), ("500 g", 1.85), ("1 kg", 3.5))
SORTS = {
    "SWT": (
        "Assam Abendrot 4.20|Ceylon Nebelhang 4.60|Darjeeling Frühpflückung 9.80|Earl Grey Harbour Light 5.40"
        "|Ostfriesen Deichmischung 3.90|English Breakfast No. 5 4.40|Keemun Teehausblatt 7.20|Rauchtee Köhlerhütte 5.90"
    ),
    "GRT": (
        "Sencha Morgentau 6.40|Gunpowder Grüne Perle 3.80|Jasmin Weiße Nacht 7.60|Matcha Wolkenberg 14.50"
        "|Bancha Spätsommer 4.90|Genmaicha Röstreis 5.60|Grüntee Zitronenhain 4.40|Gyokuro Schattengarten 16.80"
    ),
    "KRF": (
        "Almwiese 3.60|Pfefferminze Krauses Blatt 3.20|Kamille Sonnenfeld 3.40|Rooibos Kapsand 4.10"
        "|Hagebutte & Hibiskus 3.70|Apfel-Zimt Ofenbank 4.30|Ingwer Zitrone Wintersonne 4.80|Rote Grütze 4.50"
    ),
    "KAF": (
        "Espresso Vier Uhr Früh 7.90|Hausröstung Speicher 11 6.90|Äthiopien Hochlandkirsche 9.80"
        "|Kolumbien Bergnebel 8.90|Entkoffeiniert Gute Nacht 8.20|Crema Sonntagsbohne 7.40"
        "|Guatemala Vulkanerde 10.40|Brasilien Nusskern 6.60"
    ),
}
SAMPLES = {"SWT": 2.2, "GRT": 2.4, "KRF": 1.9, "KAF": 2.3}

# Everything else piece by piece, from the cheapest to the dearest.
PIECES = {
    "SUS": (
        "Kandis-Stick 1.20|Mandelkeks einzeln 1.60|Zartbitter-Täfelchen 2.20|Waffelröllchen 2.90"
        "|Kandis braun 500 g 3.40|Haferkeks Butterblume 3.90"
        "|Zartbitter 72 % 4.20|Vollmilch Meersalz 4.50|Nougat-Riegel 3er 5.20"
        "|Ingwerstäbchen 5.90|Honig Lindenblüte 6.40|Trinkschokolade Zimt 6.90|Shortbread Tin 7.90"
        "|Kakao Dunkle Stunde 250 g 8.40|Pralinen Kleine Runde 9.80|Marzipanbrot 10.90|Trinkschokolade Probierset 12.90"
        "|Florentiner 14.50|Macarons 12er 16.90|Pralinen Große Runde 19.80|Kakao Dunkle Stunde 1 kg 24.50"
        "|Konfekt Schatulle 29.90|Schokoladen-Atlas 36.00|Honig Sechserlei 44.00|Naschkiste XL 59.00"
    ),
    "KAN": (
        "Filzuntersetzer 1.90|Teelöffel Schmal 2.60|Espressotasse Kiesel 4.90|Untertasse Kiesel 5.90"
        "|Becher Ankerblau 7.90|Teeglas Klar 2er 9.80"
        "|Becher Sandgrau 10.90|Cappuccinotasse Kiesel 12.50|Milchkännchen Rund 13.90"
        "|Thermobecher Pendler 16.90|Teeschale Raku-Art 18.90|Zuckerdose Rund 20.50|Glaskanne Klarsicht 0,6 l 23.90"
        "|Stövchen Eisen 26.90|Tassenset Kiesel 4er 29.90|Kanne Deich 1 l 33.90|Glaskanne Klarsicht 1,2 l 36.90"
        "|Thermoskanne Wanderer 39.90|Mokkakanne 6 Tassen 44.90|Gusskanne Sperling 0,8 l 54.90"
        "|French Press Doppelwand 59.90|Gusskanne Sperling 1,2 l 69.90|Teeservice Kiesel 6er 89.00"
        "|Samowar Klein 119.00|Teeservice Deich 12er 149.00"
    ),
    "KUE": (
        "Kaffeelöffel Lot 1.80|Papierfilter 40er 2.40|Dosenclip 2er 3.20|Tee-Ei Kugel 4.90|Teefilter Baumwolle 5.90"
        "|Teesieb Fein 7.40|Messlöffel Buche 8.90|Milchschäumer Stab 11.90|Vorratsdose 100 g 13.50"
        "|Teezange 14.90|Vorratsdose 500 g 17.90|Matchabesen 19.90|Handfilter Keramik 22.90|Teesieb Korb Gold 25.50"
        "|Entkalker-Set 28.90|Teewaage 33.00|Handfilter Kupfer 37.90|Kaffeemühle Hand 44.90|Wasserfilter-Krug 52.00"
        "|Schwanenhalskessel 59.90|Milchschäumer Induktion 69.90|Siebträger-Tamper 79.00|Wasserkocher Grad genau 94.90"
        "|Kaffeemühle Kegel 129.00|Filterautomat Speicher 11 179.00"
    ),
    "GES": (
        "Grußkarte Teekessel 1.90|Geschenkband 2.50|Geschenktüte Kraft 3.20|Teebeutel Dankeschön 4.90"
        "|Mini-Honig Gruß 5.90|Geschenkdose Stern 7.90|Kaffee-Gruß 100 g 9.90|Teeprobe 5 Länder 12.50"
        "|Duftkerze Earl Grey 14.90|Advents-Tee 24 Beutel 16.90|Geschenkset Kleine Pause 19.90"
        "|Kaffeeprobe 5 Länder 22.90|Geschenkset Tee & Keks 25.90|Adventskalender Tee 29.90"
        "|Geschenkset Morgenrunde 34.90|Adventskalender Kaffee 37.90|Geschenkkorb Deich 44.90"
        "|Geschenkset Matcha 49.90|Geschenkkorb Speicher 59.90|Jahresabo Tee klein 69.00|Geschenkset Barista 79.00"
        "|Jahresabo Kaffee klein 99.00|Geschenkkorb Kontor 119.00|Jahresabo Tee groß 139.00"
        "|Jahresabo Kaffee groß 189.00"
    ),
}
PRODUCTS = 200


@dataclass(frozen=True)
class Catalogue:
    """Products by category, each category from its cheapest to its dearest.

    code, name: (200,). category: (200,) index into CATEGORIES. price, raised: (200,) EUR before and after
    the price rise. cost: (200,) EUR. first: (categories + 1,) where each category's products begin.
    """

    code: NDArray[np.str_]
    name: NDArray[np.str_]
    category: NDArray[np.int64]
    price: NDArray[np.float64]
    raised: NDArray[np.float64]
    cost: NDArray[np.float64]
    first: NDArray[np.int64]

    def table(self) -> pa.Table:
        """The products as the shop lists them today, at today's prices."""
        names = np.array([category.name for category in CATEGORIES])
        return pa.table(
            {
                "code": self.code,
                "name": self.name,
                "category": names[self.category],
                "unit_price": self.raised,
                "unit_cost": self.cost,
            }
        )


def shop_catalogue(rise: PriceRise) -> Catalogue:
    """The shop's products, with the prices of `rise` after it."""
    items = [(at, *item) for at, category in enumerate(CATEGORIES) for item in _items(category.code)]
    category = np.array([at for at, _, _ in items])
    price = np.array([price for _, _, price in items])
    position = np.arange(len(items)) - np.searchsorted(category, category)
    code = [f"{CATEGORIES[at].code}-{place + 1:02d}" for at, place in zip(category, position, strict=True)]
    affected = np.array([one.name == rise.category for one in CATEGORIES])[category]
    # Shops round a raised price to the next ten cents below.
    raised = np.where(affected & (rise.factor != 1), np.floor(price * rise.factor * 10 + 1e-9) / 10, price)
    return Catalogue(
        code=np.array(code),
        name=np.array([name for _, name, _ in items]),
        category=category,
        price=price,
        raised=raised,
        cost=np.round(price * np.array([one.cost_share for one in CATEGORIES])[category], 2),
        first=np.searchsorted(category, np.arange(len(CATEGORIES) + 1)),
    )


def _items(code: str) -> list[tuple[str, float]]:
    """Name and price of a category's products, the cheapest first."""
    if code in PIECES:
        return [_split(piece) for piece in PIECES[code].split("|")]
    packs = COFFEE_PACKS if code == "KAF" else TEA_PACKS
    items = [("Probierbeutel " + next(c.name for c in CATEGORIES if c.code == code), SAMPLES[code])]
    for name, price in map(_split, SORTS[code].split("|")):
        items += [(f"{name} {pack}", round(price * times, 1)) for pack, times in packs]
    return sorted(items, key=lambda item: (item[1], item[0]))


def _split(text: str) -> tuple[str, float]:
    name, price = text.rsplit(" ", 1)
    return name, float(price)
