"""The tables that set arm against arm: within the same patients, or between randomised ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from trialkine.report.answer import told_contrasts
from trialkine.report.endpoints_shown import progression_title
from trialkine.report.strategy_words import last_line_words
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, p_value_words, percent_cell, signed, whole

if TYPE_CHECKING:
    from trialkine.report.contrasts import ArmContrast, PairedContrast
    from trialkine.report.outcomes import Summary
    from trialkine.statistics.estimate import Estimate

RELAPSE_FREE = "Time without relapse in the common follow-up, months"


def contrast_tables(summary: Summary) -> tuple[Table | None, Table | None]:
    """The pairs of arms that the answer tells of, and all others; each absent where there is none."""
    told = told_contrasts(summary)
    shown = [pair for pair in summary.contrasts if pair in told]
    others = [pair for pair in summary.contrasts if pair not in told]
    return contrast_table(summary, shown), contrast_table(summary, others)


def contrast_table(summary: Summary, contrasts: Sequence[ArmContrast]) -> Table | None:
    """Pairs of arms: paired differences, or those of randomised arms with log-rank tests."""
    if not contrasts:
        return None
    if summary.facts.is_counterfactual:
        return _paired_table(summary, contrasts)
    return _randomised_table(summary, contrasts)


def _paired_table(summary: Summary, contrasts: Sequence[ArmContrast]) -> Table:
    pooled = ", all trials together" if summary.is_predictive else ""
    rows = []
    for contrast in contrasts:
        paired = contrast.paired
        assert paired is not None  # arms that share patients are contrasted in pairs
        cells = (
            Cell(whole(paired.pairs)),
            *_paired_endpoint(paired),
            _difference(paired.survival_months, 1.0),
            _who_lives_longer(paired),
        )
        rows.append(Row(f"{contrast.arm} against {contrast.reference}", cells))
    endpoint = (
        (RELAPSE_FREE,) if summary.facts.is_adjuvant else ("Response rate, percentage points", "McNemar test")
    )
    return Table(
        f"The same patients under each arm, with 95 % confidence intervals{pooled}",
        ("Arms", "Pairs", *endpoint, "Time alive in the common follow-up, months", "Who lives longer"),
        tuple(rows),
        ("Longer or shorter counts patients whose times alive differ by a day or more.",),
    )


def _paired_endpoint(paired: PairedContrast) -> tuple[Cell, ...]:
    if paired.relapse_free_months is not None:
        return (_difference(paired.relapse_free_months, 1.0),)
    test = p_value_words(paired.response_test.p_value, paired.response_test.why)
    return (_difference(paired.response_difference, 100.0), Cell(test))


def _randomised_table(summary: Summary, contrasts: Sequence[ArmContrast]) -> Table:
    rows = []
    for contrast in contrasts:
        randomised = contrast.randomised
        assert randomised is not None  # arms of different patients are contrasted by tests
        tests = (randomised.overall_survival, randomised.progression_free)
        found = [
            _difference(randomised.response_difference, 100.0)
            if randomised.relapse_free_months is None
            else _difference(randomised.relapse_free_months, 1.0),
            replace(
                _difference(randomised.survival_months, 1.0),
                remark=randomised.survival_months.why or f"within {randomised.until_months:.1f} months",
            ),
            *(Cell(p_value_words(test.p_value, test.why)) for test in tests),
        ]
        if randomised.significant_share is not None:
            found.append(percent_cell(randomised.significant_share))
        rows.append(Row(f"{contrast.arm} against {contrast.reference}", tuple(found)))
    first = ", of the first trial" if summary.is_predictive else ""
    caption = f"Different patients in each arm: differences with 95 % confidence intervals, and tests{first}"
    return Table(caption, _randomised_columns(summary), tuple(rows))


def _randomised_columns(summary: Summary) -> tuple[str, ...]:
    facts = summary.facts
    words = "" if facts.is_adjuvant else last_line_words(facts)
    last_line = f" ({words})" if words else ""
    columns = (
        "Arms",
        RELAPSE_FREE if facts.is_adjuvant else "Response rate, percentage points",
        "Restricted mean survival, months",
        "Overall survival, log-rank",
        f"{progression_title(facts, 'Progression-free survival')}{last_line}, log-rank",
    )
    return (*columns, "Trials with p < 0.05 (overall survival)") if summary.is_predictive else columns


def _who_lives_longer(paired: PairedContrast) -> Cell:
    if paired.known == 0:
        return Cell("undefined", remark="nobody is followed under both")
    return Cell(
        f"{whole(paired.longer)} longer, {whole(paired.shorter)} shorter",
        remark=f"of {whole(paired.known)} followed for {paired.until_months:.1f} months",
    )


def _difference(found: Estimate, scale: float) -> Cell:
    if found.estimate is None:
        return Cell("undefined", remark=found.why)
    interval = ""
    if found.low is not None and found.high is not None:
        interval = f"{signed(scale * found.low)} to {signed(scale * found.high)}"
    return Cell(signed(scale * found.estimate), interval)
