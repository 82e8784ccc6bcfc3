"""What the invented shop calls its channels, categories, products and reasons, in English and in German.

The numbers know nothing of it: the same random state gives the same shop in either language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One language of a shop. channels: in the order of CHANNELS; categories: by code; reasons: as `returns` numbers
    them. sorts: loose goods by category, pieces: everything else, each as many as there are prices in the catalogue.
    sample: the smallest bag of a category."""

    channels: tuple[str, ...]
    categories: Mapping[str, str]
    reasons: tuple[str, ...]
    sorts: Mapping[str, str]
    pieces: Mapping[str, str]
    sample: str


ENGLISH = Words(
    channels=("Online shop", "App", "Store", "Marketplace"),
    categories={
        "SWT": "Black tea",
        "GRT": "Green tea",
        "KRF": "Herbs & fruits",
        "KAF": "Coffee",
        "SUS": "Cocoa & sweets",
        "KAN": "Pots & cups",
        "KUE": "Kitchen",
        "GES": "Gifts",
    },
    reasons=(
        "Arrived damaged",
        "Not as described",
        "Does not taste good",
        "Wrong item",
        "Delivered too late",
        "Withdrawal, no reason given",
    ),
    sorts={
        "SWT": (
            "Assam Evening Glow|Ceylon Misty Slope|Darjeeling First Flush|Earl Grey Harbour Light"
            "|East Frisian Dyke Blend|English Breakfast No. 5|Keemun Tea House Leaf|Smoked Tea Charcoal Hut"
        ),
        "GRT": (
            "Sencha Morning Dew|Gunpowder Green Pearl|Jasmine White Night|Matcha Cloud Mountain|Bancha Late Summer"
            "|Genmaicha Roasted Rice|Green Tea Lemon Grove|Gyokuro Shade Garden"
        ),
        "KRF": (
            "Alpine Meadow|Peppermint Curly Leaf|Camomile Sunny Field|Rooibos Cape Sand|Rose Hip & Hibiscus"
            "|Apple Cinnamon Fireside|Ginger Lemon Winter Sun|Red Berry Pudding"
        ),
        "KAF": (
            "Espresso Four in the Morning|House Roast Warehouse 11|Ethiopia Highland Cherry|Colombia Mountain Mist"
            "|Decaf Good Night|Crema Sunday Bean|Guatemala Volcano Soil|Brazil Nut Core"
        ),
    },
    pieces={
        "SUS": (
            "Rock Sugar Stick|Almond Biscuit, single|Dark Chocolate Tablet|Wafer Rolls|Brown Rock Sugar 500 g"
            "|Oat Biscuit Buttercup|Dark Chocolate 72%|Milk Chocolate Sea Salt|Nougat Bar, set of 3|Ginger Sticks"
            "|Linden Honey|Drinking Chocolate Cinnamon|Shortbread Tin|Cocoa Dark Hour 250 g|Pralines Small Round"
            "|Marzipan Loaf|Drinking Chocolate Tasting Set|Florentines|Macarons, set of 12|Pralines Large Round"
            "|Cocoa Dark Hour 1 kg|Confectionery Casket|Chocolate Atlas|Honey Six Pack|Sweets Chest XL"
        ),
        "KAN": (
            "Felt Coaster|Teaspoon Slim|Espresso Cup Pebble|Saucer Pebble|Mug Anchor Blue|Tea Glass Clear, set of 2"
            "|Mug Sand Grey|Cappuccino Cup Pebble|Milk Jug Round|Thermal Mug Commuter|Tea Bowl Raku Style"
            "|Sugar Bowl Round|Glass Pot Clear View 0.6 l|Warmer Cast Iron|Cup Set Pebble, 4 pieces|Pot Dyke 1 l"
            "|Glass Pot Clear View 1.2 l|Thermos Hiker|Moka Pot 6 Cups|Cast Iron Pot Sparrow 0.8 l"
            "|French Press Double Wall|Cast Iron Pot Sparrow 1.2 l|Tea Set Pebble, 6 pieces|Samovar Small"
            "|Tea Set Dyke, 12 pieces"
        ),
        "KUE": (
            "Coffee Scoop Plumb|Paper Filters, 40 pieces|Tin Clip, set of 2|Tea Infuser Ball|Tea Filter Cotton"
            "|Tea Strainer Fine|Measuring Spoon Beech|Milk Frother Stick|Storage Tin 100 g|Tea Tongs|Storage Tin 500 g"
            "|Matcha Whisk|Hand Filter Ceramic|Tea Strainer Basket Gold|Descaler Set|Tea Scales|Hand Filter Copper"
            "|Coffee Mill by Hand|Water Filter Jug|Gooseneck Kettle|Milk Frother Induction|Espresso Tamper"
            "|Kettle To the Degree|Coffee Mill Conical|Filter Machine Warehouse 11"
        ),
        "GES": (
            "Greeting Card Tea Kettle|Gift Ribbon|Gift Bag Kraft|Tea Bag Thank You|Mini Honey Greeting|Gift Tin Star"
            "|Coffee Greeting 100 g|Tea Tasting 5 Countries|Scented Candle Earl Grey|Advent Tea 24 Bags"
            "|Gift Set Small Break|Coffee Tasting 5 Countries|Gift Set Tea & Biscuit|Advent Calendar Tea"
            "|Gift Set Morning Round|Advent Calendar Coffee|Gift Basket Dyke|Gift Set Matcha|Gift Basket Warehouse"
            "|Tea by the Year, small|Gift Set Barista|Coffee by the Year, small|Gift Basket Trading House"
            "|Tea by the Year, large|Coffee by the Year, large"
        ),
    },
    sample="Sample bag {category}",
)

GERMAN = Words(
    channels=("Onlineshop", "App", "Filiale", "Marktplatz"),
    categories={
        "SWT": "Schwarztee",
        "GRT": "Grüntee",
        "KRF": "Kräuter & Früchte",
        "KAF": "Kaffee",
        "SUS": "Kakao & Süßes",
        "KAN": "Kannen & Tassen",
        "KUE": "Küche",
        "GES": "Geschenke",
    },
    reasons=(
        "Beschädigt angekommen",
        "Entspricht nicht der Beschreibung",
        "Schmeckt nicht",
        "Falscher Artikel",
        "Zu spät geliefert",
        "Widerruf ohne Angabe",
    ),
    sorts={
        "SWT": (
            "Assam Abendrot|Ceylon Nebelhang|Darjeeling Frühpflückung|Earl Grey Harbour Light|Ostfriesen Deichmischung"
            "|English Breakfast No. 5|Keemun Teehausblatt|Rauchtee Köhlerhütte"
        ),
        "GRT": (
            "Sencha Morgentau|Gunpowder Grüne Perle|Jasmin Weiße Nacht|Matcha Wolkenberg|Bancha Spätsommer"
            "|Genmaicha Röstreis|Grüntee Zitronenhain|Gyokuro Schattengarten"
        ),
        "KRF": (
            "Almwiese|Pfefferminze Krauses Blatt|Kamille Sonnenfeld|Rooibos Kapsand|Hagebutte & Hibiskus"
            "|Apfel-Zimt Ofenbank|Ingwer Zitrone Wintersonne|Rote Grütze"
        ),
        "KAF": (
            "Espresso Vier Uhr Früh|Hausröstung Speicher 11|Äthiopien Hochlandkirsche|Kolumbien Bergnebel"
            "|Entkoffeiniert Gute Nacht|Crema Sonntagsbohne|Guatemala Vulkanerde|Brasilien Nusskern"
        ),
    },
    pieces={
        "SUS": (
            "Kandis-Stick|Mandelkeks einzeln|Zartbitter-Täfelchen|Waffelröllchen|Kandis braun 500 g"
            "|Haferkeks Butterblume|Zartbitter 72 %|Vollmilch Meersalz|Nougat-Riegel 3er|Ingwerstäbchen"
            "|Honig Lindenblüte|Trinkschokolade Zimt|Shortbread Tin|Kakao Dunkle Stunde 250 g|Pralinen Kleine Runde"
            "|Marzipanbrot|Trinkschokolade Probierset|Florentiner|Macarons 12er|Pralinen Große Runde"
            "|Kakao Dunkle Stunde 1 kg|Konfekt Schatulle|Schokoladen-Atlas|Honig Sechserlei|Naschkiste XL"
        ),
        "KAN": (
            "Filzuntersetzer|Teelöffel Schmal|Espressotasse Kiesel|Untertasse Kiesel|Becher Ankerblau|Teeglas Klar 2er"
            "|Becher Sandgrau|Cappuccinotasse Kiesel|Milchkännchen Rund|Thermobecher Pendler|Teeschale Raku-Art"
            "|Zuckerdose Rund|Glaskanne Klarsicht 0,6 l|Stövchen Eisen|Tassenset Kiesel 4er|Kanne Deich 1 l"
            "|Glaskanne Klarsicht 1,2 l|Thermoskanne Wanderer|Mokkakanne 6 Tassen|Gusskanne Sperling 0,8 l"
            "|French Press Doppelwand|Gusskanne Sperling 1,2 l|Teeservice Kiesel 6er|Samowar Klein"
            "|Teeservice Deich 12er"
        ),
        "KUE": (
            "Kaffeelöffel Lot|Papierfilter 40er|Dosenclip 2er|Tee-Ei Kugel|Teefilter Baumwolle"
            "|Teesieb Fein|Messlöffel Buche|Milchschäumer Stab|Vorratsdose 100 g|Teezange|Vorratsdose 500 g"
            "|Matchabesen|Handfilter Keramik|Teesieb Korb Gold|Entkalker-Set|Teewaage|Handfilter Kupfer"
            "|Kaffeemühle Hand|Wasserfilter-Krug|Schwanenhalskessel|Milchschäumer Induktion|Siebträger-Tamper"
            "|Wasserkocher Grad genau|Kaffeemühle Kegel|Filterautomat Speicher 11"
        ),
        "GES": (
            "Grußkarte Teekessel|Geschenkband|Geschenktüte Kraft|Teebeutel Dankeschön|Mini-Honig Gruß"
            "|Geschenkdose Stern|Kaffee-Gruß 100 g|Teeprobe 5 Länder|Duftkerze Earl Grey|Advents-Tee 24 Beutel"
            "|Geschenkset Kleine Pause|Kaffeeprobe 5 Länder|Geschenkset Tee & Keks|Adventskalender Tee"
            "|Geschenkset Morgenrunde|Adventskalender Kaffee|Geschenkkorb Deich|Geschenkset Matcha"
            "|Geschenkkorb Speicher|Jahresabo Tee klein|Geschenkset Barista|Jahresabo Kaffee klein|Geschenkkorb Kontor"
            "|Jahresabo Tee groß|Jahresabo Kaffee groß"
        ),
    },
    sample="Probierbeutel {category}",
)
