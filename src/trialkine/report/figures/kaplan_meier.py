"""Kaplan-Meier curves with censoring ticks, pointwise bands, direct labels and numbers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.report.curves import ENDPOINTS, ArmCurve, arm_curves
from trialkine.report.figures.style import (
    MUTED,
    ArmStyle,
    arm_styles,
    as_plain_text,
    house_style,
    month_axis,
    new_figure,
    spread_apart,
    wrapped,
)
from trialkine.report.table_types import typed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trialkine.trial.result import TrialResult

_LEFT, _WIDTH = 0.085, 0.665
_PLOT_INCHES = 2.75
_ROW_INCHES = 0.2
MOST_BANDS = 4
"""The bands of more arms than this would lie on each other as mud."""


def kaplan_meier(result: TrialResult, endpoint: str) -> Figure:
    """The curves of all arms for `os`, `pfs`, `ttp` or `dor`.

    Raises: InputError, when there is no such endpoint.
    """
    return draw_curves(arm_curves(typed(result), endpoint), ENDPOINTS[endpoint])


def draw_curves(curves: Sequence[ArmCurve], title: str) -> Figure:
    """Curves in one panel over a table of the numbers at risk."""
    styles = arm_styles([curve.arm for curve in curves])
    shown = [curve for curve in curves if curve.months.size]
    last = max((float(curve.observed[-1]) for curve in shown), default=1.0)
    table_inches = 0.2 + _ROW_INCHES * len(shown)
    plot_inches = max(_PLOT_INCHES, _label_inches(shown) * len(shown))
    with house_style():
        figure = new_figure(0.1 + plot_inches + 0.5 + table_inches)
        height = figure.get_figheight()
        panel = figure.add_axes((_LEFT, (table_inches + 0.5) / height, _WIDTH, plot_inches / height))
        for curve in shown:
            _draw_curve(panel, curve, styles[curve.arm], has_band=len(shown) <= MOST_BANDS)
        panel.set_ylim(0, 1.02)
        panel.set_yticks(np.linspace(0, 1, 5), ["0", "25", "50", "75", "100"])
        panel.set_ylabel(f"{title.lower()}, %")
        ticks = month_axis(panel, last)
        panel.set_xlabel("months")
        _label_ends(panel, shown, styles, _label_inches(shown) / plot_inches)
        if shown:
            table = figure.add_axes((_LEFT, 0.02 / height, _WIDTH, table_inches / height))
            _number_at_risk(table, shown, styles, ticks, panel.get_xlim())
        else:
            panel.text(0.5, 0.5, "no patients to count", transform=panel.transAxes, ha="center")
    return figure


def _draw_curve(panel: Axes, curve: ArmCurve, style: ArmStyle, *, has_band: bool) -> None:
    if has_band:
        is_known = ~(np.isnan(curve.low) | np.isnan(curve.high))
        panel.fill_between(
            curve.months,
            curve.low,
            curve.high,
            where=is_known.tolist(),
            step="post",
            color=style.line,
            alpha=0.11,
            linewidth=0,
        )
    dashes: dict[str, Any] = {"dashes": style.dash} if style.dash else {}
    # A curve runs on, flat, to the last patient followed.
    months = np.append(curve.months, max(curve.observed[-1], curve.months[-1]))
    if curve.trials > 1:
        months = curve.months
    survival = curve.survival if curve.trials > 1 else np.append(curve.survival, curve.survival[-1])
    panel.step(months, survival, where="post", color=style.line, linewidth=1.5, **dashes)
    panel.plot(
        curve.censored_months,
        curve.censored_survival,
        linestyle="",
        marker="|",
        markersize=4.5,
        markeredgewidth=0.7,
        color=style.line,
        clip_on=False,
    )


def _label_inches(curves: Sequence[ArmCurve]) -> float:
    """The height that the label of one curve takes, its median included. Units: returns [inch]."""
    lines = max((len(wrapped(curve.arm).splitlines()) + 1 for curve in curves), default=1)
    return 0.143 * lines + 0.055


def _label_ends(panel: Axes, curves: Sequence[ArmCurve], styles: dict[str, ArmStyle], gap: float) -> None:
    """Names and medians beside the ends of the curves, `gap` of the panel's height apart."""
    texts = [f"{wrapped(curve.arm)}\n{curve.median}" for curve in curves]
    heights = spread_apart([float(curve.survival[-1]) for curve in curves], gap, gap / 2, 1 - gap / 2)
    for curve, text, height in zip(curves, texts, heights, strict=True):
        name, _, median = text.rpartition("\n")
        panel.annotate(
            as_plain_text(name),
            (1.025, height),
            xycoords="axes fraction",
            color=styles[curve.arm].text,
            fontsize=7.8,
            fontweight="bold",
            va="bottom",
            linespacing=1.15,
            annotation_clip=False,
        )
        panel.annotate(
            median,
            (1.025, height),
            xytext=(0, -2),
            textcoords="offset points",
            xycoords="axes fraction",
            color=styles[curve.arm].text,
            fontsize=7.5,
            va="top",
            annotation_clip=False,
        )


def _number_at_risk(
    table: Axes,
    curves: Sequence[ArmCurve],
    styles: dict[str, ArmStyle],
    ticks: Sequence[float],
    limits: tuple[float, float],
) -> None:
    table.set_axis_off()
    table.set_xlim(*limits)
    rows = len(curves)
    table.set_ylim(0, 0.2 + _ROW_INCHES * rows)
    is_mean = any(curve.trials > 1 for curve in curves)
    heading = "Number at risk" + (" (mean per trial)" if is_mean else "")
    top = 0.2 + _ROW_INCHES * rows
    table.text(0, top, heading, fontsize=7.2, color=MUTED, va="top", ha="left")
    for place, curve in enumerate(curves):
        base = top - 0.2 - _ROW_INCHES * place
        table.text(
            1.025,
            (base - 0.1) / top,
            as_plain_text(curve.arm if len(curve.arm) <= 32 else curve.arm[:31] + "…"),
            transform=table.transAxes,
            fontsize=7.2,
            color=styles[curve.arm].text,
            va="center",
        )
        for tick in ticks:
            table.text(
                tick,
                base - 0.1,
                f"{curve.at_risk(tick):.0f}",
                fontsize=7.4,
                color=styles[curve.arm].text,
                va="center",
                ha="center",
            )
