"""Candidates side by side: what is measured of patients, and that all candidates treat the same ones."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from trialkine.diseases.disease import load_disease
from trialkine.ensemble_members import member_changes
from trialkine.optimisation.bench import Bench, as_trial, batch_seed, batches_of, facts_of, with_settled_facts
from trialkine.optimisation.measured import measured
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.trial.measure_words import parse_measure, parse_rate_limit
from trialkine.trial.protocol import Protocol

KEYS = {"arm": ["A"] * 4 + ["B"] * 4, "trial": [0, 0, 1, 1] * 2, "patient": [3, 7, 2, 4] * 2}
PATIENTS = pl.DataFrame(
    {
        **KEYS,
        "status": ["ok", "ok", "ok", "ok", "ok", "too_many_steps", "ok", "ok"],
        "best_response": ["CR", "PR", "SD", "NE", "PD", "CR", "CR", "SD"],
        "death_cause": ["disease", "treatment", None, None, None, None, "disease", None],
        "worst_grade": [4, 2, None, 3, 0, 4, 1, 2],
        "os_days": [100.0, 365.0, 365.25, 200.0, 400.0, 400.0, 366.0, 400.0],
        "os_event": [True, True, False, False, False, False, True, False],
        "pfs_days": [50.0, 100.0, 365.25, 200.0, 400.0, None, 365.25, 400.0],
        "pfs_event": [True, True, False, False, False, False, True, False],
        "follow_up_days": [300.0, 400.0, 400.0, 200.0, 400.0, 400.0, 400.0, 365.0],
    }
)
EVENTS = pl.DataFrame(
    {
        "arm": ["A", "A", "B", "B"],
        "trial": [0, 0, 1, 1],
        "patient": [3, 7, 4, 4],
        "toxicity": ["hypotension", "hypotension", "hypotension", "creatinine"],
        "grade": [3, 5, 2, 4],
    }
)
RESULT = SimpleNamespace(arms=("A", "B"), replicates=2, patients=PATIENTS, adverse_events=EVENTS)
NO = np.nan  # of the patient who could not be solved, and of those not followed


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("response", [1, 1, 0, 0, 0, NO, 1, 0]),
        ("complete response", [1, 0, 0, 0, 0, NO, 1, 0]),
        ("treatment death", [0, 1, 0, 0, 0, NO, 0, 0]),
        ("grade 3 hypotension", [1, 1, 0, 0, 0, NO, 0, 0]),
        ("grade 4 hypotension", [0, 1, 0, 0, 0, NO, 0, 0]),
        ("grade 3 toxicity", [1, 1, 0, 1, 0, NO, 0, 0]),
        # 12 months are 365.25 days: the first was to be followed for less, although dead by
        # then, and so was the fourth; the last only to 365, within the slack.
        ("survival at 12 months", [NO, 0, 1, NO, 1, NO, 1, 1]),
        ("progression-free survival at 12 months", [NO, 0, 1, NO, 1, NO, 0, 1]),
    ],
)
def test_a_measure_is_what_one_reads_off_the_tables(words, expected):
    is_harm = words.startswith(("grade", "treatment"))
    measure = parse_rate_limit(f"{words} at most 5 %").measure if is_harm else parse_measure(words)
    found = measured(RESULT, [measure])
    assert found.shape == (2, 1, 2, 2)
    np.testing.assert_array_equal(found.ravel(), np.array(expected, dtype=float))


PROTOCOL = Protocol.from_dict(
    {
        "schema": 1,
        "title": "Doses of interleukin-2",
        "disease": "melanoma",
        "arms_are": "randomised",
        "arms": [
            {
                "name": f"{dose}",
                "treatment": [
                    {
                        "agent": "aldesleukin",
                        "dose": f"{dose} IU/kg",
                        "route": "intravenous over 15 min",
                        "schedule": "every 8 h, up to 3 doses",
                    }
                ],
            }
            for dose in (100_000, 720_000)
        ],
        "assessments": {"criteria": "who-1979", "every": "4 weeks"},
        "enrolment": {"patients": 5, "per_month": 50},
        "follow_up": "2 months",
    }
)
NAMES = (
    "melanoma:trial.case_mix.intercept",
    "melanoma:trial.case_mix.high_dose",
    "melanoma:trial.case_mix.sd",
)
ENSEMBLE = ParameterEnsemble(
    (*NAMES, "melanoma:trial.hazard.randomised", "melanoma:tumour_growth_rate"),
    np.array([[-0.5, 1.5, 0.2, 0.3, 0.010], [0.2, 0.8, 0.1, -0.4, 0.014], [0.1, 1.0, 0.3, 0.2, 0.012]]),
    np.full(3, 1 / 3),
)


def test_members_with_settled_facts_are_those_of_a_trial_that_has_them():
    facts, disease = {"high_dose": 1.0, "randomised": 0.5, "decades": 0.4}, load_disease("melanoma")
    settled = with_settled_facts(ENSEMBLE, facts)
    wanted = member_changes(ENSEMBLE, disease, facts, 3, seed=5)
    for other in ({}, facts, {"high_dose": 1.0}):
        found = member_changes(settled, disease, other, 3, seed=5)
        for one, expected in zip(found, wanted, strict=True):
            assert one.keys() == expected.keys()
            for name, numbers in expected.items():
                assert one[name] == pytest.approx(dict(numbers), rel=1e-12)
    assert member_changes(ENSEMBLE, disease, {}, 3, seed=5) != wanted


def test_facts_are_those_of_all_candidates_together_in_one_counterfactual_trial():
    facts = facts_of(PROTOCOL, PROTOCOL.arms)
    assert facts["high_dose"] == 1.0
    assert facts["randomised"] == 0.0
    assert facts_of(PROTOCOL, PROTOCOL.arms[:1])["high_dose"] == 0.0


def test_batches_share_out_members_from_the_whole_ensemble_once_each():
    many = ParameterEnsemble(("a",), np.arange(101.0)[:, None], np.full(101, 1 / 101))
    parts, numbers = batches_of(many, 20, 4, {})
    assert [len(one) for one in numbers] == [5, 5, 5, 5]
    together = np.concatenate(numbers)
    assert len(set(together)) == 20
    assert {together.min(), together.max()} == {0, 100}
    for part, own in zip(parts, numbers, strict=True):
        np.testing.assert_array_equal(part.values[:, 0], own)
        assert part.weights.sum() == pytest.approx(1.0, rel=1e-12)


def test_batches_have_seeds_of_their_own():
    seeds = {batch_seed(seed, batch) for seed in range(3) for batch in range(4)}
    assert len(seeds) == 12
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_a_candidate_treats_the_same_patients_whoever_is_simulated_beside_it():
    facts = facts_of(PROTOCOL, PROTOCOL.arms)
    parts, _ = batches_of(ENSEMBLE, 3, 1, facts)
    measures = (
        parse_measure("progression-free survival at 6 weeks"),
        parse_rate_limit("grade 2 fever at most 50 %").measure,
    )
    bench = Bench(PROTOCOL, PROTOCOL.arms, measures, parts, 8, 0, 1)
    together, records = bench.run(0, [0, 1], lambda done, message: None)
    assert together.shape == (2, 2, 3, 8)
    assert {"tumour_growth_rate", "aldesleukin_clearance"} <= {record.name for record in records}
    for number in (0, 1):
        alone, _ = bench.run(0, [number], lambda done, message: None)
        np.testing.assert_array_equal(alone[0], together[number])
    assert 0 < together[:, 0].mean() < 1  # something happened, and not to everybody
    assert as_trial(PROTOCOL, PROTOCOL.arms).is_counterfactual
