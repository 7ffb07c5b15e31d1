"""Dose delivery: doses given and held in each cycle, beside what was planned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from trialkine.report.dose_counts import AgentDoses
from trialkine.report.figures.style import (
    INK,
    MUTED,
    arm_styles,
    as_plain_text,
    house_style,
    new_figure,
    wrapped,
)
from trialkine.report.words import plain_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_CYCLES = 12


def dose_delivery(agents: Sequence[AgentDoses], arms: Sequence[str]) -> Figure:
    """One panel per arm and agent; the first cycles only, where a treatment has many."""
    styles = arm_styles(arms)
    columns = min(2, max(1, len(agents)))
    rows_of_panels = max(1, -(-len(agents) // columns))
    with house_style():
        figure = new_figure(0.55 + 1.85 * rows_of_panels)
        panels = figure.subplots(rows_of_panels, columns, squeeze=False).ravel()
        for panel, doses in zip(panels, agents, strict=False):
            colour = styles[doses.arm].line
            for cycle in doses.cycles[:MOST_CYCLES]:
                panel.bar(
                    cycle.cycle, cycle.planned, width=0.74, facecolor="none", edgecolor=MUTED, linewidth=0.8
                )
                panel.bar(cycle.cycle, cycle.given, width=0.74, color=colour, alpha=0.85)
                panel.bar(
                    cycle.cycle,
                    cycle.held,
                    bottom=cycle.given,
                    width=0.74,
                    facecolor="#f1f2f5",
                    edgecolor=MUTED,
                    hatch="////",
                    linewidth=0.4,
                )
                panel.text(
                    cycle.cycle,
                    cycle.planned,
                    f"n={cycle.patients}" if len(doses.cycles) <= 6 else f"{cycle.patients}",
                    ha="center",
                    va="bottom",
                    fontsize=6.5,
                    color=INK,
                )
            agent = plain_name(doses.agent)
            name = f"{doses.arm}: {agent}" if agent.lower() not in doses.arm.lower() else doses.arm
            panel.set_title(
                as_plain_text(wrapped(f"{name}, {doses.place}", 46)), color=styles[doses.arm].text
            )
            count = min(MOST_CYCLES, max((cycle.cycle for cycle in doses.cycles), default=1))
            panel.set_xlim(0.3, max(count, 3) + 0.7)
            panel.set_xticks(range(1, count + 1))
            panel.set_xlabel("course or cycle")
            top = max((cycle.planned for cycle in doses.cycles), default=1.0)
            panel.set_ylim(0, max(top, 1.0) * 1.16)
        for panel in panels[len(agents) :]:
            panel.set_visible(False)
        for panel in panels[::columns]:
            panel.set_ylabel("doses per patient")
        _key(figure)
        height = figure.get_figheight()
        figure.subplots_adjust(
            left=0.085, right=0.985, bottom=0.42 / height, top=1 - 0.52 / height, hspace=0.62, wspace=0.16
        )
    return figure


def _key(figure: Figure) -> None:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=MUTED, alpha=0.85, label="given"),
        Patch(facecolor="#f1f2f5", edgecolor=MUTED, hatch="////", linewidth=0.4, label="held"),
        Patch(
            facecolor="none",
            edgecolor=MUTED,
            label="planned (outline); above it, patients starting the cycle",
        ),
    ]
    figure.legend(
        handles=handles,
        ncols=3,
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        frameon=False,
        fontsize=7.5,
        handlelength=1.3,
        handletextpad=0.5,
        columnspacing=1.4,
        borderaxespad=0.3,
    )
