"""Operating characteristics as tables: under the model beside the textbook, and dose by dose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialkine.operating.courses import FEWEST_PER_MEMBER
from trialkine.report.operating_words import member_words, percent, pool_words
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, whole

if TYPE_CHECKING:
    from trialkine.operating.courses import Characteristics, Measured, Textbook
    from trialkine.operating.run import OperatingCharacteristics

HEAD = ("Design", "Patients", "Months", "Early stop", "Success")
ERROR = "After ±: the Monte-Carlo standard error, for which all trials of one part of the pool are one draw."
BOUND = "Where all trials ended alike: the 95 % bound that so many parts of the pool allow."


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
        f"Early stop: {first.early_name}. Success: {first.success_name}. {ERROR}{_bound_note(found)}",
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


def _bound_note(found: OperatingCharacteristics) -> str:
    has_bound = any(value.bound is not None for one in found.found for value in (one.early, one.success))
    return f" {BOUND}" if has_bound else ""


def _spread_notes(found: OperatingCharacteristics) -> list[str]:
    return [
        f"Assurance{'' if len(found.found) == 1 else f' of {one.name}'}: the chance of success averages "
        f"{percent(one.success.mean)} over the {member_words(found)}; {_spread_words(found, one)}"
        for one in found.found
        if len(one.members) > 1
    ]


def _spread_words(found: OperatingCharacteristics, one: Characteristics) -> str:
    if one.spread is None:
        enough = FEWEST_PER_MEMBER * len(one.members)
        return (
            f"how it differs between them is not shown, since {whole(found.trials)} trials are fewer than "
            f"{FEWEST_PER_MEMBER} of each and luck would widen the range. Ask for {whole(enough)} trials."
        )
    low, high = one.spread
    return (
        f"in the middle 80 % of them it is {percent(low)} to {percent(high)}, without the luck of trials but "
        f"with that of their {found.size.patients} patients per arm."
    )


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
    if found.bound is not None:
        side = "below" if found.bound > found.mean else "above"
        return f"({side} {scale * found.bound:.{decimals}f})"
    if found.standard_error is None:
        return ""
    least = 10.0**-decimals
    error = scale * found.standard_error
    return f"± under {least:g}" if error < least / 2.0 else f"± {error:.{decimals}f}"
