"""The boundaries of two-stage designs, and their chance to call a treatment promising at every true rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from trialkine.design.two_stage import operating_characteristics
from trialkine.report.figures.style import (
    MUTED,
    ArmStyle,
    arm_styles,
    house_style,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from trialkine.design.simon import SimonDesigns
    from trialkine.design.two_stage import TwoStageRule

_HEIGHT_INCHES = 3.1
_LEGEND_INCHES = 0.19  # per design
_RATES = 101


def two_stage_boundary(designs: SimonDesigns, *, with_admissible: bool = True) -> Figure:
    """Left: responses at which each stage ends the hope. Right: chance to be promising, p0 and p1 marked."""
    rules: dict[str, TwoStageRule] = {}
    for name, design in designs.named():
        if with_admissible or name != "admissible":
            rule = design.rule
            rules.setdefault(f"{name} {rule.r1}/{rule.n1}, {rule.r}/{rule.n}", rule)
    styles = arm_styles(list(rules))
    with house_style():
        figure = new_figure(_HEIGHT_INCHES + _LEGEND_INCHES * len(rules))
        left, right = figure.subplots(1, 2)
        for name, rule in rules.items():
            _draw_boundary(left, rule, styles[name], name)
            _draw_power(right, rule, styles[name])
        _finish_boundary(left, list(rules.values()))
        _finish_power(right, designs)
        figure.legend(*left.get_legend_handles_labels(), loc="lower left", frameon=False, fontsize=7.5)
        figure.tight_layout(rect=(0, _LEGEND_INCHES * (len(rules) + 0.5) / figure.get_figheight(), 1, 1))
    return figure


def _line(style: ArmStyle) -> dict[str, Any]:
    dashes: dict[str, Any] = {"dashes": style.dash} if style.dash else {}
    return {"color": style.line, "linewidth": 1.5, **dashes}


def _draw_boundary(panel: Axes, rule: TwoStageRule, style: ArmStyle, name: str) -> None:
    """From the limit of stage one to that of the whole trial, and down to 0 at each."""
    panel.vlines([rule.n1, rule.n], 0, [rule.r1, rule.r], color=style.line, linewidth=3, alpha=0.35)
    panel.plot([rule.n1, rule.n], [rule.r1, rule.r], marker="o", markersize=3.5, label=name, **_line(style))


def _finish_boundary(panel: Axes, rules: list[TwoStageRule]) -> None:
    panel.set_xlim(0, 1.06 * max(rule.n for rule in rules))
    panel.set_ylim(-0.3, 1.25 * max(rule.r for rule in rules) + 1)
    panel.set_xlabel("patients")
    panel.set_ylabel("responses")
    panel.set_title("Stop, or not promising, at or below")


def _draw_power(panel: Axes, rule: TwoStageRule, style: ArmStyle) -> None:
    rates = np.linspace(0.0, 1.0, _RATES)
    chances = [100.0 * operating_characteristics(rule, rate).promising_probability for rate in rates.tolist()]
    panel.plot(100.0 * rates, chances, **_line(style))


def _finish_power(panel: Axes, designs: SimonDesigns) -> None:
    for rate, chance, name in ((designs.p0, designs.alpha, "p0"), (designs.p1, designs.power, "p1")):
        panel.axvline(100.0 * rate, color=MUTED, linewidth=0.7, dashes=(3, 2))
        panel.plot([100.0 * rate], [100.0 * chance], marker="+", markersize=7, color=MUTED, linestyle="")
        panel.text(100.0 * rate, 103, name, color=MUTED, ha="center", fontsize=7)
    panel.set_xlim(0, min(100.0, 100.0 * (2.0 * designs.p1 - designs.p0)))
    panel.set_ylim(0, 102)
    panel.set_xlabel("true response rate, %")
    panel.set_ylabel("chance to be promising, %")
