"""Virtual trials make false claims as often as their design says: in known rates, hazards and treatments."""

from __future__ import annotations

import math

import numpy as np
import pytest

from operating_samples import bernoulli_pool, exponential_pool, protocol
from protocol_samples import EXAMPLES
from trialkine.design.two_stage import TwoStageRule, operating_characteristics
from trialkine.operating.plans import randomised_plan, single_arm_plan
from trialkine.operating.randomised import randomised_characteristics
from trialkine.operating.run import operating_characteristics as carried_out
from trialkine.operating.single_arm import single_arm_characteristics
from trialkine.records import DAYS_PER_MONTH
from trialkine.trial.protocol import Protocol

pytestmark = pytest.mark.slow

TRIALS = 8000
DESIGNS = [
    ({"simon": {"p0": 0.1, "p1": 0.3, "alpha": 0.05, "power": 0.8}}, 0.1),
    ({"simon": {"p0": 0.1, "p1": 0.3, "alpha": 0.05, "power": 0.8, "accrual": "continues"}}, 0.1),
    ({"single_stage": {"p0": 0.2, "p1": 0.4, "alpha": 0.05, "power": 0.8}}, 0.2),
]


@pytest.mark.parametrize(("design", "p0"), DESIGNS)
def test_single_arm_designs_on_bernoulli_data_claim_at_p0_as_often_as_they_should(
    design: dict, p0: float
) -> None:
    file = protocol(design)
    plan = single_arm_plan(file.design)
    assert plan is not None
    pool = bernoulli_pool(np.full(400, p0), patients=20 * plan.patients, seed=11)
    found = single_arm_characteristics(file, plan, "A", pool, ratio=1.0, trials=TRIALS, seed=1)
    exact = found.textbook[1].success
    assert exact <= 0.05
    assert found.success.mean == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / TRIALS))
    if isinstance(plan.rule, TwoStageRule):
        stop = operating_characteristics(plan.rule, p0).early_stop_probability
        assert found.early.mean == pytest.approx(stop, abs=4 * np.sqrt(stop * (1 - stop) / TRIALS))


@pytest.mark.parametrize(
    "asked",
    [
        {"events": 120, "looks": [0.5, 0.75, 1], "spending": "pocock"},
        {"events": 120, "looks": [0.5, 1]},
        {"test": "max-combo"},
        {"test": "weighted log-rank", "weight": [0, 1]},
    ],
    ids=["pocock", "obrien-fleming", "max-combo", "late events"],
)
def test_arms_with_one_hazard_differ_as_often_as_alpha_allows(asked: dict) -> None:
    design = {"experimental": "A", "control": "B", "endpoint": "overall survival", "alpha": 0.05, **asked}
    file = protocol({"randomised": design}, patients=90)
    assert file.design is not None
    assert file.design.randomised is not None
    plan = randomised_plan(file.design.randomised)
    hazard = math.log(2.0) / (9.0 * DAYS_PER_MONTH)
    pools = exponential_pool(hazard, 100, 900, 21), exponential_pool(hazard, 100, 900, 22)
    found = randomised_characteristics(file, plan, pools, trials=1000, seed=1)
    # 4 binomial errors of 1,000 disjoint trials; the tests are asymptotic in 120 events or more.
    assert found.success.mean == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 1000))


def test_two_arms_of_one_treatment_in_simulated_patients_differ_as_often_as_alpha_allows() -> None:
    data = Protocol.read(EXAMPLES / "dacarbazine-v-temozolomide.yaml").to_dict()
    first = next(arm for arm in data["arms"] if arm["name"] == "Dacarbazine")
    data["arms"] = [{**first, "name": name} for name in ("One", "Other")]
    data["enrolment"] = {"patients": 20, "per_month": 8}
    asked = {"experimental": "One", "control": "Other", "endpoint": "overall survival", "alpha": 0.2}
    data["design"] = {"randomised": asked}
    found = carried_out(Protocol.from_dict(data), trials=300, pool=8000, seed=4).found[0]
    # Up to 200 disjoint trials; the standard error counts those that share their patients' parameters once.
    assert found.success.standard_error is not None
    assert found.success.mean == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 200))
    assert found.success.standard_error < 0.05
