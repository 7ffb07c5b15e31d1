"""Laws of survival in a toy disease whose hazards are known."""

import numpy as np
import pytest

from trial_samples import NEVER, conducted, line, toy_patients, toy_protocol
from trialkine.endpoints.registry import find_criteria
from trialkine.randomness import exponentials
from trialkine.statistics.survival import kaplan_meier, survival_at
from trialkine.trial.tables import arm_tables

SIZE = 2000
MEAN_DAYS = 300.0


def patients_table(protocol, patients):
    record, _ = conducted(protocol, patients)
    return arm_tables(record, find_criteria("who-1979"), None)["patients"]


@pytest.fixture(scope="module")
def mortal():
    """Deaths at a constant hazard, cut off at one to three years, a tenth lost each year."""
    generator = np.random.default_rng(3)
    patients = toy_patients(
        SIZE,
        disease_death_day=MEAN_DAYS * exponentials(3, "death", np.arange(SIZE))[:, 0],
        cut_off=generator.uniform(365.0, 1095.0, SIZE),
        dropout=generator.exponential(3650.0, SIZE),
    )
    return patients, patients_table(toy_protocol([line()]), patients)


@pytest.mark.parametrize("day", [100.0, 208.0, 500.0, 900.0])
def test_kaplan_meier_of_a_constant_hazard_is_an_exponential(mortal, day):
    table = mortal[1]
    curve = kaplan_meier(table["os_days"].to_numpy(), table["os_event"].to_numpy())
    at_day = survival_at(curve, day).estimate
    expected = np.exp(-day / MEAN_DAYS)
    # Greenwood's standard error is at most that of complete data to the day over the share still followed.
    followed = np.mean(np.minimum(mortal[0].cut_off, mortal[0].dropout) >= day)
    error = np.sqrt(expected * (1 - expected) / (SIZE * followed))
    assert at_day == pytest.approx(expected, abs=4 * error)


def test_time_at_risk_gives_the_hazard_back(mortal):
    table = mortal[1]
    rate = table["os_event"].sum() / table["os_days"].sum()
    assert rate * MEAN_DAYS == pytest.approx(1.0, abs=4 / np.sqrt(table["os_event"].sum()))


def test_every_death_within_follow_up_is_seen_on_its_day_and_no_other(mortal):
    patients, table = mortal
    death = MEAN_DAYS * exponentials(3, "death", np.arange(SIZE))[:, 0]
    end = np.minimum(patients.cut_off, patients.dropout)
    np.testing.assert_array_equal(table["os_event"].to_numpy(), death < end)
    # Milestones are located to 1e-7 days.
    np.testing.assert_allclose(table["os_days"].to_numpy(), np.minimum(death, end), atol=1e-6)


def test_longer_follow_up_only_adds_to_what_was_known():
    generator = np.random.default_rng(7)
    known = {
        "disease_death_day": generator.exponential(400.0, 200),
        "early_slope": generator.normal(0.002, 0.004, 200)[:, np.newaxis] * np.ones(2),
        "turn_day": NEVER,
    }
    protocol = toy_protocol([line(), line("beta", starts="within 6 weeks after alpha fails")])
    short, long = (
        patients_table(protocol, toy_patients(200, cut_off=days, **known)) for days in (250.0, 800.0)
    )
    died = short["os_event"].to_numpy()
    assert 0 < died.sum() < 200
    # A death is located to 1e-7 days, from wherever the solver happens to step.
    np.testing.assert_allclose(short["os_days"].to_numpy()[died], long["os_days"].to_numpy()[died], atol=1e-6)
    assert (long["os_days"].to_numpy()[~died] >= 250.0).all()
    progressed = short["ttp_event"].to_numpy()
    np.testing.assert_array_equal(
        short["ttp_days"].to_numpy()[progressed], long["ttp_days"].to_numpy()[progressed]
    )
    assert (long["pfs_days"].to_numpy() >= short["pfs_days"].to_numpy() - 1e-6).all()
