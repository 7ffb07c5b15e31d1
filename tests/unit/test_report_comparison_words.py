"""Numbers of a comparison as they are printed, its tables, and the gains and losses of its figure."""

from __future__ import annotations

import numpy as np
import pytest

from comparison_samples import same_patients
from report_samples import TWO_ARMS
from trialkine.report.comparison.collect import collect_runs
from trialkine.report.comparison.compare import ArmComparison, compare_arms
from trialkine.report.comparison.patient_differences import known_differences
from trialkine.report.comparison.question import question
from trialkine.report.comparison.tables import arm_table, fate_table, needed_table, response_table
from trialkine.report.comparison.words import difference_cell, needed_cell, ratio_cell
from trialkine.report.words import Cell
from trialkine.statistics.estimate import Estimate, undefined
from trialkine.statistics.number_needed import number_needed

REFERENCE, ARM = (sketch.name for sketch in TWO_ARMS)


def of(value: float, low: float | None, high: float | None) -> Estimate:
    return Estimate(value, low, high, 0.95, "made up")


@pytest.fixture(scope="module")
def found() -> ArmComparison:
    return compare_arms(collect_runs([same_patients()]), question("os", None, "12 months", 0.95))


def test_differences_have_signs_and_limits_in_order() -> None:
    assert difference_cell(of(0.3, -0.054, 0.41), 100.0) == Cell("+30.0", "−5.4 to +41.0")
    assert difference_cell(undefined("nobody", "none")) == Cell("undefined", remark="nobody")


def test_ratios_have_two_decimals_until_they_are_large() -> None:
    assert ratio_cell(of(0.838, 0.735, 12.34)) == Cell("0.84", "0.73 to 12.3")


@pytest.mark.parametrize(
    ("difference", "cell"),
    [
        (of(0.3, 0.17, 0.41), Cell("3.3 to benefit", "2.4 to 5.9")),
        (of(-0.167, -0.281, -0.041), Cell("6.0 to harm", "3.6 to 24")),
        (of(0.067, -0.023, 0.152), Cell("15 to benefit", "43 (harm) to ∞ to 6.6 (benefit)")),
        (of(0.0, -0.1, 0.1), Cell("∞", "10 (harm) to ∞ to 10 (benefit)")),
        (of(0.1, 0.0, 0.2), Cell("10 to benefit", "∞ to 5.0 (benefit)")),
        (of(-0.1, -0.2, 0.0), Cell("10 to harm", "5.0 (harm) to ∞")),
        (of(0.5, None, None), Cell("2.0 to benefit")),
        (undefined("nobody", "none"), Cell("undefined", remark="nobody")),
    ],
)
def test_numbers_needed_say_whom_they_help_and_pass_through_infinity(
    difference: Estimate, cell: Cell
) -> None:
    assert needed_cell(number_needed(difference)) == cell


def test_the_tables_of_pairs_hold_every_patient_once(found: ArmComparison) -> None:
    paired = found.contrasts[0].paired
    assert paired is not None
    fates, responses = fate_table(found), response_table(found)
    assert fates is not None
    assert responses is not None
    total, *counted = (int(cell.value.split(" ")[0]) for cell in fates.rows[0].cells)
    assert total == sum(counted) == 38
    assert counted == list(paired.fates.values())
    said = [int(cell.value.split(" ")[0]) for cell in responses.rows[0].cells[:4]]
    assert tuple(said) == paired.responses
    assert [row.head for row in arm_table(found).rows] == [f"{REFERENCE} (reference)", ARM]
    assert needed_table(found).columns[1] == "For one more patient alive at 12 months"


def test_the_figure_shows_those_of_whom_both_times_are_known(found: ArmComparison) -> None:
    (shown,) = known_differences(found)
    paired = found.contrasts[0].paired
    assert paired is not None
    until = 12 * 30.4375
    known = [
        (min(one, until) - min(other, until)) / 30.4375
        for one, dies, other, other_dies in paired.rows.select(
            "os_days", "os_event", "os_days_reference", "os_event_reference"
        ).iter_rows()
        if (dies or one >= until) and (other_dies or other >= until)
    ]
    assert 0 < len(known) < 38
    assert shown.months == pytest.approx(np.array(sorted(known, reverse=True)))
    assert shown.left_out == 38 - len(known)
    assert f"{ARM}: {sum(month > 0.04 for month in known)} of {len(known)} gain" in shown.in_words
