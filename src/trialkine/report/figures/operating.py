"""What a design does under the model beside the textbook: chance of success by member, or dose by dose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

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

    from trialkine.operating.courses import Characteristics

ACROSS = 2
ROW_INCHES = 2.9
MOST_PANELS = 6
_AS_PERCENT = ("response rate", "response difference")


def operating_figure(found: Sequence[Characteristics], members: str) -> Figure:
    """One panel per arm or comparison, at most six.

    Points: `members` of the pool, by their true value and the share of their trials that succeed; line: the
    textbook's chance. A dose escalation has bars: how often each dose is selected.
    """
    shown = list(found)[:MOST_PANELS]
    across = min(ACROSS, len(shown))
    down = -(-len(shown) // across)
    styles = arm_styles([one.name for one in shown])
    with house_style():
        figure = new_figure(ROW_INCHES * down)
        panels = np.atleast_1d(figure.subplots(down, across)).ravel()
        for panel, one in zip(panels, shown, strict=False):
            panel.set_title(as_plain_text(wrapped(one.name, 48 // across + 16)))
            if one.doses:
                _draw_doses(panel, one, styles[one.name].line)
            else:
                _draw_members(panel, one, styles[one.name].line, members)
        for panel in panels[len(shown) :]:
            panel.set_visible(False)
        figure.tight_layout()
    return figure


def _draw_members(panel: Axes, one: Characteristics, colour: str, members: str) -> None:
    scale = 100.0 if one.truth_name in _AS_PERCENT else 1.0
    points = [(member.truth, member.success) for member in one.members if np.isfinite(member.truth)]
    if points:
        truths, chances = np.transpose(points)
        panel.plot(
            scale * truths,
            100.0 * chances,
            marker="o",
            markersize=3.5,
            linestyle="",
            color=colour,
            alpha=0.45,
            markeredgewidth=0,
            label=members,
        )
        panel.set_xlim(*_around(scale * truths))
    if one.curve:
        grid, expected = np.transpose(one.curve)
        panel.plot(scale * grid, 100.0 * expected, color=INK, linewidth=1.1, label="textbook")
    panel.axhline(100.0 * one.success.mean, color=MUTED, linewidth=0.8, dashes=(3, 2), label="average")
    panel.set_ylim(-2, 102)
    panel.set_xlabel(f"{one.truth_name}{', %' if scale > 1.0 else ''}")
    panel.set_ylabel("chance of success, %")
    panel.legend(frameon=False, fontsize=7, loc="best")


def _around(values: np.ndarray) -> tuple[float, float]:
    """Limits that hold all values with some room."""
    low, high = float(values.min()), float(values.max())
    room = max(0.08 * (high - low), 0.05 * abs(high), 0.02)
    return low - room, high + room


def _draw_doses(panel: Axes, one: Characteristics, colour: str) -> None:
    places = np.arange(len(one.doses) + 1)  # the last for trials that select none
    model = [100.0 * dose.selected.mean for dose in one.doses]
    fixed = [100.0 * dose.textbook_selected for dose in one.doses]
    model.append(100.0 * one.early.mean)
    fixed.append(max(0.0, 100.0 - sum(fixed)))
    panel.bar(places - 0.2, model, width=0.38, color=colour, label="under the model")
    panel.bar(places + 0.2, fixed, width=0.38, color="#c3c8d1", hatch="//", label="fixed toxicity rates")
    labels = [
        f"{as_plain_text(wrapped(dose.name, 12))}\n{100 * dose.toxicity_rate:.0f} %" for dose in one.doses
    ]
    panel.set_xticks(places, [*labels, "none"])
    panel.set_ylim(0, 102)
    panel.set_xlabel("dose, with its average toxicity rate")
    panel.set_ylabel("selected, % of trials")
    panel.legend(frameon=False, fontsize=7, loc="best")
