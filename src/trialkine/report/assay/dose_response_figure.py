"""Response against concentration, one panel per read-out, one line per group of donors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.assay.read_outs import READ_OUTS
from trialkine.assay.substances import SUBSTANCES
from trialkine.report.figures.style import MUTED, arm_styles, house_style, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trialkine.assay.summary import DoseResponse

COLUMNS = 2
PANEL_HEIGHT = 2.1


def dose_response_figure(series: Sequence[DoseResponse]) -> Figure:
    """One series at one time: means above background with 95 % intervals; a tick marks the EC50."""
    names = list(dict.fromkeys(one.read_out for one in series))
    groups = list(dict.fromkeys(one.group for one in series))
    rows = -(-len(names) // COLUMNS)
    top = 0.52 if len(groups) > 1 else 0.25
    height = rows * PANEL_HEIGHT + top
    with house_style(**{"axes.grid.axis": "both"}):
        figure = new_figure(height)
        panels = figure.subplots(rows, COLUMNS, squeeze=False)
        figure.subplots_adjust(
            left=0.075, right=0.985, top=1 - top / height, bottom=0.45 / height, hspace=0.62, wspace=0.2
        )
        for number, axes in enumerate(panels.ravel()):
            if number >= len(names):
                axes.set_axis_off()
                continue
            _panel(axes, [one for one in series if one.read_out == names[number]], groups)
            if number + COLUMNS >= len(names):
                unit = series[0].unit.replace("nmol/L", "nM").replace("ug", "µg")
                axes.set_xlabel(f"{SUBSTANCES[series[0].substance].title}, {unit}")
        if len(groups) > 1:
            styles = arm_styles(groups)
            handles: list[Any] = []
            for group in groups:
                dashes: dict[str, Any] = {"dashes": styles[group].dash} if styles[group].dash else {}
                handles += panels[0, 0].plot([], [], color=styles[group].line, label=group, **dashes)
            figure.legend(
                handles=handles, loc="upper left", bbox_to_anchor=(0.065, 1.0), ncols=2, frameon=False,
                handlelength=3.2, borderaxespad=0.1,
            )  # fmt: skip
    return figure


def _panel(axes: Axes, series: Sequence[DoseResponse], groups: Sequence[str]) -> None:
    read_out = READ_OUTS[series[0].read_out]
    styles = arm_styles(groups)
    for one in series:
        style = styles[one.group]
        middle = np.asarray([mean.estimate or 0.0 for mean in one.means])
        low = np.asarray([mean.estimate if mean.low is None else mean.low for mean in one.means], dtype=float)
        high = np.asarray(
            [mean.estimate if mean.high is None else mean.high for mean in one.means], dtype=float
        )
        dashes: dict[str, Any] = {"dashes": style.dash} if style.dash else {}
        axes.vlines(one.concentrations, low, high, color=style.line, linewidth=1.0)
        axes.plot(one.concentrations, middle, color=style.line, linewidth=1.5, **dashes)
        axes.plot(one.concentrations, middle, "o", color=style.line, markersize=3.2)
        if one.ec50.estimate is not None:
            axes.plot(
                [one.ec50.estimate], [0.5 * float(middle.max())], marker="D", markersize=5,
                markerfacecolor="white", markeredgecolor=style.text, zorder=4,
            )  # fmt: skip
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.axhline(0, color=MUTED, linewidth=0.7)
    axes.set_title(f"{read_out.title}, {read_out.unit}", fontsize=8)
