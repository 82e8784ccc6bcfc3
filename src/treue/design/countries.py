"""Countries inside a sentence: German needs an article and a case for some, English an article.

The tables hold only those whose name changes after "aus" or "from"; all others stay as formats.country prints them.
"""

from treue.design import formats

# Before a name that begins with an adjective the adjective is bent too, so that each is written out.
_AFTER_AUS = {
    "Ålandinseln": "den Ålandinseln",
    "Amerikanische Jungferninseln": "den Amerikanischen Jungferninseln",
    "Amerikanische Überseeinseln": "den Amerikanischen Überseeinseln",
    "Antarktis": "der Antarktis",
    "Bahamas": "den Bahamas",
    "Britische Jungferninseln": "den Britischen Jungferninseln",
    "Cookinseln": "den Cookinseln",
    "Dominikanische Republik": "der Dominikanischen Republik",
    "Europäische Union": "der Europäischen Union",
    "Falklandinseln": "den Falklandinseln",
    "Färöer": "den Färöern",
    "Irak": "dem Irak",
    "Iran": "dem Iran",
    "Isle of Man": "der Isle of Man",
    "Jemen": "dem Jemen",
    "Kaimaninseln": "den Kaimaninseln",
    "Kanarische Inseln": "den Kanarischen Inseln",
    "Karibische Niederlande": "den Karibischen Niederlanden",
    "Kokosinseln": "den Kokosinseln",
    "Komoren": "den Komoren",
    "Kosovo": "dem Kosovo",
    "Libanon": "dem Libanon",
    "Malediven": "den Malediven",
    "Marshallinseln": "den Marshallinseln",
    "Mongolei": "der Mongolei",
    "Niederlande": "den Niederlanden",
    "Niger": "dem Niger",
    "Nördliche Marianen": "den Nördlichen Marianen",
    "Palästinensische Autonomiegebiete": "den Palästinensischen Autonomiegebieten",
    "Philippinen": "den Philippinen",
    "Pitcairninseln": "den Pitcairninseln",
    "Republik Moldau": "der Republik Moldau",
    "Salomonen": "den Salomonen",
    "Schweiz": "der Schweiz",
    "Senegal": "dem Senegal",
    "Seychellen": "den Seychellen",
    "Slowakei": "der Slowakei",
    "Sonderverwaltungsregion Hongkong": "Hongkong",
    "Sonderverwaltungsregion Macau": "Macau",
    "Sudan": "dem Sudan",
    "Südsudan": "dem Südsudan",
    "Tschad": "dem Tschad",
    "Turks- und Caicosinseln": "den Turks- und Caicosinseln",
    "Türkei": "der Türkei",
    "USA": "den USA",
    "Ukraine": "der Ukraine",
    "Vatikanstadt": "der Vatikanstadt",
    "Vereinigte Arabische Emirate": "den Vereinigten Arabischen Emiraten",
    "Vereinigte Staaten": "den Vereinigten Staaten",
    "Vereinigtes Königreich": "dem Vereinigten Königreich",
    "Westsahara": "der Westsahara",
    "Zentralafrikanische Republik": "der Zentralafrikanischen Republik",
}
_WITH_THE = (
    *("Bahamas", "British Virgin Islands", "Canary Islands", "Cayman Islands", "Central African Republic"),
    *("Comoros", "Cook Islands", "Dominican Republic", "European Union", "Falkland Islands", "Faroe Islands"),
    *("Isle of Man", "Maldives", "Marshall Islands", "Netherlands", "Northern Mariana Islands"),
    *("Palestinian Territories", "Philippines", "Pitcairn Islands", "Seychelles", "Solomon Islands"),
    *("U.S. Outlying Islands", "U.S. Virgin Islands", "USA", "United Arab Emirates", "United Kingdom"),
    *("United States", "Åland Islands"),
)
_AFTER_FROM = {name: f"the {name}" for name in _WITH_THE}


def after_from(country: str, language: str) -> str:
    """CH -> der Schweiz / Switzerland, NL -> den Niederlanden / the Netherlands: as it stands after "aus" or "from".

    country: a code of two letters, or a name as people write it.
    """
    name = formats.country(country, language)
    return (_AFTER_AUS if language == "de" else _AFTER_FROM).get(name, name)
