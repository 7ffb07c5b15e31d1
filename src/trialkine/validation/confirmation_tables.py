"""The tables of a page about a single arm and the trial that would confirm it."""

from __future__ import annotations

from trialkine.calibration.confirm import Confirmation
from trialkine.calibration.confirmation import Assurance, SingleArm
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, as_number
from trialkine.validation.confirmation_words import (
    background_words,
    chance_words,
    drug_words,
    percent_spread,
    spread_pair,
    trial_words,
)


def success_table(found: Confirmation) -> Table:
    """The probability of success as the single arm is read."""
    verdict = found.verdict
    rows = [
        _success_row("Before the single arm is known", verdict.before),
        _success_row("After it" + (", background in the model" if found.backgrounds else ""), verdict.after),
    ]
    if verdict.naive is not None:
        rows.append(_success_row("After it, as if there were no background", verdict.naive))
    elif found.backgrounds:
        rows.append(Row("After it, as if there were no background", (Cell("not told"), Cell("–"), Cell("–"))))
    columns = ("", "Probability of success", "Drug active", "Effective draws")
    notes = (
        f"Success: {trial_words(found)} finds significantly more responses by Fisher's exact test, one-sided "
        f"{100 * verdict.trial.alpha:g} %. Below the probability, its Monte-Carlo error.",
    )
    return Table("Probability that the controlled trial succeeds", columns, tuple(rows), notes)


def responses_table(found: Confirmation) -> Table:
    """Response rates before and after the single arm is known."""
    verdict, drug = found.verdict, drug_words(found)
    rates = [(f"{drug}, as in the single arm", verdict.treated), ("Placebo", verdict.control)]
    if found.backgrounds:
        background = background_words(found)
        rates = [
            (f"{drug} with {background}", verdict.treated),
            (f"Placebo with {background}", verdict.control),
            (f"{drug} alone", verdict.treated_alone),
            ("Placebo alone", verdict.control_alone),
        ]
    rows = [_cells(head, spread_pair(one)) for head, one in rates]
    rows += [
        _cells(f"What {drug} adds, in points", spread_pair(verdict.gain, is_points=True)),
        _cells(
            "Difference that the trial will show, in points",
            spread_pair(verdict.found_difference, is_points=True),
        ),
    ]
    single = verdict.single
    notes = (
        f"Means and 90 % intervals. Another single arm of {single.patients} would show "
        f"{percent_spread(verdict.found_single)} under the prior; {single.responders} of {single.patients} "
        f"were reported. Rates rest on {found.draws.patients} simulated patients per draw, whose luck widens "
        "the intervals a little.",
    )
    columns = ("Responses", "Before", "After")
    return Table("Who responds, before and after the single arm is known", columns, tuple(rows), notes)


def numbers_table(found: Confirmation) -> Table:
    """Every number that was drawn, its range, and what the single arm told of it."""
    rows = [
        Row(
            one.name,
            (
                Cell(f"{as_number(one.low)} to {as_number(one.high)}"),
                Cell(one.unit or "–"),
                Cell(f"{kept:.0%}".replace("%", " %")),
                Cell("", one.where),
            ),
        )
        for one, kept in zip(found.numbers, found.verdict.kept, strict=True)
    ]
    notes = tuple(f"{one.name} stays at {_value(one.value)}: {one.why}." for one in found.held)
    columns = ("Number", "Range (90 %)", "Unit", "Spread kept", "What its file says")
    return Table("Numbers that nobody measured", columns, tuple(rows), notes)


def later_words(treated: SingleArm, control: SingleArm) -> str:
    """What a later trial found, as a sentence that says it was not used."""
    return (
        f"A later controlled trial found {treated.responders} of {treated.patients} ({treated.rate:.0%}) v "
        f"{control.responders} of {control.patients} ({control.rate:.0%}). It is shown for comparison after "
        "the fact and is no part of the calculation."
    ).replace("%)", " %)")


def _success_row(head: str, one: Assurance) -> Row:
    active = "–" if one.active is None else chance_words(one.active)
    probability = Cell(chance_words(one.success), f"± {one.error:.2f}")
    return Row(head, (probability, Cell(active), Cell(f"{one.effective:.0f}")))


def _cells(head: str, pair: tuple[str, str]) -> Row:
    return Row(head, tuple(Cell(text) for text in pair))


def _value(value: object) -> str:
    return as_number(value) if isinstance(value, float) else "its values"
