"""Invented people: names and cities by country, e-mail addresses nobody can have."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from treue.science.simulate.choice import choose
from treue.science.simulate.parameters import COUNTRIES


def words(text: str) -> tuple[str, ...]:
    """The words of a text that is easier to read than a list."""
    return tuple(text.split())


GERMAN_FIRST = words(
    "Anna Ben Birgit Carla Clara David Dirk Elif Emil Emma Erik Eva Felix Finn Frieda Georg Greta Hanna Heike "
    "Henrik Ida Ingrid Jakob Jan Jana Jonas Julia Karin Karl Katrin Klaus Lara Lea Lena Leon Lina Lukas Maja Marie "
    "Markus Martin Mats Mia Mila Moritz Nadja Nele Nils Oskar Paul Paula Petra Rainer Rosa Sabine Selma Silke Sofia "
    "Stefan Susanne Theo Thomas Till Tim Tom Ulrike Ute Vera Wiebke Yusuf"
)
GERMAN_LAST = words(
    "Abendroth Ahlers Bachmann Baumgart Behrens Birkner Blum Brandt Brinkmann Buchholz Carstens Dahlke Dietz Ebeling "
    "Eckardt Ehlers Falk Feldmann Fichtner Fink Förster Gerber Gessner Grün Haase Hagedorn Harms Hartwig Heider "
    "Hellwig Hennig Hinrichs Hofer Holm Jäger Jansen Kaltenbach Kessler Kirchner Klee Kogler Kranz Krüger Lange "
    "Lechner Lindner Lorenz Lüders Maier Mertens Moser Möller Nagel Neuhaus Oltmanns Ostermann Pichler Pohl Quast "
    "Rehm Richter Riedel Röder Sander Schilling Schönfeld Seidel Sommer Stadler Steiner Sturm Tanner Thiele Thomsen "
    "Ullrich Unger Vogt Wagner Weber Wendt Wiesner Winkler Wolff Yildiz Zander Ziegler"
)
FOREIGN_FIRST = words(
    "Alice Anouk Bram Camille Chiara Daan Elise Emma Freja Giulia Hugo Inge Jeroen Julie Kasper Louis Luca Marco "
    "Margaux Mathilde Matteo Noor Olivier Sanne Sofie Thijs Valentina Victor"
)
FOREIGN_LAST = words(
    "Andersen Bakker Bernard Bianchi Claes Conti Dekker Dubois Fontaine Greco Hansen Jacobs Jensen Lambert Leroy "
    "Marchand Marino Mertens Nielsen Peeters Petit Rinaldi Romano Smit Thill Vermeulen Visser Weiler"
)
CITIES = {
    "DE": words(
        "Berlin Hamburg München Köln Frankfurt Stuttgart Leipzig Dresden Bremen Hannover Nürnberg Dortmund Essen "
        "Freiburg Münster Kiel Rostock Mainz Kassel Erfurt Augsburg Lübeck Oldenburg Göttingen Regensburg Jena "
        "Emden Husum Celle Weimar Konstanz Passau"
    ),
    "AT": words("Wien Graz Linz Salzburg Innsbruck Klagenfurt Bregenz Steyr"),
    "CH": words("Zürich Bern Basel Luzern Winterthur Chur Thun"),
    "NL": words("Amsterdam Utrecht Groningen Haarlem"),
    "FR": words("Strasbourg Lyon Paris Colmar"),
    "LU": words("Luxembourg Esch-sur-Alzette"),
    "IT": words("Bozen Verona Milano Trento"),
    "BE": words("Gent Antwerpen Eupen"),
    "DK": words("Aarhus København Odense"),
}
DOMAINS = ("example.org", "example.com")
GERMAN_SPEAKING = 3  # of COUNTRIES, from the first on
PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

FIRST = (*GERMAN_FIRST, *FOREIGN_FIRST)
LAST = (*GERMAN_LAST, *FOREIGN_LAST)
ALL_CITIES = tuple(city for country in COUNTRIES for city in CITIES[country])


def people(rng: np.random.Generator, country: NDArray[np.int64], number: NDArray[np.int64]) -> dict[str, pa.Array]:
    """E-mail address, name and city of each customer. country: (n,) index into COUNTRIES; number: (n,)
    unique, which keeps two people of one name apart."""
    abroad = country >= GERMAN_SPEAKING
    first = _pick(rng, abroad, len(GERMAN_FIRST), len(FOREIGN_FIRST))
    last = _pick(rng, abroad, len(GERMAN_LAST), len(FOREIGN_LAST))
    city = choose(rng, _city_shares(), country)
    numbers = pc.cast(pa.array(number), pa.string())
    domain = pa.array(DOMAINS).take(pa.array(rng.integers(0, len(DOMAINS), len(number))))
    local = pc.binary_join_element_wise(_plain(FIRST).take(first), _plain(LAST).take(last), numbers, ".")
    return {
        "email": pc.binary_join_element_wise(local, domain, "@"),
        "name": pc.binary_join_element_wise(pa.array(FIRST).take(first), pa.array(LAST).take(last), " "),
        "city": pa.array(ALL_CITIES).take(pa.array(city)),
    }


def _pick(rng: np.random.Generator, abroad: NDArray[np.bool_], at_home: int, elsewhere: int) -> pa.Array:
    """Positions in a list of `at_home` German names followed by `elsewhere` foreign ones."""
    u = rng.random(len(abroad))
    return pa.array(np.where(abroad, at_home + u * elsewhere, u * at_home).astype(np.int64))


def _plain(names: tuple[str, ...]) -> pa.Array:
    return pa.array([name.lower().translate(PLAIN) for name in names])


def _city_shares() -> NDArray[np.float64]:
    """(countries, cities): a country's cities get shares as 1, 1/2, 1/3, …, the others none."""
    shares = np.zeros((len(COUNTRIES), len(ALL_CITIES)))
    begin = 0
    for row, country in enumerate(COUNTRIES):
        end = begin + len(CITIES[country])
        shares[row, begin:end] = 1 / (1 + np.arange(end - begin))
        begin = end
    return shares
