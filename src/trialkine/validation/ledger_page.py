"""The ledger as one HTML page that loads nothing from anywhere."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from trialkine.validation.coverage import scored_rows
from trialkine.validation.ledger import Ledger
from trialkine.validation.ledger_answer import answer_of
from trialkine.validation.ledger_figures import placed_forests, placed_pit
from trialkine.validation.ledger_rows import shown_trials
from trialkine.validation.ledger_tables import coverage_tables, score_tables, summaries_of
from trialkine.validation.misses import shown_misses
from trialkine.validation.page_environment import common_context, page_environment, shown_about

MISSES_OPEN = 12
"""So many of the worst misses stand open; the others can be unfolded."""


def ledger_page(ledger: Ledger) -> str:
    """The whole page; an empty ledger gives a page that says so."""
    summaries = summaries_of(ledger.rows)
    pit = placed_pit(ledger)
    misses = shown_misses(ledger.rows, ledger.leave_out)
    context: dict[str, Any] = {
        **common_context(),
        "version": version("trialkine"),
        "ledger": ledger,
        "answer": answer_of(ledger),
        "scored": len(scored_rows(ledger.rows)),
        "coverage": coverage_tables(summaries, ledger.leave_out),
        "scores": score_tables(summaries, ledger.leave_out),
        "pit": pit,
        "forests": placed_forests(ledger, 1 if pit is None else 2),
        "misses": misses[:MISSES_OPEN],
        "more_misses": misses[MISSES_OPEN:],
        "trials": shown_trials(ledger.rows),
        "about": shown_about(ledger.about),
    }
    return page_environment().get_template("ledger.html.j2").render(context)
