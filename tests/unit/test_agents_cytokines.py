"""What the cytokines, the vaccine and IMP321 do to a typical patient: directions, and measured sizes."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from mechanism_patients import Floats, Patient, build
from numpy.testing import assert_allclose
from scipy.integrate import solve_ivp

from trialkine.agents.catalogue import catalogue
from trialkine.mechanisms.core import mechanisms_for
from trialkine.model.compose import compose
from trialkine.model.evaluate import derivative

AGENTS = (
    "imp321",
    "interferon_alfa",
    "interleukin_12",
    "interleukin_15",
    "interleukin_21",
    "peptide_vaccine",
    "tumour_necrosis_factor_alfa",
)
WEIGHT = 70.0  # kg


@functools.cache
def patient(*agents: str, disease: str = "melanoma", **changed: float) -> Patient:
    """The typical patient in a model with some agents."""
    return Patient(build(agents), disease, **changed)


@functools.cache
def part(agent: str, *kept: str) -> Patient:
    """The typical patient in a model of one agent and a few mechanisms, the rest off: quick to solve."""
    found = catalogue()[agent]
    mechanisms = mechanisms_for((found,))
    off = [mechanism.name for mechanism in mechanisms if mechanism.name not in kept]
    return Patient(compose(mechanisms, found, off=off))


def natural_killers(agent: str) -> Patient:
    """A patient of whom only natural killer cells and their receptors are modelled."""
    return part(agent, "natural_killer_cells", "common_gamma_receptors")


def under_interleukin_12() -> Patient:
    """A patient of whom only what interleukin-12 induces is modelled."""
    return part("interleukin_12", "interferon_gamma", "interleukin_10", "fever", "liver", "hypotension")


def later(one: Patient, days: float, states: Floats) -> Floats:
    """The states after some days without doses, to three digits or more."""

    def rates(_: float, values: Floats) -> Floats:
        return derivative(one.model, values[None, :], one.parameters)[0]

    solved = solve_ivp(rates, (0.0, days), states[0], method="LSODA", rtol=1e-5, atol=1e-7)
    assert solved.success
    return solved.y[:, -1][None, :]


def daily(one: Patient, state: str, dose: float, days: int, states: Floats | None = None) -> Floats:
    """The states after daily doses that arrive at once in one state."""
    now = (one.start if states is None else states).copy()
    place = one.model.state_names.index(state)
    for _ in range(days):
        now[0, place] += dose
        now = later(one, 1.0, now)
    return now


@pytest.mark.parametrize("agent", AGENTS)
def test_an_agent_that_is_not_given_leaves_every_rate_of_the_core_as_it_is(agent: str) -> None:
    plain, with_agent = patient().rates(), patient(agent).rates()
    for name, rate in plain.items():
        assert with_agent[name] == rate, name


@pytest.mark.parametrize("agent", AGENTS)
def test_an_agent_that_is_not_given_starts_no_toxicity(agent: str) -> None:
    rates = patient(agent).rates()
    toxic = set(rates) - set(patient().rates())
    for name in toxic:
        assert rates[name] == pytest.approx(0.0, abs=1e-12), name


# -- receptors --------------------------------------------------------------------------------


def occupancies(il2: float, il15: float) -> tuple[float, float]:
    """Occupied shares of trimer and dimer at levels of interleukin-2 [IU/mL] and interleukin-15 [ng/mL]."""
    both = patient("aldesleukin", "interleukin_15")
    states = both.at(
        aldesleukin_central=il2 * both.parameter("aldesleukin_central_volume"),
        interleukin_15_plasma=il15 * both.parameter("interleukin_15_volume"),
    )
    names = ("il2_high_affinity_occupancy", "il2_intermediate_affinity_occupancy")
    trimer, dimer = (float(both.read(name, states)) for name in names)
    return trimer, dimer


def test_interleukin_15_occupies_the_dimer_and_never_the_trimer() -> None:
    assert occupancies(0.0, 14.0) == pytest.approx((0.0, 0.5))
    assert occupancies(0.0, 1e6)[0] == 0.0


def test_two_ligands_of_the_dimer_compete_by_the_law_of_mass_action() -> None:
    two, fifteen = 2.0, 3.0  # multiples of the levels that half occupy it
    _, dimer = occupancies(two * 359.0, fifteen * 14.0)
    assert dimer == pytest.approx((two + fifteen) / (1 + two + fifteen))


def test_interleukin_15_takes_a_smaller_share_beside_interleukin_2() -> None:
    both = patient("aldesleukin", "interleukin_15")
    alone = both.at(interleukin_15_plasma=14.0 * both.parameter("interleukin_15_volume"))
    crowded = alone.copy()
    volume = both.parameter("aldesleukin_central_volume")
    crowded[0, both.model.state_names.index("aldesleukin_central")] = 2 * 359.0 * volume
    assert float(both.read("il15_occupancy", alone)) == pytest.approx(1 / 2)
    assert float(both.read("il15_occupancy", crowded)) == pytest.approx(1 / 4)  # 1 of 1 + 2 + 1


def test_interleukin_2_expands_regulatory_t_cells_and_interleukins_15_and_21_do_not() -> None:
    rates = {}
    for agent, state in (
        ("aldesleukin", "central"),
        ("interleukin_15", "plasma"),
        ("interleukin_21", "plasma"),
    ):
        one = patient(agent)
        rates[agent] = one.rates(one.at(**{f"{agent}_{state}": 1e6}))["regulatory_t_cells"]
    at_rest = patient().rates()["regulatory_t_cells"]
    assert rates["aldesleukin"] > at_rest
    assert rates["interleukin_15"] == rates["interleukin_21"] == at_rest


# -- interleukin-15 and interleukin-21 --------------------------------------------------------


def test_natural_killer_cells_grow_two_to_three_fold_under_tolerated_interleukin_15() -> None:
    one = natural_killers("interleukin_15")
    after = daily(one, "interleukin_15_plasma", 0.3 * WEIGHT, 12)
    assert 2.0 < one.read("natural_killer_cells", after) < 3.0  # il15_trials_table


def test_natural_killer_cells_grow_more_at_higher_doses_of_interleukin_15() -> None:
    one = natural_killers("interleukin_15")
    folds = [
        float(one.read("natural_killer_cells", daily(one, "interleukin_15_plasma", dose * WEIGHT, 12)))
        for dose in (0.3, 3.0)
    ]
    assert folds == sorted(folds)
    assert folds[-1] < 6.0  # the largest pool; 10 fold were seen at 3 ug/kg, so the model falls short there


def test_interleukin_21_makes_effector_cells_grow_and_natural_killer_cells_active() -> None:
    one = patient("interleukin_21")
    under, rest = one.rates(one.at(interleukin_21_plasma=30 * WEIGHT)), one.rates()
    for name in ("effector_cells", "natural_killer_activation"):
        assert under[name] > rest[name], name


# -- interleukin-12 ---------------------------------------------------------------------------


def five_days(one: Patient, states: Floats | None = None) -> Floats:
    """The states after 500 ng/kg into a vein on five days."""
    return daily(one, "interleukin_12_plasma", 0.5 * WEIGHT, 5, states)


def test_a_single_dose_two_weeks_before_protects_from_daily_interleukin_12() -> None:
    one = under_interleukin_12()
    predose = later(one, 14.0, one.at(interleukin_12_plasma=0.5 * WEIGHT))
    with_predose, without = five_days(one, predose), five_days(one)
    for name in ("interferon_gamma", "temperature_rise", "bilirubin_ratio", "hypotension"):
        assert one.read(name, with_predose) < one.read(name, without), name
    attenuated = one.read("interferon_gamma", with_predose) / one.read("interferon_gamma", without)
    assert attenuated < 0.6  # "profound" in leonard_1997


def test_five_daily_doses_outrun_the_adaptation_to_interleukin_12() -> None:
    one = under_interleukin_12()
    early = daily(one, "interleukin_12_plasma", 0.5 * WEIGHT, 3)
    weeks_on = later(one, 14.0, one.at(interleukin_12_plasma=0.5 * WEIGHT))
    adapted = [float(one.read("interleukin_12_adaptation", states)) for states in (early, weeks_on)]
    assert adapted[0] < 0.5 * adapted[1]


def test_weekly_interleukin_12_meets_a_smaller_answer_every_time() -> None:
    one = under_interleukin_12()
    place = one.model.state_names.index("interleukin_12_depot")
    now, levels, answers = one.start.copy(), [], []
    for _ in range(3):
        now[0, place] += 0.25 * WEIGHT
        after = later(one, 1.0, now)
        levels.append(float(one.read("interleukin_12_concentration", after)))
        answers.append(float(one.read("interferon_gamma", after)))
        now = later(one, 6.0, after)
    assert answers == sorted(answers, reverse=True)
    assert levels[2] < levels[0]  # il12_down_regulation: levels fall too


def test_interleukin_12_raises_interleukin_10_and_starves_the_tumour_of_vessels() -> None:
    one = patient("interleukin_12")
    under = one.at(interleukin_12_exposure=0.5)
    assert one.rates(under)["interleukin_10"] > one.rates()["interleukin_10"]
    assert one.read("vegf_effect", under) < one.read("vegf_effect")


# -- interferon alfa and tumour necrosis factor ------------------------------------------------


def test_interferon_alfa_at_unit_exposure_has_the_calibrated_effects() -> None:
    one = patient("interferon_alfa", disease="renal_cell")
    under = one.at(interferon_alfa_exposure=1.0)
    slowed = one.read("proliferation_rate", under) / one.read("proliferation_rate")
    assert_allclose(slowed, 1 - 0.29, rtol=2e-3)  # starting_calibration; the logarithm is rounded
    assert_allclose(one.read("vegf_production", under), 0.85, rtol=1e-12)


def test_interferon_alfa_wakes_presenting_and_natural_killer_cells() -> None:
    one = patient("interferon_alfa")
    under = one.at(interferon_alfa_exposure=1.0)
    for name in ("antigen_presentation_target", "natural_killer_activation_target"):
        assert one.read(name, under) > one.read(name), name


def test_interferon_alfa_licenses_memory_cells_only_where_licensing_is_modelled() -> None:
    one = patient("interferon_alfa")
    under = one.at(interferon_alfa_exposure=1.0)
    assert one.read("licensing_stimulus", under) == one.parameter("interferon_alfa_licensing_rate")
    assert one.read("recall_readiness", under) == 1.0


def test_no_exposure_to_interferon_alfa_makes_a_tumour_shrink_by_itself() -> None:
    one = patient("interferon_alfa")
    assert one.read("proliferation_rate", one.at(interferon_alfa_exposure=50.0)) > 0.0


def test_tumour_necrosis_factor_lowers_pressure_leaks_and_closes_vessels() -> None:
    one = patient("tumour_necrosis_factor_alfa")
    level = one.at(tumour_necrosis_factor_alfa_plasma=35.0, tumour_necrosis_factor_alfa_exposure=1.0)
    rates, rest = one.rates(level), one.rates()
    for name in ("hypotension", "capillary_leak", "tumour_necrosis_factor", "temperature_rise"):
        assert rates[name] > rest[name], name
    assert one.read("vegf_effect", level) < one.read("vegf_effect")
    assert one.read("antigen_presentation_target", level) > one.read("antigen_presentation_target")


def test_five_tolerated_doses_of_tumour_necrosis_factor_use_up_half_of_what_a_patient_tolerates() -> None:
    one = part("tumour_necrosis_factor_alfa", "hypotension")
    after = daily(one, "tumour_necrosis_factor_alfa_plasma", 200 * 1.8, 5)
    assert 0.3 < one.read("relative_hypotension", after) < 0.8  # about half, as its record says


# -- vaccine and IMP321 -----------------------------------------------------------------------


def test_peptide_without_adjuvant_or_other_stimulus_is_not_presented() -> None:
    in_water = patient("peptide_vaccine", peptide_vaccine_adjuvant=0.0)
    assert in_water.read("peptide_vaccine_uptake", in_water.at(peptide_vaccine_depot=1.0)) == 0.0
    in_emulsion = patient("peptide_vaccine")
    assert in_emulsion.read("peptide_vaccine_uptake", in_emulsion.at(peptide_vaccine_depot=1.0)) > 0.0


def test_a_vaccine_primes_effector_cells_and_feeds_antigen() -> None:
    one = patient("peptide_vaccine")
    rates = one.rates(one.at(peptide_vaccine_depot=1.0))
    for name in ("effector_cells", "antigen"):
        assert rates[name] > one.rates()[name], name


def test_imp321_makes_more_of_a_vaccine_be_presented() -> None:
    one = patient("imp321", "peptide_vaccine")
    given = one.at(peptide_vaccine_depot=1.0)
    helped = one.at(peptide_vaccine_depot=1.0, imp321_local_activation=0.5, imp321_systemic_activation=0.1)
    assert one.read("peptide_vaccine_uptake", helped) > one.read("peptide_vaccine_uptake", given)


def course(dose: float, injections: int) -> tuple[Patient, Floats]:
    """A patient two weeks after the last of some injections of IMP321 [mg]."""
    one = part("imp321")
    place = one.model.state_names.index("imp321_depot")
    now = one.start.copy()
    for _ in range(injections):
        now[0, place] += dose
        now = later(one, 14.0, now)
    return one, now


def test_imp321_activates_more_cells_at_higher_doses() -> None:
    activated = []
    for dose in (0.05, 6.0, 30.0):
        one, after = course(dose, injections=3)
        activated.append(float(one.read("imp321_systemic_activation", after)))
    assert activated == sorted(activated)
    assert activated[0] < 0.02 < 0.2 < activated[1]  # the threshold near 6 mg of brignone_2009


def test_class_two_positive_monocytes_are_three_fold_after_small_injections_of_imp321() -> None:
    one, after = course(0.25, injections=12)
    assert one.read("imp321_monocyte_ratio", after) == pytest.approx(3.0, rel=0.03)  # triebel_ncri


def test_imp321_itself_makes_no_interleukin_10_and_drives_no_toxicity() -> None:
    one = patient("imp321")
    active = one.at(imp321_systemic_activation=1.0, imp321_local_activation=1.0)
    assert one.read("interleukin_10_stimulus", active) == 0.0
    assert set(one.rates()) - set(patient().rates()) == {
        "imp321_depot",
        "imp321_plasma",
        "imp321_systemic_activation",
        "imp321_local_activation",
    }


def test_every_agent_moves_the_immune_system_forward_or_not_at_all() -> None:
    for agent in AGENTS:
        one = patient(agent)
        high = one.start.copy()
        for place, name in enumerate(one.model.state_names):
            if name.startswith(agent):
                high[0, place] = max(1.0, high[0, place])
        assert one.rates(high)["effector_cells"] >= one.rates()["effector_cells"] - 1e-15, agent
        assert np.isfinite(list(one.rates(high).values())).all(), agent
