"""What a check found and what was claimed, as a reader meets it."""

from dataclasses import replace

import pytest

from claims_samples import check
from trialkine.claims.figures_in_words import expected_words, found_words
from trialkine.claims.record import Reading
from trialkine.statistics.estimate import Estimate

ORR = Reading("trial", "A", metric="orr")
CELLS = Reading("trial", "A", metric="biomarker_effector_cells_3w")
SURVIVAL = Reading("trial", "A", metric="os_median_months")
THIRD = Reading("trial", "A", measure="response_in_third", options={"of": "burden", "third": "lowest"})
HIGHEST = replace(THIRD, options={"of": "burden", "third": "highest"})
OTHER_TRIAL = replace(ORR, run="other_trial")


def estimate(low, middle, high):
    return Estimate(middle, low, high, 0.95, "by hand")


@pytest.mark.parametrize(
    ("reading", "rule", "fields", "words"),
    [
        (ORR, "below", {"value": 0.2}, "below 20 %"),
        (CELLS, "above", {"value": 1.0}, "above 1 fold"),
        (SURVIVAL, "above", {"value": 12.0}, "above 12 months"),
        (ORR, "predicts", {"value": 0.3, "apart": 0.5}, "predicts 30 %, limits up to 50 points apart"),
        (SURVIVAL, "predicts", {"value": 7.9, "factor": 4.0},
         "predicts 7.9 months, limits up to 4 fold apart"),
        (ORR, "between", {"low": 0.065, "high": 0.2}, "between 6.5 % and 20 %"),
        (ORR, "agrees with", {"events": 43, "of": 270}, "agrees with 43 of 270, 11.8 % to 20.8 %"),
        (ORR, "higher than", {"than": Reading("trial", "B", metric="orr")}, "higher than B"),
        (ORR, "as in", {"than": OTHER_TRIAL, "within": 0.1}, "as in other trial, to within 10 points"),
        (THIRD, "higher than", {"than": HIGHEST}, "higher than highest third"),
        (Reading(path="ligands_with/p40"), "equals", {"value": "interleukin-12"}, "interleukin-12"),
        (Reading("assay", path="levels/X/healthy/cd8/4"), "lower than",
         {"than": Reading("assay", path="levels/X/healthy/cd8/18")}, "lower than 18"),
    ],
)  # fmt: skip
def test_what_was_claimed(reading, rule, fields, words):
    assert expected_words(check(rule, reading, **fields)) == words


@pytest.mark.parametrize(
    ("reading", "rule", "numbers", "words"),
    [
        (ORR, "below", (0.05, 0.1, 0.2), "10.0 % (5.0 to 20.0)"),
        (CELLS, "above", (206.066, 281.633, 384.91), "282 fold (206 to 385)"),
        (CELLS, "above", (0.769, 0.7915, 0.82), "0.79 fold (0.77 to 0.82)"),
        (CELLS, "above", (6.871, 7.691, 8.608), "7.7 fold (6.9 to 8.6)"),
        (CELLS, "above", (0.1, 1.7, 28.0), "1.70 fold; its limits are more than 10 fold apart"),
        (SURVIVAL, "below", (5.0, 7.5, 9.0), "7.5 (5.0 to 9.0) months"),
        (
            Reading("assay", path="responders/X/healthy"),
            "predicts",
            (0.9, 0.95, 1.0),
            "95.0 % (90.0 to 100.0)",
        ),
        (Reading("assay", path="levels/X/healthy/cd8/4"), "above", (0.5, 1.0, 1.5), "1.0 (0.5 to 1.5)"),
    ],
)
def test_what_was_found(reading, rule, numbers, words):
    assert found_words(estimate(*numbers), check(rule, reading, value=1.0)) == words


def test_a_difference_has_its_sign_and_its_unit():
    other = Reading("trial", "B", metric="orr")
    assert found_words(estimate(-0.05, 0.1, 0.25), check("higher than", ORR, than=other)) == (
        "difference +10.0 points (−5.0 to +25.0)"
    )
    nothing = Estimate(None, None, None, 0.95, "by hand", why="nobody reached line 2")
    assert found_words(nothing, check("higher than", ORR, than=other)) == "undefined: nobody reached line 2"


def test_a_difference_of_relative_changes_is_in_times_baseline_and_not_in_points():
    compared = check("higher than", CELLS, than=replace(CELLS, arm="B"), by=0.5)
    assert found_words(estimate(-1.87, 0.023, 14.689), compared) == (
        "difference +0.02 times baseline (−1.87 to +14.7)"
    )
    assert expected_words(compared) == "higher than B; less than 0.5 times baseline would not matter"
