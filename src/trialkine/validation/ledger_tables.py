"""The summary tables of the ledger's page: coverage of the intervals, and scores beside the pools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell
from trialkine.validation.baselines import SAME_CLASS
from trialkine.validation.coverage import (
    ALL,
    FRACTION,
    GROUPS,
    MONTH,
    OTHER,
    Comparison,
    Coverage,
    GroupSummary,
    MeanScores,
    summarise_rows,
)
from trialkine.validation.ledger import Ledger, LedgerRow
from trialkine.validation.ledger_words import (
    CALIBRATION,
    NOTHING,
    PREDICTION,
    disease_words,
    in_order,
    in_sentence,
    plural,
    use_title,
)
from trialkine.validation.nearest_pool import POOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

Summaries = Mapping[tuple[str, str], GroupSummary]
"""Summaries of groups of outcomes by use and group."""
_WIDE_LEVELS = (0.80, 0.95)
BETTER, WORSE, EQUAL = "better", "worse", "equal"
_ALL_OUTCOMES = "All outcomes"
_COVERAGE_NOTE = (
    "Shares count numbers. Beneath them each family of trials counts once, with exact 95 % limits for as "
    "many observations as there are families, since numbers of one family are not independent. 'Too few' and "
    "'too many' mark limits that leave out the interval's own level."
)
_SCORE_NOTE = (
    "CRPS, the continuous ranked probability score, is the mean distance between prediction and report, "
    "less what the prediction's own spread accounts for: lower is better, and a wide interval is not "
    "rewarded. Against a pool, those numbers count for which there is one; × says how many times the model's "
    "mean CRPS is as large as the pool's. The log score is the logarithm of the probability given to what "
    "was reported, with that of the same class beneath: higher is better."
)


def summaries_of(rows: Sequence[LedgerRow]) -> Summaries:
    """The summaries of a ledger's rows by use and group of outcomes."""
    return {(found.use, found.group): found for found in summarise_rows(rows)}


def uses_shown(summaries: Summaries, leave_out: bool) -> list[str]:
    """The uses that have a table of their own.

    All trials stand together only where none was predicted by an ensemble that had seen it.
    """
    present = [use for use in (PREDICTION, CALIBRATION) if (use, ALL) in summaries]
    return [ALL, *present] if leave_out and len(present) > 1 else present


def coverage_tables(summaries: Summaries, leave_out: bool) -> list[Table]:
    """The share of reported numbers inside their intervals, one table per use."""
    tables = []
    for use in uses_shown(summaries, leave_out):
        rows = [
            Row(
                label,
                (
                    Cell(str(found.rows), plural(found.families, "family", "families")),
                    *(_coverage_cell(one) for one in found.coverage),
                ),
            )
            for label, found in _groups(summaries, use)
        ]
        columns = ("Outcome", "Numbers", "Inside 50 %", "Inside 80 %", "Inside 95 %")
        tables.append(Table(use_title(use, leave_out), columns, tuple(rows)))
    return _with_note(tables, _COVERAGE_NOTE)


def disease_coverage_tables(ledger: Ledger) -> list[Table]:
    """The same for every disease by itself, with the score beside the same class, one table per use."""
    diseases = in_order([row.disease for row in ledger.rows])
    by_disease = {
        name: summaries_of([row for row in ledger.rows if row.disease == name]) for name in diseases
    }
    tables = []
    for use in uses_shown(summaries_of(ledger.rows), ledger.leave_out):
        rows = [
            Row(
                f"{disease_words(name)}: {in_sentence(label)}",
                (
                    Cell(str(found.rows), plural(found.families, "family", "families")),
                    *(_coverage_cell(one) for one in found.coverage if one.level in _WIDE_LEVELS),
                    _own_class_cell(found.comparisons),
                ),
            )
            for name in diseases
            for label, found in _groups(by_disease[name], use)
        ]
        columns = (
            "Disease and outcome",
            "Numbers",
            "Inside 80 %",
            "Inside 95 %",
            f"CRPS against {SAME_CLASS}",
        )
        tables.append(Table(use_title(use, ledger.leave_out), columns, tuple(rows)))
    return _with_note(tables, _COVERAGE_NOTE)


def score_tables(summaries: Summaries, leave_out: bool) -> list[Table]:
    """Mean scores beside those of the historical pools, one table per use; none without a pool."""
    tables = []
    for use in uses_shown(summaries, leave_out):
        if not summaries[use, ALL].comparisons:
            continue
        rows = [
            Row(f"{label}, {unit_words(own.unit)}", _score_cells(own, found.comparisons))
            for label, found in _groups(summaries, use)
            for own in found.scores
        ]
        columns = ("Outcome", "Mean CRPS", *(f"Against {pool}" for pool in POOLS), "Log score")
        tables.append(Table(use_title(use, leave_out), columns, tuple(rows)))
    return _with_note(tables, _SCORE_NOTE)


def coverage_verdict(found: Coverage) -> str:
    """Whether the limits of a coverage leave out its level: 'too few', 'too many', or empty."""
    if found.high < found.level:
        return "too few"
    return "too many" if found.low > found.level else ""


def standing(one: Comparison) -> str:
    """How the model's mean CRPS stands to the pool's, and how many times it is as large."""
    if one.crps is None or one.baseline_crps is None:
        return NOTHING
    if one.baseline_crps == 0:
        return EQUAL if one.crps == 0 else WORSE
    factor = f"{one.crps / one.baseline_crps:.2f}"
    if factor == "1.00":
        return EQUAL
    return f"{BETTER if one.crps < one.baseline_crps else WORSE} (× {factor})"


def crps_in_unit(score: float | None, unit: str) -> str:
    """A mean CRPS as it is printed: points for shares."""
    if score is None:
        return NOTHING
    return f"{100 * score:.1f}" if unit == FRACTION else f"{score:.2f}"


def unit_words(unit: str) -> str:
    """The unit in which a CRPS is printed."""
    return {FRACTION: "points", MONTH: "months"}.get(unit, "in its unit")


def _groups(summaries: Summaries, use: str) -> Iterator[tuple[str, GroupSummary]]:
    for group in (*GROUPS, ALL):
        if (use, group) in summaries:
            yield _ALL_OUTCOMES if group == ALL else group_label(group), summaries[use, group]


def group_label(group: str) -> str:
    """A group of outcomes as tables call it."""
    return "Other outcomes" if group == OTHER else group.capitalize()


def _coverage_cell(found: Coverage) -> Cell:
    return Cell(
        f"{100 * found.share:.0f} %",
        f"by family {100 * found.share_by_family:.0f} ({100 * found.low:.0f} to {100 * found.high:.0f})",
        coverage_verdict(found),
    )


def _score_cells(own: MeanScores, comparisons: Sequence[Comparison]) -> tuple[Cell, ...]:
    of_pool = {one.baseline: one for one in comparisons if one.unit == own.unit}
    cells = [Cell(crps_in_unit(own.crps, own.unit), plural(own.rows, "number"))]
    cells += [_comparison_cell(of_pool.get(pool)) for pool in POOLS]
    return (*cells, _log_score_cell(own, of_pool.get(SAME_CLASS)))


def _comparison_cell(one: Comparison | None) -> Cell:
    if one is None or one.crps is None:
        return Cell(NOTHING)
    own, other = (crps_in_unit(score, one.unit) for score in (one.crps, one.baseline_crps))
    return Cell(standing(one), f"{own} against {other}, {plural(one.rows, 'number')}")


def _own_class_cell(comparisons: Sequence[Comparison]) -> Cell:
    """The comparisons with the same class, one for each unit."""
    found = [one for one in comparisons if one.baseline == SAME_CLASS and one.crps is not None]
    if not found:
        return Cell(NOTHING)
    first, *others = found
    rest = [f"{unit_words(one.unit)}: {standing(one)}" for one in others]
    return Cell(standing(first), "; ".join([unit_words(first.unit), *rest]))


def _log_score_cell(own: MeanScores, one: Comparison | None) -> Cell:
    if own.log_score is None:
        return Cell(NOTHING)
    beside = ""
    if one is not None and one.log_score is not None and one.baseline_log_score is not None:
        scores = (_log_score(score) for score in (one.log_score, one.baseline_log_score))
        beside = " against ".join(scores)
    return Cell(_log_score(own.log_score), beside)


def _log_score(score: float | None) -> str:
    return NOTHING if score is None else f"{score:.2f}".replace("-", "−")


def _with_note(tables: list[Table], note: str) -> list[Table]:
    """The note under the last table."""
    if not tables:
        return []
    last = tables[-1]
    return [*tables[:-1], Table(last.caption, last.columns, last.rows, (note,))]
