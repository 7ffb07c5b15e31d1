"""Readings of known volumes: exact size, the reader's and the lesion's own error, and what is too small."""

import numpy as np
import pytest

from trial_samples import conducted, line, read_exactly, toy_patients, toy_protocol
from trialkine.trial import measurement
from trialkine.trial.luck import Luck
from trialkine.trial.measurement import Radiology, constant, read_biomarker, sphere_diameter

MANY = 20_000
OWN, READER = "lesion_reading_sd", "reader_sd"


def everybody(patients, seed=1):
    return Luck(seed, np.arange(patients), np.zeros(patients, dtype=int))


def log_errors(radiology, patients, lesions=4, volume=1.0):
    volumes = np.full((len(patients), lesions), volume)
    return np.log(radiology.read(patients, volumes) / sphere_diameter(volumes))


def readers_changing_with(chance, monkeypatch):
    known = measurement.constant
    monkeypatch.setattr(
        measurement, "constant", lambda name: chance if name == "reader_change_probability" else known(name)
    )


def test_a_sphere_of_10_mm_is_read_as_10_mm_without_error(monkeypatch):
    read_exactly(monkeypatch)
    volume = 4 / 3 * np.pi * 0.5**3  # radius 5 mm, in cm3
    assert Radiology(everybody(1)).read(np.array([0]), np.array([[volume]])) == pytest.approx(10.0)


def test_the_errors_of_one_reading_have_the_stated_spread_and_a_shared_part():
    errors = log_errors(Radiology(everybody(MANY)), np.arange(MANY))
    covariance = np.cov(errors.T)
    own, reader = constant(OWN), constant(READER)
    # Standard error of a variance from n normal values: variance * sqrt(2 / n); 4 lesions, 4 of them.
    slack = 4 * np.sqrt(2 / MANY) * (own**2 + reader**2)
    np.testing.assert_allclose(np.diag(covariance), own**2 + reader**2, atol=slack)
    np.testing.assert_allclose(covariance[np.triu_indices(4, 1)], reader**2, atol=slack)
    np.testing.assert_allclose(errors.mean(axis=0), 0.0, atol=4 * np.sqrt((own**2 + reader**2) / MANY))


def test_the_error_of_a_sum_is_the_readers_plus_a_share_of_the_lesions_own():
    patients, lesions = np.arange(MANY), 4
    diameters = Radiology(everybody(MANY)).read(patients, np.ones((MANY, lesions)))
    spread = np.log(diameters.sum(axis=1)).std()
    expected = np.sqrt(constant(READER) ** 2 + constant(OWN) ** 2 / lesions)  # first order in the errors
    assert spread == pytest.approx(expected, rel=4 / np.sqrt(2 * MANY) + 0.005)


@pytest.mark.parametrize(("chance", "same"), [(0.0, 1.0), (1.0, 0.0), (None, 1 - 0.5)])
def test_a_patient_keeps_the_reader_until_another_takes_over(chance, same, monkeypatch):
    if chance is not None:
        readers_changing_with(chance, monkeypatch)
    else:
        assert constant("reader_change_probability") == 0.5
    patients = np.arange(400)
    radiology = Radiology(everybody(400))
    # Over 400 lesions the own errors average out to a standard deviation of 0.003.
    first, second = (log_errors(radiology, patients, 400).mean(axis=1) for _ in range(2))
    kept = np.abs(first - second) < 5 * np.sqrt(2) * constant(OWN) / 20
    # Another reader agrees that well by chance in about one case in five: 2 * 0.0216 / (0.056 * 2 sqrt(pi)).
    chance_match = 2 * 5 * np.sqrt(2) * constant(OWN) / 20 / (constant(READER) * 2 * np.sqrt(np.pi))
    expected = same + (1 - same) * chance_match
    assert kept.mean() == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 400))


def test_own_errors_are_new_at_every_reading(monkeypatch):
    readers_changing_with(0.0, monkeypatch)
    radiology = Radiology(everybody(500))
    first, second = (log_errors(radiology, np.arange(500), 2) for _ in range(2))
    within = np.corrcoef(first[:, 0] - first[:, 1], second[:, 0] - second[:, 1])[0, 1]
    assert abs(within) < 4 / np.sqrt(500)


def test_a_lesion_at_or_below_the_limit_is_not_seen_and_one_above_is(monkeypatch):
    limit = constant("smallest_visible_volume")
    volumes = np.array([[limit, np.nextafter(limit, 1.0), 0.0, 0.9 * limit]])
    seen = Radiology(everybody(1)).read(np.array([0]), volumes) > 0.0
    assert seen.tolist() == [[False, True, False, False]]


def test_a_volume_that_is_not_a_number_is_not_measured():
    read = Radiology(everybody(1)).read(np.array([0]), np.array([[np.nan, 1.0]]))
    assert np.isnan(read[0, 0])
    assert read[0, 1] > 0.0


def test_a_reading_depends_on_the_patient_and_the_number_of_readings_alone():
    volumes = np.ones((6, 3))
    together, apart = Radiology(everybody(6)), Radiology(everybody(6))
    expected = [together.read(np.arange(6), volumes) for _ in range(3)]
    for patient in (4, 0, 2, 5, 1, 3):
        for number in range(3):
            alone = apart.read(np.array([patient]), volumes[:1])
            np.testing.assert_array_equal(alone[0], expected[number][patient])


def test_patients_at_different_readings_are_read_in_one_batch_as_alone():
    mixed, alone = Radiology(everybody(2)), Radiology(everybody(2))
    volumes = np.ones((2, 3))
    mixed.read(np.array([0]), volumes[:1])
    both = mixed.read(np.arange(2), volumes)
    alone.read(np.array([0]), volumes[:1])
    np.testing.assert_array_equal(both[0], alone.read(np.array([0]), volumes[:1])[0])
    np.testing.assert_array_equal(both[1], alone.read(np.array([1]), volumes[:1])[0])


def test_luck_differs_by_seed_repetition_patient_and_purpose():
    luck = Luck(1, np.array([3, 3, 4]), np.array([0, 1, 0]))
    drawn = [
        *luck.uniforms("a", np.arange(3))[:, 0],
        *luck.uniforms("b", np.array([0]))[:, 0],
        *Luck(2, luck.ids, luck.replicates).uniforms("a", np.array([0]))[:, 0],
    ]
    assert len(set(drawn)) == 5


def test_an_assay_errs_by_its_stated_spread_around_the_value():
    values = read_biomarker(everybody(MANY), "plasma_vegf", 0, np.arange(MANY), np.full(MANY, 200.0))
    errors = np.log(values / 200.0)
    spread = constant("biomarker_reading_sd")
    assert errors.std() == pytest.approx(spread, rel=4 / np.sqrt(2 * MANY))
    assert errors.mean() == pytest.approx(0.0, abs=4 * spread / np.sqrt(MANY))


def test_assays_of_two_biomarkers_err_independently():
    luck, patients = everybody(2000), np.arange(2000)
    one, other = (read_biomarker(luck, name, 0, patients, np.ones(2000)) for name in ("a", "b"))
    assert abs(np.corrcoef(np.log(one), np.log(other))[0, 1]) < 4 / np.sqrt(2000)


def test_the_same_tumour_is_read_alike_in_every_arm():
    assessments = {"biomarkers": ["plasma_vegf"], "missed_fraction": 0.2}
    daily = [line("beta", schedule="daily, until progression")]
    protocol = toy_protocol([line()], daily, assessments=assessments)
    patients = toy_patients(20, cut_off=300.0)
    one, other = (conducted(protocol, patients, arm)[0].history for arm in (0, 1))
    for name in ("day", "diameters", "values", "kind"):
        # More doses mean other steps of the solver, and other last digits of the time.
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12)
    assert len(np.unique(one.diameters[:, 0, 0])) == 20
