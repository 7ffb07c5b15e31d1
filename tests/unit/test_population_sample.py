import numpy as np
import pytest
from scipy.stats import norm

from population_samples import CORRELATIONS, RECORDS, burden_and_growth, record
from trialkine.errors import InputError
from trialkine.population import sample
from trialkine.population.eligibility import Eligibility
from trialkine.population.plausibility import PlausibilityRule
from trialkine.population.sample import sample_patients

LARGE = PlausibilityRule("burden", "tumour too large", at_most=150.0)
SMALL = PlausibilityRule("burden", "tumour too small", at_least=10.0)
CRITERIA = Eligibility((0, 1), (18, 75), 0.3)


def draw(n=300, seed=1, **options):
    return sample_patients(RECORDS, CORRELATIONS, n, seed, **options)


def test_patients_meet_every_criterion_and_rule():
    patients = draw(criteria=CRITERIA, plausibility=[LARGE, SMALL], evaluate=burden_and_growth)
    assert len(patients) == 300
    assert set(patients.covariates["performance_status"]) <= {0, 1}
    assert patients.covariates["age"].min() >= 18
    assert patients.covariates["age"].max() < 76
    assert patients.parameters["initial_burden"].max() <= 150.0
    assert patients.parameters["initial_burden"].min() >= 10.0


def test_patients_are_the_first_acceptable_of_all_candidates():
    everyone = draw(n=5000)
    assert np.array_equal(everyone.id, np.arange(5000))
    volume, age = everyone.parameters["initial_burden"], everyone.covariates["age"]
    fit = everyone.covariates["fitness"] > -0.2
    acceptable = np.flatnonzero((volume <= 150.0) & (np.floor(age) <= 70) & fit)[:300]
    chosen = draw(
        criteria=Eligibility(age=(0, 70), excluded_fraction=float(norm.cdf(-0.2))),
        plausibility=[LARGE],
        evaluate=burden_and_growth,
    )
    assert np.array_equal(chosen.id, acceptable)
    assert np.array_equal(
        chosen.parameters["tumour_growth_rate"], everyone.parameters["tumour_growth_rate"][acceptable]
    )


def test_everyone_drawn_is_either_a_patient_or_counted_under_one_reason():
    patients = draw(criteria=CRITERIA, plausibility=[LARGE, SMALL], evaluate=burden_and_growth)
    assert patients.drawn == len(patients) + sum(patients.rejections.values())
    assert patients.drawn == patients.id[-1] + 1
    assert list(patients.rejections) == [
        "age",
        "performance status",
        "case mix",
        "tumour too large",
        "tumour too small",
    ]
    assert all(count > 0 for count in patients.rejections.values())


def test_the_first_broken_rule_is_the_reason_counted():
    very_large = PlausibilityRule("burden", "tumour far too large", at_most=300.0)
    counts = [
        draw(plausibility=rules, evaluate=burden_and_growth).rejections
        for rules in ([LARGE, very_large], [very_large, LARGE])
    ]
    assert counts[0]["tumour far too large"] == 0
    assert counts[1]["tumour far too large"] > 0


def test_the_size_of_batches_changes_nothing(monkeypatch):
    options = {"criteria": CRITERIA, "plausibility": [LARGE], "evaluate": burden_and_growth}
    usual = draw(**options)
    monkeypatch.setattr(sample, "LARGEST_BATCH", 37)
    small = draw(**options)
    assert small.drawn == usual.drawn
    assert small.rejections == usual.rejections
    assert np.array_equal(small.id, usual.id)
    for name, column in usual.parameters.items():
        assert np.array_equal(small.parameters[name], column), name


def test_a_smaller_sample_is_the_beginning_of_a_larger_one():
    small, large = draw(n=17, criteria=CRITERIA), draw(n=900, criteria=CRITERIA)
    for name, column in small.parameters.items():
        assert np.array_equal(column, large.parameters[name][:17]), name
    for name, column in small.covariates.items():
        assert np.array_equal(column, large.covariates[name][:17]), name


def test_repetitions_of_a_trial_have_different_patients():
    first, second = draw(), draw(replicate=1)
    for name in ("initial_burden", "death_threshold", "lesion_access[3]"):
        assert not np.any(first.parameters[name] == second.parameters[name])
    for name in ("age", "height_cm", "weight_kg", "fitness"):
        assert not np.any(first.covariates[name] == second.covariates[name])


def test_a_new_parameter_changes_no_other():
    more = sample_patients({**RECORDS, "new": record("new", 1.0, "lognormal", 0.5)}, CORRELATIONS, 50, 1)
    assert np.array_equal(more.parameters["initial_burden"], draw(n=50).parameters["initial_burden"])


def test_every_member_has_a_flat_name_and_its_own_luck():
    parameters = draw().parameters
    assert {"lesion_access[1]", "lesion_access[2]", "lesion_access[3]", "tumour_share[1,sensitive]"} <= set(
        parameters
    )
    assert not np.any(parameters["lesion_access[1]"] == parameters["lesion_access[2]"])
    assert set(parameters["carrying_capacity"]) == {3000.0}
    assert set(parameters["tumour_share[1,resistant]"]) == {0.1}


def test_records_may_come_as_a_list():
    listed = sample_patients(list(RECORDS.values()), CORRELATIONS, 20, 1)
    assert np.array_equal(listed.parameters["frailty"], draw(n=20).parameters["frailty"])


def test_two_records_of_one_name_are_refused():
    with pytest.raises(InputError, match="two records"):
        sample_patients([*RECORDS.values(), RECORDS["frailty"]], (), 20, 1)


def test_doses_are_multiplied_by_one_weight_or_surface():
    patients = draw(n=10)
    assert patients.dose_factor("flat").tolist() == [1.0] * 10
    assert np.array_equal(patients.dose_factor("kg"), patients.covariates["weight_kg"])
    surface = np.sqrt(patients.covariates["weight_kg"] * patients.covariates["height_cm"] / 3600.0)
    np.testing.assert_allclose(patients.dose_factor("m2"), surface, rtol=1e-15)
    with pytest.raises(InputError, match="per 'kg' or per 'm2'"):
        patients.dose_factor("lb")


def test_selected_patients_keep_their_numbers_and_values():
    patients = draw(n=10)
    chosen = patients.select(np.array([7, 2]))
    assert chosen.id.tolist() == [7, 2]
    assert chosen.parameters["frailty"].tolist() == patients.parameters["frailty"][[7, 2]].tolist()
    assert chosen.covariates["is_male"].tolist() == patients.covariates["is_male"][[7, 2]].tolist()


def test_hopeless_criteria_name_the_reason_that_dominates():
    nobody = PlausibilityRule("burden", "tumour already controlled", at_most=-1.0)
    with pytest.raises(InputError, match=r"Only 0 of [0-9,]+ .* for 'tumour already controlled'"):
        draw(criteria=Eligibility(age=(18, 90)), plausibility=[nobody], evaluate=burden_and_growth)


def test_criteria_that_exclude_each_other_are_found_out():
    with pytest.raises(InputError, match="turned away for 'performance status'"):
        draw(criteria=Eligibility(performance_status=(4,), excluded_fraction=0.35))


def test_rare_but_possible_patients_are_found():
    # Status 4 is 1 % of the population, ten times the share at which the draw gives up.
    patients = draw(n=200, criteria=Eligibility(performance_status=(4,)))
    assert set(patients.covariates["performance_status"]) == {4}
    # 200 successes at 1 in 100: the number drawn has mean 20,000 and standard deviation 1,407.
    assert abs(patients.drawn - 20_000) < 4 * 1407


def test_a_quantity_that_is_not_a_number_is_turned_away():
    def broken(names, columns):
        values = columns["initial_burden"].copy()
        values[values > 100.0] = np.nan
        return dict.fromkeys(names, values)

    patients = draw(plausibility=[LARGE], evaluate=broken)
    assert patients.parameters["initial_burden"].max() <= 100.0


@pytest.mark.parametrize(
    ("rules", "evaluate", "advice"),
    [
        ([LARGE], None, "Give 'evaluate'"),
        ([LARGE], lambda names, columns: {}, "did not evaluate"),
    ],
)
def test_rules_without_a_way_to_judge_them_are_refused(rules, evaluate, advice):
    with pytest.raises(InputError, match=advice):
        draw(plausibility=rules, evaluate=evaluate)


def test_a_rule_without_a_bound_is_refused():
    with pytest.raises(InputError, match="'at_most' or 'at_least'"):
        PlausibilityRule("burden", "pointless")


def test_no_patients_cannot_be_asked_for():
    with pytest.raises(InputError, match="Ask for 1 or more"):
        draw(n=0)
