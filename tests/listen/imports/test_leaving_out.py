"""What leaving a code out would change, foreseen for a file and said on the page of its dry run."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ibis.backends.duckdb import Backend

from treue.listen.imports import leaving_out, showing

Clean = Callable[..., Any]
HEAD = "Kunde;Bestellung;Datum;Artikel;Menge;Preis\n"


def test_it_is_foreseen_for_a_file_of_any_size(clean: Clean, backend: Backend) -> None:
    cleaned = clean(HEAD + "7;1;3.7.2026;T1;1;10\n7;1;3.7.2026;POST;1;4\n8;2;3.7.2026;POST;1;3\n").cleaned
    (found,) = leaving_out.foreseen(replace(cleaned, rows_used=50_000_000), backend)
    assert found["now"] == {"customers": 2, "orders": 2, "revenue": "17.0000"}
    assert found["without"] == {"customers": 1, "orders": 1, "revenue": "10.0000"}


def test_the_page_says_for_which_codes_it_is_not(clean: Clean, backend: Backend) -> None:
    codes = "".join(f"7;{place};3.7.2026;{chr(65 + place)};1;{100 - place}\n" for place in range(9))
    cleaned = clean(HEAD + codes).cleaned
    said = showing.candidates_of({"candidates": leaving_out.foreseen(cleaned, backend), "currency": "EUR"})
    assert ["revenue would be" in each["change"] for each in said] == [True] * 8 + [False]
    assert said[-1]["change"] == (
        "It has 1 line. What leaving it out would change is computed for those that move the most money."
    )
