"""What the clinic records before a trial, and whom it keeps out."""

import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from population_samples import CORRELATIONS, RECORDS, record
from trialkine.errors import InputError
from trialkine.population.clinic import (
    EXPECTED_SURVIVAL,
    NUMBER_OF_SITES,
    PRIOR_LINES,
    SITES,
    draw_clinic,
    expected_survival,
)
from trialkine.population.eligibility import Eligibility
from trialkine.population.packaged import packaged_records
from trialkine.population.sample import sample_patients

BOOK = packaged_records()
MANY = np.arange(4000)
HEALTHY = np.zeros(4000)


def draw(criteria=Eligibility(), n=300, **options):  # noqa: B008  (frozen)
    return sample_patients(RECORDS, CORRELATIONS, n, 1, criteria=criteria, **options)


def hazard(names, columns):
    return {"disease_death_hazard": 0.001 * columns["frailty"]}


def test_medians_are_those_of_the_records():
    found = draw_clinic(BOOK, 3, 0, MANY, HEALTHY)
    for name in ("creatinine", "bilirubin", "neutrophils", "platelets"):
        spread = BOOK[name].variability.sd
        error = 4 * 1.2533 * spread / math.sqrt(MANY.size)  # four standard errors of a median of logarithms
        assert abs(math.log(np.median(found[name]) / BOOK[name].value)) < error


def test_the_unfit_tend_to_worse_values_as_far_as_stated():
    fitness = np.random.default_rng(5).standard_normal(MANY.size)
    found = draw_clinic(BOOK, 3, 0, MANY, fitness)
    for name, wanted in BOOK["fitness_correlation"].value.items():
        observed = spearmanr(fitness, found[name]).statistic
        expected = 6 / math.pi * math.asin(wanted / 2)  # rank correlation of two correlated normals
        assert abs(observed - expected) < 4 / math.sqrt(MANY.size)


def test_sites_and_earlier_lines_have_their_shares():
    found = draw_clinic(BOOK, 3, 0, MANY, HEALTHY)
    for site, column in SITES.items():
        share = BOOK["metastatic_site_share"].value[site]
        assert abs(found[column].mean() - share) < 4 * math.sqrt(share * (1 - share) / MANY.size)
    for number, share in BOOK["prior_lines_share"].value.items():
        observed = np.mean(found[PRIOR_LINES] == int(number))
        assert abs(observed - share) < 4 * math.sqrt(share * (1 - share) / MANY.size)


def test_a_patient_without_a_listed_site_has_one_other():
    found = draw_clinic(BOOK, 3, 0, MANY, HEALTHY)
    listed = sum(found[column].astype(int) for column in SITES.values())
    np.testing.assert_array_equal(found[NUMBER_OF_SITES], np.maximum(listed, 1))
    assert (listed == 0).any()


def test_a_patient_is_the_same_in_any_batch():
    whole = draw_clinic(BOOK, 3, 0, MANY, HEALTHY)
    part = draw_clinic(BOOK, 3, 0, MANY[7:19], HEALTHY[7:19])
    for name, column in part.items():
        np.testing.assert_array_equal(column, whole[name][7:19])


def test_criteria_of_the_clinic_choose_among_the_same_candidates():
    """Who passes is who would have passed anyway and meets the limit: nobody is drawn anew."""
    everyone, strict = draw(n=600), draw(Eligibility(blood={"creatinine": (-math.inf, 1.0)}))
    meets = everyone.id[everyone.covariates["creatinine"] <= 1.0]
    shared = min(meets.size, strict.id.size)
    np.testing.assert_array_equal(strict.id[:shared], meets[:shared])


def test_every_stated_criterion_is_met_and_its_rejections_are_counted():
    criteria = Eligibility(
        blood={"platelets": (200.0, math.inf), "bilirubin": (-math.inf, 0.8)},
        prior_lines=(0, 1),
        excluded_sites=("bone",),
        most_sites=2,
        expected_survival=300.0,
    )
    background = record("background_death_rate", 1e-4, unit="1/day")
    records = {**RECORDS, background.name: background}
    found = sample_patients(records, CORRELATIONS, 200, 1, criteria=criteria, evaluate=hazard)
    covariates = found.covariates
    assert covariates["platelets"].min() >= 200.0
    assert covariates["bilirubin"].max() <= 0.8
    assert set(covariates[PRIOR_LINES]) <= {0, 1}
    assert not covariates["has_bone_lesions"].any()
    assert covariates[NUMBER_OF_SITES].max() <= 2
    assert covariates[EXPECTED_SURVIVAL].min() >= 300.0
    reasons = ("bilirubin", "platelets", "prior lines", "metastatic sites", "expected survival")
    assert all(found.rejections[reason] > 0 for reason in reasons)
    assert found.drawn == len(found) + sum(found.rejections.values())


def test_criteria_that_are_not_stated_have_no_line_in_the_log():
    assert set(draw().rejections) == {"age", "performance status", "case mix"}


def test_the_log_holds_every_candidate_with_the_values_of_those_enrolled():
    found = draw(Eligibility(prior_lines=(0,)))
    assert len(found.screened["creatinine"]) == found.drawn
    np.testing.assert_array_equal(found.screened["creatinine"][found.id], found.covariates["creatinine"])


def test_expected_survival_is_the_median_at_the_present_hazard_with_an_error():
    found = expected_survival(BOOK, 3, 0, MANY, np.full(MANY.size, 0.002))
    spread = BOOK["survival_estimate_error"].value
    error = 4 * 1.2533 * spread / math.sqrt(MANY.size)
    assert abs(math.log(np.median(found) / (math.log(2) / 0.002))) < error


def test_expected_survival_without_a_model_is_refused():
    with pytest.raises(InputError, match="needs a model"):
        draw(Eligibility(expected_survival=90.0))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"blood": {"sodium": (1.0, 2.0)}}, "no blood value 'sodium'"),
        ({"excluded_sites": ("skin",)}, "no site 'skin'"),
    ],
)
def test_unknown_criteria_are_named(options, sentence):
    with pytest.raises(InputError, match=sentence):
        Eligibility(**options)
