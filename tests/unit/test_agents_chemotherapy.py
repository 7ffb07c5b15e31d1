"""What the cytotoxic agents do to a typical patient, and in which direction."""

from __future__ import annotations

import numpy as np
import pytest
from mechanism_patients import Floats, Patient, build

from agent_kinetics import Kinetics, follow
from trialkine.agents.catalogue import catalogue

CYTOTOXIC = ("dacarbazine", "cisplatin", "vinblastine", "paclitaxel")
BODY_SURFACE = 1.8


def exposed(agent: str, disease: str = "melanoma") -> tuple[Patient, Floats]:
    patient = Patient(build([agent]), disease)
    return patient, patient.at(**{f"{agent}_exposure": 1.0})


@pytest.mark.parametrize("agent", CYTOTOXIC)
def test_a_cytotoxic_agent_kills_the_sensitive_clone_at_its_rate_and_hardly_the_resistant(agent: str) -> None:
    patient, states = exposed(agent)
    before, after = patient.rates(), patient.rates(states)
    size = dict(zip(patient.model.state_names, patient.start[0], strict=True))
    for clone, share in (("sensitive", 1.0), ("resistant", 0.03)):
        name = f"tumour[1,{clone}]"
        lost = (before[name] - after[name]) / size[name]
        assert lost == pytest.approx(share * patient.parameter(f"{agent}_kill_rate"), rel=1e-9)


@pytest.mark.parametrize("agent", ["dacarbazine", "cisplatin", "vinblastine"])
def test_renal_cell_carcinoma_resists_what_kills_melanoma(agent: str) -> None:
    renal, melanoma = exposed(agent, "renal_cell")[0], exposed(agent)[0]
    assert renal.parameter(f"{agent}_kill_rate") < 0.5 * melanoma.parameter(f"{agent}_kill_rate")


@pytest.mark.parametrize("agent", CYTOTOXIC)
def test_every_cytotoxic_agent_takes_less_from_lymphocytes_than_temozolomide(agent: str) -> None:
    patient, states = exposed(agent)
    assert 0.0 < patient.read("lymphotoxic_exposure", states) < 1.0  # 1 is temozolomide 200 mg/m2
    assert patient.rates(states)["lymphocyte_pool"] < patient.rates()["lymphocyte_pool"]


def test_one_large_dose_of_dacarbazine_kills_about_as_much_as_five_small_ones() -> None:
    kinetics = Kinetics("dacarbazine", "dacarbazine_plasma", "dacarbazine_exposure")
    power = kinetics.parameter("dacarbazine_exposure_exponent")
    step, steps = 0.005, 2400
    one, days = (
        kinetics.course("dacarbazine_plasma", BODY_SURFACE, step, steps)[:, 1],
        step * np.arange(steps),
    )

    def killing(*doses: float) -> float:
        """The integral of exposure to its power over doses given on successive days."""
        total = sum(dose * np.interp(days - day, days, one, left=0.0) for day, dose in enumerate(doses))
        return float(np.sum(np.maximum(total, 0.0) ** power) * step)

    assert killing(800.0) == pytest.approx(killing(*5 * [250.0]), rel=0.1)  # both are usual full doses


def test_chemotherapy_at_the_same_time_as_interleukin_2_kills_more_of_the_cells_that_it_drives() -> None:
    patient = Patient(build(["dacarbazine", "aldesleukin"]))
    drug = patient.at(dacarbazine_exposure=1.0)
    both = patient.at(dacarbazine_exposure=1.0, aldesleukin_central=3e6)
    assert patient.read("effector_drug_death", both) > 1.5 * patient.read("effector_drug_death", drug)


@pytest.mark.parametrize("agent", ["cisplatin", "vinblastine", "paclitaxel"])
def test_a_cell_cycle_drug_kills_t_cells_as_often_as_interleukin_2_makes_them_divide(agent: str) -> None:
    given = {f"{agent}_exposure": 2.0, "aldesleukin_central": 3e6}
    patient = Patient(build([agent, "aldesleukin"]))
    harmless = Patient(build([agent, "aldesleukin"]), **{f"{agent}_cycling_toxicity": 0.0})
    states = patient.at(**given)
    deaths_per_division = 2.0 * patient.parameter(f"{agent}_cycling_toxicity")
    size = dict(zip(patient.model.state_names, states[0], strict=True))
    lost = {name: harmless.rates(states)[name] - rate for name, rate in patient.rates(states).items()}
    for cells, divisions, signal in (
        ("effector_cells", "il2_proliferation_rate", "effector_il2_signal"),
        ("memory_cells", "il2_memory_proliferation_rate", "memory_il2_signal"),
    ):
        driven = patient.parameter(divisions) * patient.read(signal, states) * size[cells]
        assert driven > 0.0
        assert lost.pop(cells) == pytest.approx(deaths_per_division * driven, rel=1e-9)
    assert set(lost.values()) == {0.0}  # regulatory and all other cells feel nothing of it


@pytest.mark.parametrize("agent", ["cisplatin", "vinblastine", "paclitaxel"])
def test_without_interleukin_2_a_cell_cycle_drug_kills_no_more_t_cells(agent: str) -> None:
    model = build([agent, "aldesleukin"])
    harmless = Patient(model, **{f"{agent}_cycling_toxicity": 0.0})
    patient = Patient(model)
    states = patient.at(**{f"{agent}_exposure": 2.0})
    assert patient.read("cycling_cell_toxicity", states) > 0.0
    assert patient.rates(states) == harmless.rates(states)


@pytest.mark.parametrize("agent", ["dacarbazine", "temozolomide", "aldesleukin"])
def test_agents_calibrated_without_it_add_nothing_to_the_toxicity_to_cycling_cells(agent: str) -> None:
    patient = Patient(build([agent]))
    exposure = "aldesleukin_central" if agent == "aldesleukin" else f"{agent}_exposure"
    assert patient.read("cycling_cell_toxicity", patient.at(**{exposure: 1.0})) == 0.0


def lowest(count: str, agent: str, dose: float) -> tuple[float, float]:
    """The lowest count relative to the start, and its day, after five daily doses."""
    step, steps = 0.2, 150
    kinetics = Kinetics(agent, f"{agent}_plasma", f"{agent}_exposure")
    exposure = kinetics.doses(f"{agent}_plasma", dose, range(5), step, steps)[:, 1]
    patient = kinetics.patient
    marrow = [name for name in patient.model.state_names if name.startswith(count.split("_")[0])]
    course = follow(patient, {f"{agent}_exposure": exposure}, marrow, step)
    found = [float(patient.read(count, states)) for states in course[::5]]
    return min(found) / found[0], 5 * step * int(np.argmin(found))


def test_neutrophils_are_lowest_about_two_weeks_after_vinblastine_begins() -> None:
    depth, day = lowest("neutrophil_count", "vinblastine", 1.6 * BODY_SURFACE)
    assert depth < 0.5
    assert 9 <= day <= 18


def test_platelets_are_lowest_later_and_spared_by_vinblastine_against_dacarbazine() -> None:
    spared, _ = lowest("platelet_count", "vinblastine", 1.6 * BODY_SURFACE)
    lowered, day = lowest("platelet_count", "dacarbazine", 250 * BODY_SURFACE)
    assert lowered < spared < 1.0
    assert 14 <= day <= 24


def test_creatinine_rises_under_cisplatin() -> None:
    patient, states = exposed("cisplatin")
    assert patient.rates(states)["creatinine_ratio"] > 0.0
    assert patient.rates()["creatinine_ratio"] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("agent", CYTOTOXIC)
def test_a_cycle_waits_for_neutrophils_and_platelets(agent: str) -> None:
    assert {delay.name for delay in catalogue()[agent].delays} == {"neutrophils", "platelets"}
