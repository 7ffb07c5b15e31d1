"""Every donor's reading as a dot, with the cut that makes a responder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialkine.assay.protocol import hours
from trialkine.assay.read_outs import READ_OUTS
from trialkine.assay.wells import background_names
from trialkine.randomness import uniforms
from trialkine.report.figures.style import (
    INK,
    MUTED,
    arm_styles,
    as_plain_text,
    house_style,
    new_figure,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trialkine.assay.responders import Cut
    from trialkine.assay.run import AssayResult

MOST_WELLS = 6
JITTER = 0.3


def donor_strip_figure(result: AssayResult, cuts: Sequence[Cut]) -> Figure:
    """Raw readings at the responder's time: a column per kind of well and group, on a logarithmic scale."""
    rule = result.protocol.responder
    assert rule is not None  # drawn only where there is a rule
    height = 2.5 * len(cuts) + 0.4
    with house_style():
        figure = new_figure(height)
        panels = figure.subplots(len(cuts), 1, squeeze=False, sharex=True)[:, 0]
        figure.subplots_adjust(
            left=0.085, right=0.94, top=1 - 0.28 / height, bottom=0.5 / height, hspace=0.22
        )
        for cut, axes in zip(cuts, panels, strict=True):
            _panel(axes, result, cut, rule.cut == "pooled", hours(rule.at.days))
    return figure


def strip_labels(result: AssayResult) -> list[str]:
    """The wells that get a column: without a stimulus first, no series."""
    usual = result.protocol.assay
    shown = [background_names(usual, usual)[0]]
    shown += [w.label for w in result.wells if not w.varied and not w.is_background and w.sample == usual]
    return shown[:MOST_WELLS]


def _panel(axes: Axes, result: AssayResult, cut: Cut, is_pooled: bool, hour: float) -> None:
    read_out = READ_OUTS[cut.read_out]
    labels, groups = strip_labels(result), list(result.groups)
    styles = arm_styles(groups)
    here = result.readings.filter((pl.col("read_out") == cut.read_out) & (pl.col("hour") == hour))
    floor = 100.0 / read_out.events
    width = 0.8 / len(groups)
    for column, label in enumerate(labels):
        for place, group in enumerate(groups):
            part = here.filter((pl.col("well") == label) & (pl.col("group") == group)).sort("donor")
            values = np.maximum(part["measured"].to_numpy(), floor)
            spread = uniforms(0, "assay: places of dots", range(values.size))[:, 0] - 0.5
            middle = column + (place - (len(groups) - 1) / 2) * width
            axes.plot(
                middle + JITTER * 2 * width * spread * 0.9, values, "o", color=styles[group].line,
                markersize=2.6, alpha=0.65, markeredgewidth=0,
            )  # fmt: skip
            median = float(np.median(values))
            axes.plot([middle - 0.33 * width, middle + 0.33 * width], [median, median], color=INK, lw=1.3)
    axes.set_yscale("log")
    if is_pooled:
        axes.axhline(cut.level, color=MUTED, linewidth=1.0, dashes=(4, 2))
        axes.text(
            1.005, cut.level, f"cut\n{cut.level:.2g} %", color=MUTED, fontsize=7, va="center", ha="left",
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip
    axes.yaxis.set_major_formatter(lambda value, place: f"{value:g}")
    axes.set_xlim(-0.6, len(labels) - 0.4)
    axes.set_xticks(range(len(labels)), [as_plain_text(wrapped(label, 18)) for label in labels])
    axes.tick_params(axis="x", length=0)
    axes.set_title(f"{read_out.title}, %", fontsize=8)
    if len(groups) > 1 and cut is not None:
        for place, group in enumerate(groups):
            axes.text(
                0.99 - 0.14 * (len(groups) - 1 - place), 1.02, group, color=styles[group].text, fontsize=7.5,
                fontweight="bold", ha="right", transform=axes.transAxes,
            )  # fmt: skip
