"""Probability-integral-transform histogram: are reported numbers spread evenly over their predictions?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trialkine.report.figures.style import GRID, INK, MUTED, as_plain_text, house_style, new_figure
from trialkine.validation.coverage import PIT_BINS, pit_counts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEW_BINS = 5
_ENOUGH = 50
"""So many values, and each of the many bins expects at least five."""
_LEVEL = 0.95
BAND_COLOUR = "#e9ecf2"


def bins_for(count: int) -> int:
    """The number of bins for so many values."""
    return PIT_BINS if count >= _ENOUGH else FEW_BINS


def expected_range(count: int, bins: int) -> tuple[int, int]:
    """How many values one bin holds in 95 % of cases, if they are spread evenly and independent."""
    from scipy.stats import binom

    low, high = binom.interval(_LEVEL, count, 1 / bins)
    return int(low), int(high)


def pit_figure(panels: Mapping[str, Sequence[float]], colours: Mapping[str, str]) -> Figure:
    """One panel per title with its values, each between 0 (below all draws) and 1; at least one panel."""
    with house_style():
        figure = new_figure(2.5)
        drawn = figure.subplots(1, max(2, len(panels)), squeeze=False)[0]
        for panel, (title, values) in zip(drawn, panels.items(), strict=False):
            _draw(panel, title, values, colours[title])
        for panel in drawn[len(panels) :]:
            panel.set_visible(False)
        drawn[0].set_ylabel("reported numbers")
        height = figure.get_figheight()
        figure.subplots_adjust(left=0.06, right=0.99, bottom=0.66 / height, top=1 - 0.3 / height, wspace=0.14)
    return figure


def _draw(panel: Axes, title: str, values: Sequence[float], colour: str) -> None:
    bins = bins_for(len(values))
    counts = pit_counts(values, bins)
    low, high = expected_range(len(values), bins)
    panel.axhspan(low, high, color=BAND_COLOUR, linewidth=0, zorder=0.5)
    panel.axhline(len(values) / bins, color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
    width = 1.0 / bins
    for place, count in enumerate(counts):
        middle = (place + 0.5) * width
        panel.bar(middle, count, width=0.9 * width, color=colour, zorder=2)
        label = panel.text(middle, count, str(count), ha="center", va="bottom", fontsize=6.5, color=INK)
        label.set_bbox({"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.4})
    panel.set_title(as_plain_text(f"{title} (n = {len(values)})"))
    panel.set_xlim(0, 1)
    panel.set_ylim(0, 1.2 * max(max(counts), high, 1))
    panel.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    panel.set_xlabel("share of the prediction below what was reported")
    for end, side, words in ((0.0, "left", "← predicted too high"), (1.0, "right", "predicted too low →")):
        panel.text(
            end,
            -0.3,
            words,
            ha=side,
            va="top",
            fontsize=6.8,
            color=MUTED,
            transform=panel.transAxes,
        )
    panel.yaxis.grid(True, color=GRID)
