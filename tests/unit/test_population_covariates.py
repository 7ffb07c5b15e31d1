import numpy as np
import pytest
from scipy import stats

from population_samples import record
from trialkine.errors import InputError
from trialkine.population.covariates import body_surface, draw_age, draw_body
from trialkine.population.packaged import number_in, packaged_records, with_replacements

SIZE = 50_000
PATIENTS = np.arange(SIZE)
BODY = packaged_records()


def test_body_surface_follows_the_formula_of_mosteller():
    # By hand: 180 cm and 80 kg give sqrt(14400 / 3600) = 2 m2; 160 and 90 the same.
    surface = body_surface(np.array([180.0, 160.0]), np.array([80.0, 90.0]), 3600.0)
    assert surface.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(("sex", "published"), [("male", 2.0), ("female", 1.7)])
def test_the_median_man_and_woman_have_the_published_body_surface(sex, published):
    # Jen 2000 prints body surface to one decimal.
    height, weight = number_in(BODY[f"{sex}_height"], "cm"), number_in(BODY[f"{sex}_weight"], "kg")
    divisor = number_in(BODY["body_surface_divisor"], "cm*kg/m**4")
    assert body_surface(np.array([height]), np.array([weight]), divisor)[0] == pytest.approx(
        published, abs=0.01
    )


def test_each_sex_has_its_recorded_height_and_weight():
    body = draw_body(BODY, 1, 0, PATIENTS)
    for sex, chosen in (("male", body["is_male"]), ("female", ~body["is_male"])):
        height, weight = BODY[f"{sex}_height"], BODY[f"{sex}_weight"]
        errors = 4.0 / np.sqrt(np.count_nonzero(chosen))
        heights = (body["height_cm"][chosen] - height.value) / height.variability.sd
        weights = np.log(body["weight_kg"][chosen] / weight.value) / weight.variability.sd
        for scores in (heights, weights):
            assert abs(scores.mean()) < errors
            assert abs(scores.std() - 1.0) < errors
        expected = BODY["weight_height_correlation"].value
        assert abs(np.corrcoef(heights, weights)[0, 1] - expected) < errors


def test_the_recorded_share_of_patients_is_male():
    share = BODY["male_fraction"].value
    found = draw_body(BODY, 1, 0, PATIENTS)["is_male"].mean()
    assert abs(found - share) < 4.0 * np.sqrt(share * (1 - share) / SIZE)


def test_ages_are_a_normal_cut_off_at_the_youngest_and_the_oldest():
    age, sd = BODY["age"].value, BODY["age"].variability.sd
    youngest, oldest = BODY["youngest_age"].value, BODY["oldest_age"].value
    twin = stats.truncnorm((youngest - age) / sd, (oldest - age) / sd, loc=age, scale=sd)
    drawn = draw_age(BODY, 1, 0, PATIENTS)
    assert stats.kstest(drawn, twin.cdf).pvalue > 1e-4
    assert drawn.min() >= youngest
    assert drawn.max() <= oldest


def test_the_spread_of_ages_is_what_the_published_ranges_imply():
    # The range of 80 (of 83) normal values is expected to be 4.85 (4.87) sd: the integral of
    # 1 - F^n - (1 - F)^n. Ranges 21-76 and 29-85 years; each estimate has a relative error of about 15 %.
    x = np.linspace(-9.0, 9.0, 20_001)
    below = stats.norm.cdf(x)
    expected_ranges = [np.trapezoid(1 - below**n - (1 - below) ** n, x) for n in (80, 83)]
    implied = np.mean([(76 - 21) / expected_ranges[0], (85 - 29) / expected_ranges[1]])
    assert BODY["age"].variability.sd == pytest.approx(implied, abs=0.1)


def test_a_disease_replaces_records_in_its_own_units():
    body = with_replacements({"male_height": record("male_height", 1.8, "normal", 0.0, "m")})
    drawn = draw_body({**body, "male_fraction": record("male_fraction", 1.0)}, 1, 0, np.arange(5))
    np.testing.assert_allclose(drawn["height_cm"], 180.0, rtol=1e-14)


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        (record("male_hight", 1.8), "Did you mean 'male_height'"),
        (record("zzz", 1.8), "Known are age"),
    ],
)
def test_a_replacement_for_nothing_is_refused(wrong, advice):
    with pytest.raises(InputError, match=advice):
        with_replacements({wrong.name: wrong})


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        (record("age", 60.0, unit="year"), "must vary between patients"),
        (record("age", 60.0, "lognormal", 0.2, "year"), 'distribution = "normal"'),
        (record("age", 60.0, "normal", 10.0, "kg"), "cannot be turned into 'year'"),
        (record("age", {"1": 60.0}, "normal", 10.0, "year"), "one is needed"),
        (record("youngest_age", 99.0, unit="year"), "youngest age below the oldest"),
    ],
)
def test_an_unusable_age_record_is_refused(wrong, advice):
    with pytest.raises(InputError, match=advice):
        draw_age(with_replacements({wrong.name: wrong}), 1, 0, np.arange(5))
