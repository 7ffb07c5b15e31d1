"""The context of use as one HTML page that loads nothing from anywhere, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from trialkine.population.ensemble import ParameterEnsemble
from trialkine.published_trials.catalogue import published_trials
from trialkine.records import KINDS
from trialkine.report.assumptions import KIND_WORDS
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell
from trialkine.trial.protocol import Protocol
from trialkine.validation.assumed_numbers import Assumptions
from trialkine.validation.context import Credibility, Stated, credibility
from trialkine.validation.context_json import context_text
from trialkine.validation.ledger import Ledger
from trialkine.validation.ledger_answer import answer_of
from trialkine.validation.ledger_tables import disease_coverage_tables
from trialkine.validation.page_environment import common_context, page_environment, shown_about

DEFAULTS = Stated()


def write_context(
    ledger: Ledger,
    folder: Path,
    *,
    stated: Stated = DEFAULTS,
    protocols: Mapping[str, Protocol] | None = None,
    members: ParameterEnsemble | None = None,
) -> None:
    """Write `context.html` and `context.json` into a folder.

    `protocols` are the ledger's trials by name, those of the package if absent; `members` is the ensemble.

    Raises: InputError, when a grade or an agent is not known; OSError, when a file cannot be written.
    """
    trials = published_trials() if protocols is None else protocols
    found = credibility(ledger, stated, trials, members)
    texts = {"context.html": context_page(found), "context.json": context_text(found)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def context_page(found: Credibility) -> str:
    """The whole page."""
    context: dict[str, Any] = {
        **common_context(),
        "version": version("trialkine"),
        "found": found,
        "answer": answer_of(found.ledger),
        "kinds": kinds_table(found.assumptions),
        "assumed": found.assumptions.assumed,
        "coverage": disease_coverage_tables(found.ledger),
        "about": shown_about(found.ledger.about),
    }
    return page_environment().get_template("context.html.j2").render(context)


def kinds_table(found: Assumptions) -> Table:
    """How many numbers of each kind there are, of every disease and agent and together."""
    rows = [Row(scope.title, tuple(Cell(str(scope.kinds[kind])) for kind in KINDS)) for scope in found.scopes]
    rows.append(Row("Together, each once", tuple(Cell(str(found.kinds[kind])) for kind in KINDS)))
    columns = ("Numbers of", *(kind.replace("_", " ").capitalize() for kind in KINDS))
    meanings = "; ".join(f"{kind.replace('_', ' ')}: {KIND_WORDS[kind]}" for kind in KINDS)
    return Table("Numbers by what is known of them", columns, tuple(rows), (f"{meanings.capitalize()}.",))
