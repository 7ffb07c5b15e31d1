"""How two runs of the same patients are compared: counts, tests and distances by hand."""

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from trialkine.solver.doses import DoseTable

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import arm_agreement
        import catalogue_accuracy
        import frozen_courses
        import trial_accuracy
    finally:
        sys.path.remove(str(BENCHMARKS))
    modules = (trial_accuracy, frozen_courses, arm_agreement, catalogue_accuracy)
    return SimpleNamespace(**{name: value for module in modules for name, value in vars(module).items()})


def patients(best, given=None, held=None, death=None, intensity=None):
    count = len(best)
    days = [None] * count if death is None else death
    return pl.DataFrame(
        {
            "patient": range(count),
            "best_response": best,
            "doses_given": given or [10] * count,
            "doses_held": held or [0] * count,
            "relative_dose_intensity": intensity or [None] * count,
            "os_days": [700.0 if day is None else day for day in days],
            "os_event": [day is not None for day in days],
        }
    )


def lesions(*rows):
    return pl.DataFrame(rows, schema=["patient", "day", "lesion", "diameter_mm"], orient="row")


NO_LESIONS = lesions((0, 0.0, 1, 10.0))


def compare(benchmark, first, second):
    return benchmark.compare_runs((first, second), (NO_LESIONS, NO_LESIONS))


@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [(0, 0, 1.0), (3, 3, 1.0), (0, 1, 1.0), (5, 0, 2 / 2**5), (1, 6, 2 * (1 + 7) / 2**7)],
)
def test_the_exact_mcnemar_test_is_the_sign_test_of_the_discordant(benchmark, only_first, only_second, p):
    assert benchmark.exact_mcnemar(only_first, only_second) == pytest.approx(p)
    assert benchmark.exact_mcnemar(only_second, only_first) == pytest.approx(p)


def test_the_error_of_a_rate_is_binomial_and_never_zero(benchmark):
    assert benchmark.rate_standard_error(50, 100) == pytest.approx(0.05)
    assert benchmark.rate_standard_error(0, 100) == pytest.approx(np.sqrt(0.5 / 101 * 100.5 / 101 / 100))


def test_equal_runs_are_the_same(benchmark):
    table = patients(["CR", "PD", "SD"], death=[100.0, 200.0, None])
    found = compare(benchmark, table, table)
    assert found.verdict == benchmark.THE_SAME
    assert (found.other_course, found.discordant, found.responders) == (0, (0, 0), (1, 1))
    assert found.median_survival == (200.0, 200.0)


def test_every_kind_of_difference_is_counted_for_the_patient_who_has_it(benchmark):
    first = patients(["CR", "PD", "SD", "PR"], [9, 10, 10, 10], [1, 0, 0, 0], [100.0, 200.0, 300.0, None])
    second = patients(["CR", "PR", "PD", "PR"], [10, 10, 10, 10], [0, 0, 0, 0], [100.5, 201.5, None, None])
    found = compare(benchmark, first, second)
    assert (found.other_doses_given, found.other_doses_held) == (1, 1)
    assert found.other_best_response == 2  # patients 1 and 2, of whom 1 responds in the second run alone
    assert found.discordant == (0, 1)
    assert found.other_death_day == 2  # by 1.5 days, and dead in one run alone; half a day counts as the same
    assert found.other_course == 3
    assert (found.doses_given, found.doses_held) == ((39, 40), (1, 0))


def test_a_reduction_is_another_course_although_as_many_doses_were_given(benchmark):
    first = patients(["SD"] * 3, intensity=[1.0, 1.0, None])
    second = patients(["SD"] * 3, intensity=[1.0, 0.75, None])
    found = compare(benchmark, first, second)
    assert (found.other_doses_given, found.other_dose_intensity, found.other_course) == (0, 1, 1)


def test_the_order_of_rows_does_not_matter_but_the_patients_do(benchmark):
    table = patients(["CR", "PD", "SD"], death=[100.0, 200.0, None])
    assert compare(benchmark, table.reverse(), table).other_course == 0
    with pytest.raises(ValueError, match="not of the same patients"):
        compare(benchmark, table, table.head(2))


@pytest.mark.parametrize(
    ("discordant", "verdict"), [((2, 1), "agrees"), ((4, 0), "differs"), ((12, 1), "differs")]
)
def test_rates_agree_when_they_differ_by_less_than_the_error_of_a_rate(benchmark, discordant, verdict):
    """100 patients, of whom some 10 respond: the error of a rate is 3 points."""
    only_first, only_second = discordant
    one = ["PR"] * (10 + only_first) + ["SD"] * (90 - only_first)
    two = ["PR"] * 10 + ["SD"] * (90 - only_second) + ["PR"] * only_second
    found = compare(benchmark, patients(one), patients(two))
    assert (found.discordant, found.verdict) == (discordant, verdict)


def test_burden_is_compared_visit_by_visit_until_one_run_has_another_visit(benchmark):
    first = lesions(
        (0, 0.0, 1, 10.0), (0, 56.0, 1, 11.0), (0, 56.0, 2, 2.0), (0, 112.0, 1, 0.0),
        (1, 0.0, 1, 10.0), (1, 56.0, 1, 10.0), (1, 90.0, 1, 99.0), (1, 112.0, 1, 10.0),
    )  # fmt: skip
    second = lesions(
        (0, 0.0, 1, 10.0), (0, 56.0, 1, 10.0), (0, 56.0, 2, 2.0), (0, 112.0, 1, 0.0),
        (1, 0.0, 1, 10.0), (1, 56.001, 1, 10.0), (1, 112.0, 1, 10.0),
    )  # fmt: skip
    found = benchmark.burden_differences(first, second)
    np.testing.assert_allclose(found, [331 / 1008, 0.0, 0.0])  # 11^3 + 2^3 beside 10^3 + 2^3


def test_frozen_burden_is_relative_to_itself_plus_a_hundredth_of_the_first(benchmark):
    reference = np.array([[10.0, 5.0, 0.0], [0.0, 0.0, 0.0]])
    moved = np.array([[0.0, 0.51, 0.01], [0.0, 0.0, 0.0]])
    found = benchmark.frozen_differences(reference + moved, reference)
    np.testing.assert_allclose(found, [0.1, 0.1, 0.0, 0.0])


def test_a_spread_takes_what_is_no_number_for_a_difference_without_bound(benchmark):
    assert benchmark.Spread.of(np.zeros(0)) == benchmark.Spread(0)
    spread = benchmark.Spread.of(np.array([*np.linspace(0.0, 1.0, 101), np.nan]))
    assert (spread.visits, spread.median, spread.largest) == (102, 0.5, np.inf)


def test_doses_of_a_few_patients_are_repeated_for_many(benchmark):
    few = DoseTable.of(
        [0, 0, 1], [0.0, 2.0, 1.0], [0, 1, 0], [5.0, 6.0, 7.0], routes=(("a", "b"), ("a", "c"))
    )
    many = benchmark.repeated(few, 5)
    assert many.patient.tolist() == [0, 0, 1, 2, 2, 3, 4, 4]
    assert many.amount.tolist() == [5.0, 6.0, 7.0, 5.0, 6.0, 7.0, 5.0, 6.0]
    assert many.route.tolist() == [0, 1, 0, 0, 1, 0, 0, 1]
