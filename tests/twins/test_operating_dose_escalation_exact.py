"""Dose escalations in virtual trials at known toxicity rates: the rule's own exact characteristics."""

from __future__ import annotations

import numpy as np
import pytest

from operating_samples import protocol, toxic_pools
from trialkine.design.dose_finding_characteristics import exact_dose_finding
from trialkine.errors import UsedUpError
from trialkine.operating.dose_escalation import (
    dose_finding_characteristics,
    escalated,
    patients_needed,
    used_up,
)
from trialkine.operating.plans import dose_rule
from trialkine.operating.pool_outcomes import DoseOutcomes

RATES = (0.05, 0.15, 0.30, 0.50)
ARMS = ("1", "2", "3", "4")


def asked(rule: str, **more: object):
    design = {
        "dose_finding": {
            "rule": rule,
            "doses": list(ARMS),
            "target": 0.3,
            "dose_limiting": {"grade": 3, "within": "28 days"},
            **more,
        }
    }
    file = protocol(design, arms=ARMS)
    assert file.design is not None
    assert file.design.dose_finding is not None
    return file, file.design.dose_finding


@pytest.mark.parametrize(("rule", "more"), [("3+3", {}), ("boin", {"most_patients": 12})])
def test_selections_and_patients_are_the_exact_ones(rule: str, more: dict) -> None:
    file, design = asked(rule, **more)
    pools = toxic_pools(RATES, members=200, patients=10 * patients_needed(design), seed=2)
    found = dose_finding_characteristics(file, design, dose_rule(design), pools, trials=2000, seed=1)
    wanted = exact_dose_finding(dose_rule(design), RATES)
    for dose, row in enumerate(found.doses):
        chance = wanted.selected[dose]
        assert row.selected.mean == pytest.approx(
            chance, abs=4 * np.sqrt(chance * (1 - chance) / 2000) + 1e-9
        )
        # Patients at a dose are at most 12 and so have a standard deviation of at most 6.
        assert row.patients.mean == pytest.approx(wanted.patients[dose], abs=4 * 3.5 / np.sqrt(2000))
        assert row.toxicity_rate == pytest.approx(RATES[dose], abs=0.01)
    assert found.early.mean == pytest.approx(
        wanted.none_selected, abs=4 * np.sqrt(wanted.none_selected / 2000)
    )
    assert found.patients.mean == pytest.approx(wanted.trial_size, abs=4 * 6 / np.sqrt(2000))


def test_crm_uses_the_stated_skeleton_or_one_around_the_target() -> None:
    _, stated = asked("crm", most_patients=9, skeleton=[0.1, 0.2, 0.3, 0.4])
    assert dose_rule(stated).skeleton == (0.1, 0.2, 0.3, 0.4)
    _, guessed = asked("crm", most_patients=9)
    skeleton = dose_rule(guessed).skeleton
    assert skeleton[1] == pytest.approx(0.3)
    assert list(skeleton) == sorted(skeleton)


def one_dose(toxic: list[float], watched: list[float]) -> DoseOutcomes:
    return DoseOutcomes(np.ones((1, len(toxic)), dtype=bool), np.array([toxic]), np.array([watched]))


def test_a_cohort_is_watched_to_its_end_and_whoever_leaves_before_is_replaced() -> None:
    _, design = asked("3+3")
    never = np.inf
    # The second patient leaves on day 12 without a toxicity; the third has one on day 7, the fifth on day 9.
    first = one_dose([never, never, 7.0, never, 9.0, never, never], [28.0, 12.0, *[28.0] * 5])
    pools = [first, *(one_dose([1.0] * 7, [28.0] * 7) for _ in range(3))]
    gaps = np.array([0.0, 1.0, 1.0, 1.0, 5.0, 1.0, 0.0])
    course = escalated(dose_rule(design), pools, 0, np.arange(7), gaps, window=28.0)
    assert course is not None
    # Cohort 1: patients 1, 3 and 4, until day 3 + 28 = 31. Cohort 2: patients 5, 6 and 7.
    assert course.tally.patients[0] == 6
    assert course.tally.toxicities[0] == 2
    assert course.selected is None
    assert course.patients == 7
    assert course.days == pytest.approx(31.0 + 6.0 + 28.0)


def test_a_toxicity_after_the_window_does_not_limit_the_dose() -> None:
    _, design = asked("3+3")
    pools = [one_dose([30.0] * 40, [40.0] * 40) for _ in range(4)]
    course = escalated(dose_rule(design), pools, 0, np.arange(40), np.zeros(40), window=28.0)
    assert course is not None
    assert course.selected == 3
    assert sum(course.tally.toxicities) == 0


def test_nobody_is_in_a_cohort_twice_when_patients_run_out() -> None:
    _, design = asked("3+3")
    pools = [one_dose([np.inf] * 5, [28.0] * 5) for _ in range(4)]
    assert escalated(dose_rule(design), pools, 0, np.arange(5), np.zeros(5), window=28.0) is None


def leaving(share: float, members: int, patients: int) -> list[DoseOutcomes]:
    """Doses without toxicity, of whose patients a share leaves before the window is over."""
    luck = np.random.default_rng(4).uniform(size=(members, patients))
    watched = np.where(luck < share, 12.0, 28.0)
    never, usable = np.full(luck.shape, np.inf), np.ones(luck.shape, dtype=bool)
    return [DoseOutcomes(usable, never, watched) for _ in ARMS]


def test_many_who_must_be_replaced_are_replaced_by_others_of_the_pool() -> None:
    file, design = asked("boin", most_patients=12)
    assert patients_needed(design) == 18
    pools = leaving(0.6, members=10, patients=120)
    found = dose_finding_characteristics(file, design, dose_rule(design), pools, trials=100, seed=1)
    # Twelve patients who can be judged, each after 1 / 0.4 patients on average.
    assert found.patients.mean == pytest.approx(12 / 0.4, rel=0.1)
    assert sum(row.patients.mean for row in found.doses) == pytest.approx(12.0)


@pytest.mark.parametrize(
    ("share", "patients", "helps"),
    [(0.6, 20, True), (1.0, 20, False), (1.0, 400, False)],
    ids=["a small pool", "everybody leaves", "a large pool"],
)
def test_an_escalation_that_uses_up_its_patients_is_refused(share: float, patients: int, helps: bool) -> None:
    file, design = asked("boin", most_patients=12)
    pools = leaving(share, members=3, patients=patients)
    with pytest.raises(UsedUpError, match="Write a shorter 'within' for the dose-limiting") as refused:
        dose_finding_characteristics(file, design, dose_rule(design), pools, trials=100, seed=1)
    assert refused.value.helps == helps
    assert refused.value.drawn == min(patients, 180)
    assert not used_up(design, pools, drawn=180).helps  # as many as are ever drawn
