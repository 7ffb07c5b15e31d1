"""Waterfall: each patient's deepest change of the tumour sum, coloured by best response."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialkine.report.figures.panels import response_key
from trialkine.report.figures.style import (
    MUTED,
    RESPONSE_COLOURS,
    arm_styles,
    as_plain_text,
    house_style,
    new_figure,
)
from trialkine.report.picks import pick_patients
from trialkine.report.tumour_size import SizeMeasure, best_changes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trialkine.trial.result import TrialResult

MOST_PATIENTS = 200
HIGHEST_PERCENT = 100.0


def waterfall(result: TrialResult, measure: SizeMeasure) -> Figure:
    """One panel per arm; growth beyond +100 % is drawn as +100 %."""
    changes = best_changes(result, measure)
    styles = arm_styles(result.arms)
    with house_style():
        figure = new_figure(0.7 + 1.75 * len(result.arms))
        panels = figure.subplots(len(result.arms), 1, squeeze=False, sharey=True)[:, 0]
        seen: set[str] = set()
        for panel, arm in zip(panels, result.arms, strict=True):
            chosen = pick_patients(result, arm, MOST_PATIENTS)
            rows = chosen.select("arm", "trial", "patient", "best_response").join(
                changes, on=["arm", "trial", "patient"], how="inner"
            )
            rows = rows.sort(["change", "patient"], descending=[True, False])
            seen |= set(rows["best_response"].to_list())
            _draw_bars(panel, rows)
            for level in (measure.response_percent, measure.growth_percent):
                panel.axhline(level, color=MUTED, linewidth=0.7, dashes=(3, 2))
            panel.axhline(0, color=MUTED, linewidth=0.8)
            panel.set_title(as_plain_text(arm), color=styles[arm].text)
            panel.set_ylim(-105, HIGHEST_PERCENT + 5)
            panel.set_yticks([-100, -50, 0, 50, 100], ["−100", "−50", "0", "+50", "≥ +100"])
            panel.set_xticks([])
            panel.spines["bottom"].set_visible(False)
            panel.set_ylabel("change, %")
            if not rows.height:
                panel.text(
                    0.5, 0.5, "no patient has a scan after baseline", transform=panel.transAxes, ha="center"
                )
        response_key(figure, sorted(seen))
        top = 1 - 0.5 / figure.get_figheight()
        figure.subplots_adjust(
            left=0.085, right=0.99, bottom=0.1 / figure.get_figheight(), top=top, hspace=0.26
        )
    return figure


def _draw_bars(panel: object, rows: pl.DataFrame) -> None:
    from matplotlib.axes import Axes

    assert isinstance(panel, Axes)
    heights = np.clip(rows["change"].to_numpy(), -100.0, HIGHEST_PERCENT)
    # A patient without change keeps a visible sliver.
    heights = np.where(np.abs(heights) < 1.0, np.where(heights < 0, -1.0, 1.0), heights)
    colours = [RESPONSE_COLOURS[name] for name in rows["best_response"]]
    panel.bar(
        np.arange(rows.height),
        heights,
        width=0.86,
        color=colours,
        edgecolor=MUTED,
        linewidth=0.0 if rows.height > 80 else 0.5,
    )
    panel.set_xlim(-1, max(rows.height, 12))
