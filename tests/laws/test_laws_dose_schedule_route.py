"""Dose, schedule and route of interleukins matter, and a higher dose does less than in proportion."""

from __future__ import annotations

import numpy as np
import polars as pl

from laws.trials import Arm, column, gain, has, responded, trial, values, without
from trialkine.statistics.paired_change import mean_change
from trialkine.statistics.summary import mean_interval
from trialkine.trial.result import TrialResult

EXAMPLE = "il2-dose-schedule-and-route-renal"
HIGH, TENTH, SKIN = "High dose", "A tenth of the dose", "Under the skin"
NEVER = ({"hold": "never"},)
DEAF = without("common_gamma_receptors")


def doses() -> TrialResult:
    """High dose and a tenth of it, with doses held as labelled or never, and without receptors."""
    return trial(
        EXAMPLE,
        {
            "high": HIGH,
            "tenth": TENTH,
            "high, never held": Arm(HIGH, lines=NEVER),
            "tenth, never held": Arm(TENTH, lines=NEVER),
        },
        200,
        "10 months",
    )


def deaf() -> TrialResult:
    """Three ways to give interleukin-2 to patients whose cells have no receptor for it."""
    return trial(EXAMPLE, {name: Arm(name, DEAF) for name in (HIGH, TENTH, SKIN)}, 60, "10 months")


def test_a_tenth_of_the_dose_gets_fewer_responses_but_not_a_tenth_of_them() -> None:
    """Rows YANG_HDIV_RCC and YANG_LDIV_RCC: 21 and 13 % of randomised patients responded."""
    result = doses()
    high, tenth = (responded(result, arm) for arm in ("high", "tenth"))
    assert has(gain(result, "high", "tenth"))[1] > 0.0
    assert has(mean_interval(10.0 * tenth - high))[1] > 0.0


def test_held_doses_are_what_keeps_the_high_dose_from_gaining_more() -> None:
    """Carried by `hypotension`: what is not tolerated is not given (proleukin_doses)."""
    result = doses()
    assert has(gain(result, "high, never held", "high"))[1] > 0.0
    _, low, high = has(gain(result, "tenth, never held", "tenth"))
    assert low < 0.0 < high  # a tenth is tolerated anyway


def test_into_a_vein_interleukin_2_does_more_than_under_the_skin() -> None:
    """E3 (parkinson_1990), rows CWG_HDIL2_RCC and CWG_SC_IL2_IFN_RCC: 23 and 10 %, with interferon."""
    arms = {"vein": HIGH, "skin": SKIN}
    result = trial("il2-dose-schedule-and-route-melanoma", arms, 200, "12 months")
    assert has(gain(result, "vein", "skin"))[1] > 0.0


def test_neither_dose_nor_route_matters_without_receptors_for_interleukin_2() -> None:
    """Carried by `common_gamma_receptors`."""
    result = deaf()
    for other in (TENTH, SKIN):
        assert np.array_equal(responded(result, HIGH), responded(result, other))
    # The schedules stop the solver at other times; agreement is to its accuracy.
    np.testing.assert_allclose(column(result, HIGH, "os_days"), column(result, TENTH, "os_days"), rtol=2e-3)


def steady_or_not(model: dict[str, object] | None) -> TrialResult:
    """Five days of the same amount a day, every eight hours or without a pause, a share of which is held."""
    bolus = {"schedule": "every 8 h, up to 15 doses, on day 1"}
    steady = {
        "dose": f"{3 * 720000} IU/kg",
        "route": "intravenous over 24 h",
        "schedule": "continuous, days 1 to 5",
    }
    arms = {"bolus": Arm(HIGH, model, (bolus,)), "steady": Arm("Continuous infusion", model, (steady,))}
    return trial(EXAMPLE, arms, 40, "4 weeks")


def test_the_same_amount_a_day_is_tolerated_less_as_an_infusion_than_in_boluses() -> None:
    """E3; lotze_1985: limits of 3,000 U/kg an hour by infusion and of 1,000,000 U/kg by bolus."""
    result = steady_or_not(None)
    given = {arm: column(result, arm, "relative_dose_intensity") for arm in ("bolus", "steady")}
    assert has(mean_interval(given["bolus"] - given["steady"]))[1] > 0.0


def test_the_schedule_does_not_matter_for_tolerance_without_receptors() -> None:
    result = steady_or_not(DEAF)
    for arm in ("bolus", "steady"):
        assert (column(result, arm, "relative_dose_intensity") == 1.0).all()


def interferon_at_day_three(model: dict[str, object] | None) -> tuple[float, float, float]:
    """Interferon gamma on the third day of interleukin-12, after a test dose over without one."""
    after, at_once = "Five days after a test dose", "Five days at once"
    result = trial(
        "interleukin-12-schedules",
        {"after": Arm(after, model), "at once": Arm(at_once, model)},
        40,
        "4 weeks",
        assessments={
            "criteria": "who-1979",
            "every": "8 weeks",
            "biomarkers": {"interferon_gamma": {"at": ["3 days", "17 days"]}},
        },
    )
    visits = result.visits.filter(pl.col("interferon_gamma").is_not_null())
    days = {"after": 17.0, "at once": 3.0}
    first, second = (
        visits.filter(arm=arm, day=day).select("patient", "interferon_gamma") for arm, day in days.items()
    )
    both = first.join(second, on="patient", suffix="_at_once").sort("patient")
    assert len(both) > 20
    change = mean_change(both["interferon_gamma_at_once"].to_numpy(), both["interferon_gamma"].to_numpy())
    return has(change.ratio)


def test_a_test_dose_of_interleukin_12_two_weeks_before_blunts_the_next_doses() -> None:
    """leonard_1997: the same doses were tolerated after a test dose, dangerous without. Sizes are assumed."""
    assert interferon_at_day_three(None)[2] < 1.0


def test_a_test_dose_of_interleukin_12_blunts_nothing_without_adaptation() -> None:
    """Carried by the adaptation in the agent's file."""
    off = values(interleukin_12_tolerance_gain=0.0, interleukin_12_clearance_gain=0.0)
    assert interferon_at_day_three(off)[2] > 0.95  # readings carry an assay error of 10 % each
