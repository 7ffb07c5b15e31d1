"""Spider: each patient's tumour sum over time, from the first scan to the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trialkine.records import DAYS_PER_MONTH
from trialkine.report.figures.panels import line_colour, response_key
from trialkine.report.figures.style import (
    MUTED,
    arm_styles,
    as_plain_text,
    house_style,
    month_axis,
    new_figure,
    wrapped,
)
from trialkine.report.picks import pick_patients
from trialkine.report.tumour_size import SizeMeasure, percent_changes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from trialkine.trial.result import TrialResult

MOST_PATIENTS = 60
HIGHEST_PERCENT = 150.0


def spider(result: TrialResult, measure: SizeMeasure) -> Figure:
    """One panel per arm, two panels to a row; lines leave the panel above +150 %."""
    changes = percent_changes(result, measure)
    last = changes["day"].max()
    last_month = max(1.0, float(last) / DAYS_PER_MONTH) if isinstance(last, int | float) else 1.0
    styles = arm_styles(result.arms)
    columns = min(2, len(result.arms))
    rows_of_panels = -(-len(result.arms) // columns)
    with house_style():
        figure = new_figure(0.75 + 2.35 * rows_of_panels)
        panels = figure.subplots(rows_of_panels, columns, squeeze=False, sharey=True).ravel()
        seen: set[str] = set()
        for panel, arm in zip(panels, result.arms, strict=False):
            chosen = pick_patients(result, arm, MOST_PATIENTS)
            for row in chosen.select("patient", "best_response").iter_rows(named=True):
                path = changes.filter(
                    (pl.col("arm") == arm) & (pl.col("trial") == 0) & (pl.col("patient") == row["patient"])
                )
                if not path.height:
                    continue
                seen.add(row["best_response"])
                months = path["day"].to_numpy() / DAYS_PER_MONTH
                heights = np.clip(path["change"].to_numpy(), -100, 4 * HIGHEST_PERCENT)
                if months[0] > 0:
                    months, heights = np.insert(months, 0, 0.0), np.insert(heights, 0, 0.0)
                colour = line_colour(row["best_response"])
                panel.plot(months, heights, color=colour, linewidth=0.9, alpha=0.75)
                panel.plot(months[-1:], heights[-1:], "o", color=colour, markersize=1.8, alpha=0.9)
            panel.axhline(0, color=MUTED, linewidth=0.8)
            for level in (measure.response_percent, measure.growth_percent):
                panel.axhline(level, color=MUTED, linewidth=0.7, dashes=(3, 2))
            panel.set_title(as_plain_text(wrapped(arm, 44)), color=styles[arm].text)
            panel.set_ylim(-105, HIGHEST_PERCENT)
            panel.set_yticks([-100, -50, 0, 50, 100, 150], ["−100", "−50", "0", "+50", "+100", "+150"])
            month_axis(panel, last_month)
            panel.set_xlabel("months")
        for panel in panels[len(result.arms) :]:
            panel.set_visible(False)
        for panel in panels[::columns]:
            panel.set_ylabel("change from baseline, %")
        response_key(figure, sorted(seen), is_line=True)
        height = figure.get_figheight()
        figure.subplots_adjust(
            left=0.085, right=0.985, bottom=0.42 / height, top=1 - 0.52 / height, hspace=0.42, wspace=0.08
        )
    return figure
