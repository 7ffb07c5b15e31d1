"""How a result shows itself in a notebook: a small table of the main outcomes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from trialkine.report.endpoints_shown import main_metrics
from trialkine.report.interval_words import TOO_FEW_TRIALS, interval_kind, shown_metrics
from trialkine.report.outcomes import Summary, summarise
from trialkine.report.strategy_words import strategy_label, strategy_notes
from trialkine.report.words import BANNER, UNDEFINED, Cell, metric_cell, whole

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

_LEFT = "text-align:left;padding-right:1em"


def result_html(result: TrialResult) -> str:
    """A self-contained HTML fragment with the main outcomes of each arm."""
    return summary_html(summarise(result))


def summary_html(summary: Summary) -> str:
    """The main outcomes of each arm as an HTML fragment."""
    shown = main_metrics(summary.facts)
    head = "".join(_head(strategy_label(name, summary.facts)) for name in shown)
    rows = []
    for arm in summary.arms:
        metrics = shown_metrics(summary, arm.group)
        cells = "".join(
            f'<td style="{_LEFT}">{_in_words(metric_cell(name, metrics[name]))}</td>' for name in shown
        )
        rows.append(
            f'<tr><th scope="row" style="{_LEFT}">{escape(arm.name)}</th>'
            f'<td style="{_LEFT}">{whole(arm.group.n)}</td>{cells}</tr>'
        )
    kind = interval_kind(summary)
    brackets = f"In brackets: {kind}s" if kind else f"No intervals: {TOO_FEW_TRIALS}"
    notes = "".join(f" {escape(note)}" for note in strategy_notes(summary.facts))
    return (
        f"<div><strong>{escape(summary.facts.title)}</strong><table><thead><tr>"
        f"{_head('Arm')}{_head('Patients')}{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f"<small>{escape(BANNER)} {brackets}, conditional on {escape(summary.conditional_on)}.{notes}</small>"
        "</div>"
    )


def _in_words(cell: Cell) -> str:
    """A number with its interval, or the reason why there is none, as markup."""
    return escape(f"{cell.value} ({cell.remark})" if cell.value == UNDEFINED else cell.in_a_line)


def _head(name: str) -> str:
    return f'<th scope="col" style="{_LEFT}">{escape(name)}</th>'
