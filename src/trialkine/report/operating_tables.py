"""Operating characteristics as tables: under the model beside the textbook, and dose by dose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialkine.report.operating_words import member_words, percent, pool_words
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, whole

if TYPE_CHECKING:
    from trialkine.operating.courses import Characteristics, Measured, Textbook
    from trialkine.operating.run import OperatingCharacteristics

HEAD = ("Design", "Patients", "Months", "Early stop", "Success")
ERROR = "After ±: the Monte-Carlo standard error, for which all trials of one part of the pool are one draw."


def design_tables(found: OperatingCharacteristics) -> list[Table]:
    """All tables of the design, in order."""
    doses = dose_table(found)
    return [characteristics_table(found), *([] if doses is None else [doses])]


def characteristics_table(found: OperatingCharacteristics) -> Table:
    """The design under the model, and beside it under the textbook's assumptions."""
    rows = []
    for one in found.found:
        name = "" if len(found.found) == 1 else f"{one.name}: "
        rows.append(Row(f"{name}under the model", _model_cells(one)))
        rows += [Row(f"{name}{book.assumption}", _textbook_cells(book)) for book in one.textbook]
    first = found.found[0]
    notes = [
        f"Early stop: {first.early_name}. Success: {first.success_name}. {ERROR}",
        "Months run from the first enrolment to the day on which the trial ends.",
        *_spread_notes(found),
    ]
    return Table(
        f"{found.rule_name[:1].upper()}{found.rule_name[1:]} ({found.rule_words}) in {whole(found.trials)} "
        f"virtual trials, from {pool_words(found)}",
        HEAD,
        tuple(rows),
        tuple(notes),
    )


def dose_table(found: OperatingCharacteristics) -> Table | None:
    """What an escalation does at each dose; absent for other designs."""
    rows = tuple(
        Row(
            dose.name,
            (
                Cell(percent(dose.toxicity_rate)),
                Cell(percent(dose.right_share)),
                Cell(percent(dose.selected.mean)),
                Cell(percent(dose.textbook_selected)),
                Cell(f"{dose.patients.mean:.1f}"),
                Cell(f"{dose.textbook_patients:.1f}"),
            ),
        )
        for one in found.found
        for dose in one.doses
    )
    if not rows:
        return None
    return Table(
        "The escalation dose by dose, under the model and at fixed toxicity rates",
        ("Dose", "Toxicity", "Is right", "Selected", "at fixed rates", "Patients", "at fixed rates"),
        rows,
        (
            "Toxicity: the average rate. Is right: the share of the pool's members in which the dose's own "
            "rate is the nearest to the target.",
        ),
    )


def _spread_notes(found: OperatingCharacteristics) -> list[str]:
    notes = []
    for one in found.found:
        if one.spread is not None:
            low, high = one.spread
            name = "" if len(found.found) == 1 else f" of {one.name}"
            notes.append(
                f"Assurance{name}: the chance of success averages {percent(one.success.mean)} over the "
                f"{member_words(found)}; in the middle 80 % of them it is {percent(low)} to {percent(high)}, "
                f"which includes the luck of their {found.size.patients} patients per arm."
            )
    return notes


def _model_cells(one: Characteristics) -> tuple[Cell, ...]:
    return (
        Cell(f"{one.patients.mean:.1f}", remark=_error(one.patients, 1.0, 1)),
        Cell(f"{one.months.mean:.1f}", remark=_error(one.months, 1.0, 1)),
        Cell(percent(one.early.mean), remark=_error(one.early, 100.0, 1)),
        Cell(percent(one.success.mean), remark=_error(one.success, 100.0, 1)),
    )


def _textbook_cells(book: Textbook) -> tuple[Cell, ...]:
    return (
        Cell("–" if book.patients is None else f"{book.patients:.1f}"),
        Cell("–" if book.months is None else f"{book.months:.1f}"),
        Cell("–" if book.early is None else percent(book.early)),
        Cell(percent(book.success)),
    )


def _error(found: Measured, scale: float, decimals: int) -> str:
    return "" if found.standard_error is None else f"± {scale * found.standard_error:.{decimals}f}"
