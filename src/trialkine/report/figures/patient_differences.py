"""Gains and losses of single patients under one arm instead of another, in falling order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from trialkine.records import DAYS_PER_MONTH
from trialkine.report.figures.style import INK, MUTED, as_plain_text, house_style, new_figure, wrapped
from trialkine.report.words import whole
from trialkine.statistics.estimate import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PANELS = 6
GAIN, LOSS = "#0072B2", "#D55E00"
_COLUMNS = 3
_PANEL_INCHES = 1.9
_TITLE_INCHES = 0.25
_LINE_INCHES = 0.15
_FOOT_INCHES = 0.5
_TITLE_CHARACTERS = 28
_SMALL = (1.0 - 1e-9) / DAYS_PER_MONTH
"""A day, within which two times are the same. Units: [month]."""


class Differences(Protocol):
    """What a panel shows. Units: months [month]. Shape: months "patient", largest first."""

    @property
    def arm(self) -> str:
        """The panel's title."""

    @property
    def months(self) -> FloatArray:
        """The patients' differences."""


def draw_differences(shown: Sequence[Differences], until_months: float) -> Figure:
    """One panel per arm, all with the same axis of months."""
    columns = min(_COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    tallest = max(float(np.abs(one.months).max()) for one in shown)
    limit = min(until_months, max(tallest * 1.12, 1.0))
    lines = max(wrapped(one.arm, _TITLE_CHARACTERS).count("\n") + 1 for one in shown)
    row_inches = _TITLE_INCHES + _LINE_INCHES * lines + _PANEL_INCHES + _FOOT_INCHES
    with house_style():
        figure = new_figure(rows * row_inches)
        height = figure.get_figheight()
        left, gap = 0.075, 0.045
        width = (0.985 - left - gap * (columns - 1)) / columns
        width = min(width, 0.6)
        for place, one in enumerate(shown):
            row, column = divmod(place, columns)
            bottom = 1.0 - ((row + 1) * row_inches - _FOOT_INCHES) / height
            panel = figure.add_axes((left + column * (width + gap), bottom, width, _PANEL_INCHES / height))
            _panel(panel, one, limit, has_scale=column == 0)
    return figure


def _panel(panel: Axes, one: Differences, limit: float, *, has_scale: bool) -> None:
    months = one.months
    edges = 100.0 * np.arange(months.size + 1) / months.size
    heights = np.append(months, months[-1])
    for sign, colour in ((1.0, GAIN), (-1.0, LOSS)):
        bars = np.where(sign * heights >= _SMALL, heights, 0.0)
        panel.fill_between(edges, 0.0, bars, step="post", color=colour, linewidth=0)
    panel.axhline(0.0, color=MUTED, linewidth=0.7)
    panel.set_xlim(0, 100)
    panel.set_ylim(-limit, limit)
    panel.set_xticks([0, 50, 100])
    panel.set_xlabel(f"{whole(months.size)} patients, %")
    if has_scale:
        panel.set_ylabel("months gained or lost")
    else:
        panel.tick_params(labelleft=False)
    panel.set_title(as_plain_text(wrapped(one.arm, _TITLE_CHARACTERS)), color=INK, pad=5)
    panel.text(
        0.985, 0.955, "better", transform=panel.transAxes, color="#00609a",
        fontsize=7.6, fontweight="bold", ha="right", va="top",
    )  # fmt: skip
    panel.text(
        0.015, 0.045, "worse", transform=panel.transAxes, color="#a84a00",
        fontsize=7.6, fontweight="bold", ha="left", va="bottom",
    )  # fmt: skip
