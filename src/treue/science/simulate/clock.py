"""Seasons, weekdays and hours: a clock that runs faster while the shop is busy.

A BG/NBD customer buys at a constant rate. Real ones buy more in Advent and nothing in a branch on a
Sunday. Both hold when purchases are drawn on a clock of the channel's own, which advances by the channel's
pace: constant on that clock, seasonal on the calendar, and still in order. Over the whole range each
channel's clock runs exactly as long as the calendar, so that a week of the clock is a calendar week on
average, and a model that knows the clock finds the parameters again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from treue.science.simulate.parameters import BRANCH, CHANNELS

HOURS_A_WEEK = 168.0
DAY_NOISE_SHAPE = 90.0  # gamma; weather and chance move a day's trade by about a tenth

# Relative trade by weekday from Monday, and by hour of the day from midnight.
WEEKDAYS = (
    (1.10, 1.02, 1.00, 0.98, 0.90, 0.85, 1.20),
    (1.00, 0.98, 0.98, 1.00, 1.00, 0.95, 1.10),
    (0.80, 0.85, 0.90, 0.95, 1.20, 1.60, 0.00),
    (1.05, 1.00, 1.00, 1.00, 0.95, 0.90, 1.10),
)
HOURS = (
    (3, 2, 1, 1, 1, 2, 6, 14, 24, 32, 36, 36, 38, 36, 34, 34, 36, 40, 48, 58, 64, 56, 34, 12),
    (4, 2, 1, 1, 1, 4, 22, 44, 36, 22, 20, 22, 34, 26, 20, 22, 30, 42, 44, 46, 52, 52, 36, 14),
    (0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 34, 46, 44, 38, 42, 48, 54, 50, 30, 6, 0, 0, 0, 0),
    (5, 3, 2, 2, 2, 3, 8, 16, 26, 34, 38, 40, 42, 40, 38, 38, 40, 42, 46, 50, 52, 46, 30, 14),
)
# How strongly each channel feels Advent and the days from Black Friday to Monday.
ADVENT = (0.95, 0.80, 1.25, 1.05)
BLACK_FRIDAY = (0.75, 0.90, 0.10, 0.80)
SUMMER_DIP = 0.24
JANUARY_DIP = 0.18


@dataclass(frozen=True)
class Clock:
    """start: first day. pace: (channels, hours) trade in each hour, mean 1 by channel.
    elapsed: (channels, hours + 1) the channel's clock at each full hour since the start, hours."""

    start: date
    pace: NDArray[np.float64]
    elapsed: NDArray[np.float64]

    @property
    def hours(self) -> int:
        """Length of the range, hours; equal on the calendar and on every channel's clock."""
        return int(self.pace.shape[1])

    def of_calendar(self, channel: NDArray[np.int64], hours: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the channels' clocks show at calendar hours since the start. (n,), (n,) in; (n,) hours out.

        Before the start they show 0, after the end what they show at the end."""
        ticks, shown = self._axes()
        lane = channel * (self.hours + 1.0)
        return np.interp(np.clip(hours, 0, self.hours) + lane, ticks, shown) - lane

    def to_calendar(self, channel: NDArray[np.int64], shown: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calendar hours since the start at which the channels' clocks show `shown`. The inverse."""
        ticks, faces = self._axes()
        lane = channel * (self.hours + 1.0)
        return np.interp(shown + lane, faces, ticks) - lane

    def moments(self, hours: NDArray[np.float64]) -> NDArray[np.datetime64]:
        """Calendar hours since the start as shop-local moments, to the second. (n,) in and out."""
        seconds = np.floor(hours * 3600).astype(np.int64)
        return np.datetime64(self.start, "us") + seconds.astype("timedelta64[s]")

    def is_open(self, hours: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether branches trade at these calendar hours since the start. (n,) in and out."""
        opened: NDArray[np.bool_] = self.pace[BRANCH, hours.astype(np.int64)] > 0
        return opened

    def _axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        # All channels behind one another on one axis, so that one interpolation serves them all.
        lanes = np.arange(len(self.pace))[:, None] * (self.hours + 1.0)
        return (lanes + np.arange(self.hours + 1.0)).ravel(), (lanes + self.elapsed).ravel()


def shop_clock(rng: np.random.Generator, *, start: date, days: int) -> Clock:
    """The clock of the shop's channels for `days` days from `start`."""
    calendar = np.datetime64(start, "D") + np.arange(days)
    weekday = (calendar.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    trade = np.array(WEEKDAYS)[:, weekday] * _season(calendar, weekday)
    trade *= rng.gamma(DAY_NOISE_SHAPE, 1 / DAY_NOISE_SHAPE, days)
    hourly = np.array(HOURS, dtype=np.float64)
    hourly /= hourly.mean(axis=1, keepdims=True)
    pace = (trade[:, :, None] * hourly[:, None, :]).reshape(len(CHANNELS), days * 24)
    pace /= pace.mean(axis=1, keepdims=True)
    elapsed = np.zeros((len(CHANNELS), days * 24 + 1))
    np.cumsum(pace, axis=1, out=elapsed[:, 1:])
    return Clock(start, pace, elapsed)


def _season(calendar: NDArray[np.datetime64], weekday: NDArray[np.int64]) -> NDArray[np.float64]:
    """(channels, days): relative trade by the time of year."""
    day = (calendar - calendar.astype("datetime64[Y]")).astype(np.int64) + 1
    month = calendar.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day_of_month = (calendar - calendar.astype("datetime64[M]")).astype(np.int64) + 1
    advent = np.exp(-(((day - 345) / 17.0) ** 2)) * (day <= 357)
    summer = SUMMER_DIP * np.exp(-(((day - 207) / 30.0) ** 2))
    january = JANUARY_DIP * ((day > 357) | (day < 24))
    friday = ((month == 11) & (weekday == 4) & (day_of_month >= 23) & (day_of_month <= 29)).astype(np.float64)
    black = np.convolve(friday, (1.0, 0.6, 0.5, 0.9))[: len(day)]
    season: NDArray[np.float64] = 1 + np.outer(ADVENT, advent) + np.outer(BLACK_FRIDAY, black) - summer - january
    return season
