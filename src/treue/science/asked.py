"""Numbers that questions are asked with."""

from numbers import Real

from treue.science.errors import ImpossibleHorizon


def whole(name: str, value: object, *, least: int, most: float = float("inf")) -> int:
    """A number without a fraction from `least` to `most`. Raises ImpossibleHorizon for anything else."""
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else float("nan")
    if not least <= number <= most or number % 1 != 0:
        raise ImpossibleHorizon(name, value)
    return int(number)
