"""How a result shows itself in a notebook: a small table of the main outcomes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from trialkine.report.outcomes import Summary, summarise
from trialkine.report.words import BANNER, metric_cell, metric_label, whole

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

MAIN_METRICS = ("orr", "cr_rate", "pfs_median_months", "os_median_months")


def result_html(result: TrialResult) -> str:
    """A self-contained HTML fragment with the main outcomes of each arm."""
    return summary_html(summarise(result))


def summary_html(summary: Summary) -> str:
    """The main outcomes of each arm as an HTML fragment."""
    head = "".join(_head(metric_label(name)) for name in MAIN_METRICS)
    rows = []
    for arm in summary.arms:
        cells = "".join(
            f'<td style="text-align:left">{escape(metric_cell(name, arm.group.metrics[name]).in_a_line)}</td>'
            for name in MAIN_METRICS
        )
        rows.append(
            f'<tr><th scope="row" style="text-align:left">{escape(arm.name)}</th>'
            f'<td style="text-align:left">{whole(arm.group.n)}</td>{cells}</tr>'
        )
    kind = "95 % predictive" if summary.is_predictive else "95 % confidence"
    return (
        f"<div><strong>{escape(summary.facts.title)}</strong><table><thead><tr>"
        f"{_head('Arm')}{_head('Patients')}{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f"<small>{escape(BANNER)} In brackets: {kind} intervals, conditional on one parameter set.</small>"
        "</div>"
    )


def _head(name: str) -> str:
    return f'<th scope="col" style="text-align:left">{escape(name)}</th>'
