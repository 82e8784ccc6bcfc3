"""A shop with a known truth: for demonstrations, benchmarks, and tests of everything that estimates.

The customers buy by BG/NBD and spend by gamma-gamma; seasons, channels, countries, products, refunds and
acquisition costs surround them; and a story happens to them that a cockpit should bring to light. What is
true stands in `Shop.truth`.

    shop = simulate(customers=20_000, years=3, until=date(2026, 10, 31), rng=np.random.default_rng(7))
"""

from treue.science.simulate import words
from treue.science.simulate.export import GERMAN, Dialect, to_order_lines, write_order_lines
from treue.science.simulate.parameters import CHANNELS, CURRENCY, Parameters
from treue.science.simulate.shop import Shop, together
from treue.science.simulate.story import Story, eventful
from treue.science.simulate.streaming import simulate, stream
from treue.science.simulate.truth import Truth

__all__ = [
    "CHANNELS",
    "CURRENCY",
    "GERMAN",
    "Dialect",
    "Parameters",
    "Shop",
    "Story",
    "Truth",
    "eventful",
    "simulate",
    "stream",
    "to_order_lines",
    "together",
    "words",
    "write_order_lines",
]
