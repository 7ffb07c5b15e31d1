"""Toxicity: the patients of each arm by the worst grade of each toxicity, as stacked bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

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

    from trialkine.report.adverse_events import ArmToxicity

GRADE_COLOURS: Mapping[int, str] = {1: "#fee5c8", 2: "#fdbb84", 3: "#ef6548", 4: "#b30000", 5: "#1d2433"}
INCHES_PER_BAR = 0.2


def toxicity_bars(found: Sequence[ArmToxicity], arms: Sequence[str]) -> Figure:
    """One panel per arm with anything to show, the toxicities most often severe on top."""
    shown = [arm for arm in found if arm.outcomes]
    styles = arm_styles(arms)
    columns = min(2, max(1, len(shown)))
    rows_of_panels = -(-len(shown) // columns)
    bars = max(len(arm.outcomes) for arm in shown)
    with house_style():
        height = 0.45 + rows_of_panels * (0.75 + INCHES_PER_BAR * bars)
        figure = new_figure(height)
        panels = figure.subplots(rows_of_panels, columns, squeeze=False).ravel()
        for panel, arm in zip(panels, shown, strict=False):
            _bars(panel, arm, bars)
            panel.set_title(as_plain_text(wrapped(arm.arm, 46)), color=styles[arm.arm].text)
        for panel in panels[len(shown) :]:
            panel.set_visible(False)
        for panel in panels[max(0, len(shown) - columns) : len(shown)]:
            panel.set_xlabel("% of patients, by worst grade")
        _key(figure)
        figure.subplots_adjust(
            left=0.175, right=0.985, bottom=0.42 / height, top=1 - 0.55 / height,
            hspace=0.75 / (INCHES_PER_BAR * bars), wspace=0.55,
        )  # fmt: skip
    return figure


def _bars(panel: Axes, arm: ArmToxicity, places: int) -> None:
    for place, outcome in enumerate(arm.outcomes):
        start = 0.0
        for grade in sorted(GRADE_COLOURS, reverse=True):  # the worst next to the axis, to be compared
            width = 100.0 * outcome.share(grade, grade)
            panel.barh(
                place, width, left=start, height=0.72, color=GRADE_COLOURS[grade], edgecolor=MUTED,
                linewidth=0.3 if width else 0.0,
            )  # fmt: skip
            start += width
    panel.set_yticks(range(len(arm.outcomes)), [outcome.title for outcome in arm.outcomes], color=INK)
    panel.tick_params(axis="y", length=0)
    panel.set_ylim(places - 0.4, -0.6)  # bars of all arms are equally thick
    panel.set_xlim(0, 100)
    panel.grid(True, axis="x")
    panel.grid(False, axis="y")


def _key(figure: Figure) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=colour, edgecolor=MUTED, linewidth=0.5, label=f"grade {grade}")
        for grade, colour in GRADE_COLOURS.items()
    ]
    figure.legend(
        handles=handles,
        ncols=len(handles),
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        frameon=False,
        fontsize=7.5,
        handlelength=1.3,
        handletextpad=0.5,
        columnspacing=1.4,
        borderaxespad=0.3,
    )
