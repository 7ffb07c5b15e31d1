"""Forest plot: what was reported of every arm beside what was predicted, and the historical pool behind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trialkine.report.figures.style import GRID, INK, MUTED, as_plain_text, house_style, new_figure
from trialkine.validation.baselines import SAME_CLASS, SAME_DISEASE
from trialkine.validation.forest_layout import Axis, ForestBlock, drawn_interval
from trialkine.validation.ledger import Interval, LedgerRow
from trialkine.validation.ledger_rows import INSIDE, OUTSIDE_80, OUTSIDE_95, verdict
from trialkine.validation.ledger_words import (
    CALIBRATION,
    NOTHING,
    PREDICTION,
    arm_words,
    disease_words,
    is_share,
    limits,
    reported_limits,
    short_metric,
    shown,
    unit_of,
)
from trialkine.validation.nearest_pool import pool_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CALIBRATED_COLOUR = "#75839a"
PREDICTED_COLOUR = "#0072B2"
_TEXT_COLOURS = {CALIBRATED_COLOUR: "#566279", PREDICTED_COLOUR: "#00609a"}
POOL_COLOUR = "#f2e3c6"
_COMPUTED_COLOUR = "#9aa3b2"
_MARKERS: dict[str, dict[str, Any]] = {
    INSIDE: {"marker": "o", "markersize": 4.6, "markerfacecolor": INK, "markeredgecolor": "white"},
    OUTSIDE_80: {"marker": "D", "markersize": 4.8, "markerfacecolor": "#E69F00", "markeredgecolor": INK},
    OUTSIDE_95: {"marker": "s", "markersize": 5.4, "markerfacecolor": "#D55E00", "markeredgecolor": INK},
}
_BARS = {0.95: 1.1, 0.80: 3.0, 0.50: 6.0}  # widths of lines in points
_ROW, _DISEASE, _CLASS, _TOP, _BOTTOM = 0.335, 0.36, 0.23, 0.64, 0.42  # inches
_LEFT, _RIGHT = 0.315, 0.775  # of the width
_REPORTED_ABOVE, _PREDICTED_BELOW, _POOL_HEIGHT = 0.07, 0.06, 0.27  # inches
_MOST_LETTERS, _MOST_SMALL_LETTERS, _KEPT_END = 37, 43, 17
_FAINT = 0.45


def forest_figure(
    blocks: Sequence[ForestBlock], axis: Axis, *, names_metric: bool, leave_out: bool = False
) -> Figure:
    """One figure: a heading for each block and a row for each arm.

    `names_metric` says whether rows name their outcome, as where one figure holds several; `leave_out`,
    whether calibration trials were predicted without themselves.
    """
    with house_style(**{"axes.grid.axis": "x", "axes.spines.left": False}):
        diseases = {block.disease for block in blocks}
        count = sum(len(block.rows) for block in blocks)
        inside = _DISEASE * len(diseases) + _CLASS * len(blocks) + _ROW * count
        figure = new_figure(_TOP + inside + _BOTTOM)
        panel = figure.subplots()
        place, disease = 0.0, ""
        for block in blocks:
            if block.disease != disease:
                disease = block.disease
                _draw_heading(panel, disease_words(disease), place, _DISEASE, fontsize=8.4, color=INK)
                place += _DISEASE
            _draw_heading(panel, block.heading, place, _CLASS, fontsize=7.2, color=MUTED)
            place += _CLASS
            for row in block.rows:
                _draw_row(panel, row, place + _ROW / 2, axis, names_metric)
                place += _ROW
        panel.set_ylim(inside, 0)
        panel.set_yticks([])
        _set_axis(panel, axis, blocks[0].rows[0].metric)
        height = figure.get_figheight()
        figure.subplots_adjust(left=_LEFT, right=_RIGHT, bottom=_BOTTOM / height, top=1 - _TOP / height)
        _name_columns(panel)
        _key(figure, [row for block in blocks for row in block.rows], leave_out)
    return figure


def _set_axis(panel: Axes, axis: Axis, metric: str) -> None:
    if axis.is_logarithmic:
        panel.set_xscale("log")
        panel.minorticks_off()
    margin = 0.0 if axis.is_logarithmic else 0.015 * (axis.high - axis.low)
    panel.set_xlim(axis.low - margin, axis.high + margin)
    scale = 100.0 if is_share(metric) else 1.0
    panel.set_xticks(axis.ticks, [f"{scale * tick:g}" for tick in axis.ticks])
    panel.set_xlabel({" %": "per cent of patients", " months": "months"}.get(unit_of(metric), "number"))


def _draw_heading(panel: Axes, words: str, place: float, height: float, **looks: Any) -> None:
    """A heading over the whole width, with the grid left out behind it."""
    left = -_LEFT / (_RIGHT - _LEFT)
    panel.text(
        left + 0.005,
        place + 0.62 * height,
        as_plain_text(words),
        transform=panel.get_yaxis_transform(),
        fontweight="bold",
        va="center",
        **looks,
    )
    panel.axhspan(place, place + height, color="white", zorder=1.5, linewidth=0)
    if place > 0 and height == _DISEASE:
        line = panel.axhline(place + 0.06, xmin=left, xmax=_beyond(), color=GRID, linewidth=1.0, zorder=1.8)
        line.set_clip_on(False)


def _beyond() -> float:
    """The right end of the figure in widths of the panel."""
    return (0.995 - _LEFT) / (_RIGHT - _LEFT)


def _draw_row(panel: Axes, row: LedgerRow, middle: float, axis: Axis, names_metric: bool) -> None:
    strength = 1.0 if row.is_scored else _FAINT
    _draw_pool(panel, row, middle, axis, strength)
    if row.predicted is not None:
        colour = CALIBRATED_COLOUR if row.use == CALIBRATION else PREDICTED_COLOUR
        height = middle + _PREDICTED_BELOW
        for level, width in _BARS.items():
            _bar(panel, row.predicted.intervals[level], height, axis, colour, width, strength)
        if math.isfinite(row.predicted.median):
            where = axis.within(row.predicted.median)
            panel.plot([where] * 2, [height - 0.045, height + 0.045], color="white", linewidth=1.3, zorder=4)
    height = middle - _REPORTED_ABOVE
    interval = drawn_interval(row)
    if interval is not None:
        is_printed = row.reported_low is not None
        panel.plot(
            [axis.within(end) for end in interval],
            [height] * 2,
            color=INK if is_printed else _COMPUTED_COLOUR,
            linewidth=0.8,
            alpha=strength,
            zorder=4,
        )
    where = axis.within(row.reported)
    settings = _MARKERS[verdict(row)] if row.is_scored else _unscored()
    if row.at_least:
        panel.plot(where, height, ">", markersize=6, markerfacecolor="white", markeredgecolor=INK, zorder=5)
    else:
        panel.plot(where, height, linestyle="", markeredgewidth=0.6, clip_on=False, zorder=5, **settings)
    _write_row(panel, row, middle, names_metric)


def _unscored() -> dict[str, Any]:
    return {"marker": "o", "markersize": 4.2, "markerfacecolor": "white", "markeredgecolor": MUTED}


def _draw_pool(panel: Axes, row: LedgerRow, middle: float, axis: Axis, strength: float) -> None:
    found = pool_of(row)
    if found is None:
        return
    name, pool = found
    low, high = pool.intervals[0.80]
    left, right = axis.within(low), axis.within(high)
    panel.barh(
        middle,
        right - left,
        left=left,
        height=_POOL_HEIGHT,
        facecolor=POOL_COLOUR if name == SAME_CLASS else "white",
        edgecolor=POOL_COLOUR,
        alpha=strength,
        linewidth=1.0,
        zorder=2,
    )


def _bar(
    panel: Axes, interval: Interval, height: float, axis: Axis, colour: str, width: float, strength: float
) -> None:
    low, high = axis.within(interval[0]), axis.within(interval[1])
    panel.plot(
        [low, high],
        [height] * 2,
        color=colour,
        linewidth=width,
        alpha=strength,
        solid_capstyle="butt",
        zorder=3,
    )
    if math.isinf(interval[1]) and width == _BARS[0.95]:
        panel.plot(high, height, ">", markersize=4, color=colour, clip_on=False, zorder=3)


def _write_row(panel: Axes, row: LedgerRow, middle: float, names_metric: bool) -> None:
    across = panel.get_yaxis_transform()
    common: dict[str, Any] = {"transform": across, "va": "center", "clip_on": False}
    left = -_LEFT / (_RIGHT - _LEFT) + 0.025
    about = [short_metric(row.metric)] if names_metric else []
    about += [row.trial]
    upper, lower = middle - _REPORTED_ABOVE, middle + _REPORTED_ABOVE
    ink = INK if row.is_scored else MUTED
    panel.text(
        left, upper, as_plain_text(_elided(arm_words(row), _MOST_LETTERS)), fontsize=7.4, color=ink, **common
    )
    small: dict[str, Any] = {"fontsize": 6.3, "color": MUTED, **common}
    panel.text(left, lower, as_plain_text(_elided(" · ".join(about), _MOST_SMALL_LETTERS)), **small)
    sign = "≥ " if row.at_least else ""
    beside = reported_limits(row)
    reported = f"{sign}{shown(row.metric, row.reported)}{f' ({beside})' if beside else ''}"
    panel.text(1.03, upper, reported, fontsize=7.0, color=ink, **common)
    said = NOTHING
    colour = CALIBRATED_COLOUR if row.use == CALIBRATION else PREDICTED_COLOUR
    if row.predicted is not None:
        found = row.predicted
        said = f"{shown(row.metric, found.median)} ({limits(row.metric, found.intervals[0.80])})"
    panel.text(1.03, lower, said, fontsize=7.0, color=_TEXT_COLOURS[colour], **common)
    number = f"{row.n:,}" if row.n is not None else NOTHING
    panel.text(_beyond(), upper, number, fontsize=7.0, color=ink, ha="right", **common)


def _elided(text: str, letters: int) -> str:
    """A text that fits, without its middle if it is too long: names of trials end in author and year."""
    if len(text) <= letters:
        return text
    end = min(_KEPT_END, letters // 2)
    return f"{text[: letters - end - 1].rstrip(' -')}…{text[-end:]}"


def _name_columns(panel: Axes) -> None:
    common: dict[str, Any] = {
        "transform": panel.get_yaxis_transform(),
        "fontsize": 6.6,
        "color": MUTED,
        "va": "bottom",
    }
    panel.text(1.03, 0.02, "reported (interval)\npredicted (80 %)", **common)
    panel.text(_beyond(), 0.02, "n", ha="right", **common)


def _key(figure: Figure, rows: Sequence[LedgerRow], leave_out: bool) -> None:
    """Explains the marks that this figure holds, in two rows along its top."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    scored = [row for row in rows if row.is_scored]
    verdicts = {verdict(row) for row in scored}
    names = [name for name in _MARKERS if name in verdicts]
    marks: list[Line2D | Patch] = [
        Line2D([], [], linestyle="", markeredgewidth=0.6, label=label, **_MARKERS[name])
        for name in names
        for label in [f"{'reported, ' if name == names[0] else ''}{name}"]
    ]
    if len(scored) < len(rows):
        marks.append(Line2D([], [], linestyle="", markeredgewidth=0.6, label="not scored", **_unscored()))
    uses = {row.use for row in rows if row.predicted is not None}
    bars: list[Line2D | Patch] = [
        Line2D([], [], color=colour, linewidth=4, label=label)
        for use, colour, label in (
            (PREDICTION, PREDICTED_COLOUR, "predicted: 50, 80, 95 %"),
            (
                CALIBRATION,
                CALIBRATED_COLOUR,
                f"calibration trial{', left out' if leave_out else ''}, predicted",
            ),
        )
        if use in uses
    ]
    pools = {found[0] for row in rows if (found := pool_of(row)) is not None}
    bars += [
        Patch(facecolor=face, edgecolor=POOL_COLOUR, label=f"pool of the {name}, 80 %")
        for name, face in ((SAME_CLASS, POOL_COLOUR), (SAME_DISEASE, "white"))
        if name in pools
    ]
    common: dict[str, Any] = {
        "frameon": False,
        "fontsize": 7.0,
        "handlelength": 1.4,
        "handletextpad": 0.5,
        "columnspacing": 1.3,
        "borderaxespad": 0.2,
        "loc": "upper left",
    }
    height = figure.get_figheight()
    if marks:
        figure.legend(handles=marks, ncols=len(marks), bbox_to_anchor=(0.0, 1.0), **common)
    if bars:
        figure.legend(handles=bars, ncols=len(bars), bbox_to_anchor=(0.0, 1 - 0.17 / height), **common)
