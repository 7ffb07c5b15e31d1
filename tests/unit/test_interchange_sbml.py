"""Exported models as documents: legal, with a unit on everything, and with the meaning of the language."""

from __future__ import annotations

import numpy as np
import pytest

from engine_samples import drug, parameters_of
from interchange_samples import complaints
from trialkine.errors import InputError
from trialkine.interchange import sbml_library as libraries
from trialkine.interchange.antimony_text import antimony_text
from trialkine.interchange.sbml_export import export_sbml, export_standalone, exported_names
from trialkine.interchange.sbml_notes import WARNING
from trialkine.interchange.sbml_reactions import flows_of
from trialkine.model.compose import compose
from trialkine.model.declarations import Define, Event, Flow, Index, Mechanism, Parameter, State
from trialkine.model.evaluate import derivative, initial_states, observe
from trialkine.model.model import Model
from trialkine.model.standalone import PlannedDose, StandaloneModel
from trialkine.records import ParameterRecord

libsbml = pytest.importorskip("libsbml")

SITE = Index("site", ("left", "right"))
VARIED = Mechanism(
    name="varied",
    about="Every function of the language, and every kind of unit.",
    states={
        "amount": State("IU", "an amount", initial="first_amount"),
        "size": State("cm**3", "a size at each site", initial="first_size", index=(SITE,)),
        "level": State("", "a level that may be negative", initial="-1", is_nonnegative=False),
        "warmth": State("K", "a temperature"),
    },
    parameters={
        "first_amount": Parameter("IU", "amount at the start"),
        "first_size": Parameter("cm**3", "size at the start", index=(SITE,)),
        "volume": Parameter("mL", "volume"),
        "half": Parameter("IU/mL", "concentration of half effect"),
        "steepness": Parameter("", "exponent"),
        "rate": Parameter("1/day", "rate"),
        "smallest": Parameter("mL", "size below which nothing is left"),
        "warming": Parameter("K/day", "warming"),
    },
    defines=(
        Define("concentration", "IU/mL", "amount / volume", "concentration"),
        Define("effect", "", "hill(concentration, half, steepness)", "share of the largest effect"),
        Define("opposite", "", "hill(-concentration, half, steepness)", "effect of less than nothing"),
        Define("raised", "", "level ** steepness + 2 ** steepness", "a power of a level"),
        Define("square", "cm**6", "size ** 2", "a plain power"),
        Define("kept", "IU", "positive(amount - first_amount)", "what is above the start"),
        Define("root", "cm**3/IU", "sqrt(square_share) * volume / first_amount", "a root"),
        Define("square_share", "", "sum(size, site) / volume - 1", "may be negative"),
        Define("lesser", "", "min(max(level, 0), exp(log(2) * level))", "the lesser of two"),
        Define("nothing", "IU", "0 * amount + 0", "nothing at all"),
    ),
    flows=(
        Flow("rate * amount * (1 - effect)", "amount"),
        Flow("rate * size * (1 + opposite + lesser)", None, "size"),
        Flow("rate * (raised + positive(level))", None, "level"),
        Flow("warming * effect", None, "warmth"),
    ),
    events=(Event("extinction", "size < smallest", {"size": "0"}, "what is too small vanishes"),),
)  # fmt: skip
VALUES = {
    "first_amount": 3e6, "first_size[left]": 2.0, "first_size[right]": 1e-7, "volume": 5e3, "half": 400.0,
    "steepness": 1.7, "rate": 0.3, "smallest": 1e-6, "warming": 0.25,
}  # fmt: skip


def varied() -> Model:
    return compose(VARIED)


def document_of(sbml: str):
    document = libsbml.readSBMLFromString(sbml)
    return document, document.getModel()


def test_every_category_of_checks_finds_nothing_in_a_model_of_every_function_and_unit() -> None:
    assert complaints(export_sbml(varied(), VALUES)) == []


def test_the_checks_can_fail_units_of_another_size_included() -> None:
    sbml = export_sbml(varied(), VALUES)
    definition = '<unitDefinition id="mL" name="mL">'
    assert definition in sbml
    first, rest = sbml.split(definition)
    wrong = first + definition + rest.replace('scale="-3"', 'scale="-6"', 1)
    assert complaints(wrong)


def test_states_and_quantities_at_the_start_are_the_models_own() -> None:
    roadrunner = pytest.importorskip("roadrunner")
    model = varied()
    row = np.array([[VALUES[name] for name in model.parameter_names]])
    runner = roadrunner.RoadRunner(export_sbml(model, VALUES))
    names = exported_names(model)
    start = initial_states(model, row)
    start[0, model.state_names.index("size[right]")] = 0.0  # extinct at once
    for flat, value in zip(model.state_names, start[0], strict=True):
        assert runner[names[flat]] == pytest.approx(value, rel=1e-12)  # the same few operations
    assert runner[names["effect"]] == pytest.approx(observe(model, ["effect"], start, row)["effect"][0])
    for name in ("opposite", "kept", "nothing"):
        assert runner[names[name]] == 0.0
    slopes = derivative(model, start, row)[0]
    for flat, slope in zip(model.state_names, slopes, strict=True):
        assert runner[f"{names[flat]}'"] == pytest.approx(slope, rel=1e-12, abs=1e-12)  # as above


def test_a_negative_base_counts_as_zero_in_a_power() -> None:
    roadrunner = pytest.importorskip("roadrunner")
    runner = roadrunner.RoadRunner(export_sbml(varied(), VALUES))
    assert runner["level"] == -1.0
    assert runner["raised"] == pytest.approx(2.0**1.7, rel=1e-12)  # 0 + 2 ** 1.7, the same operation


def test_flows_within_a_substance_are_reactions_and_everything_else_is_a_rate_rule() -> None:
    model = compose(drug())
    flows = flows_of(model)
    assert flows.species == {"depot", "central", "peripheral"}
    assert len(flows.reactions) == 4
    _, read = document_of(export_sbml(model, parameters_of(model)[0]))
    assert read.getNumReactions() == 4
    assert read.getNumSpecies() == 3
    assert flows_of(varied()).species == frozenset()
    assert document_of(export_sbml(varied(), VALUES))[1].getNumReactions() == 0


def test_an_indexed_state_keeps_its_readable_name_beside_a_legal_identifier() -> None:
    _, read = document_of(export_sbml(varied(), VALUES))
    assert read.getParameter("size_left").getName() == "size[left]"


def test_an_event_fires_at_the_start_when_its_condition_is_true_then() -> None:
    _, read = document_of(export_sbml(varied(), VALUES))
    event = read.getEvent("extinction_right")
    assert libsbml.formulaToL3String(event.getTrigger().getMath()) == "size_right < smallest"
    assert event.getTrigger().getInitialValue() is False
    assert event.getTrigger().getPersistent() is False


def test_lags_durations_and_overlaps_of_doses_become_moments() -> None:
    model = compose(drug())
    parameters = parameters_of(model, lag=0.25, release_time=2.0)[0]
    doses = [
        PlannedDose("drug", "bolus", 0.0, 3.0),
        PlannedDose("drug", "bolus", 1.0, 4.0),
        PlannedDose("drug", "depot", 1.0, 5.0),
        PlannedDose("drug", "infusion", 1.0, 6.0, 1.0),
        PlannedDose("drug", "implant", 1.75, 8.0),
    ]
    sbml = export_sbml(model, parameters, doses)
    _, read = document_of(sbml)
    said = []
    for number in range(read.getNumEvents()):
        event = read.getEvent(number)
        when = libsbml.formulaToL3String(event.getTrigger().getMath())
        changes = [event.getEventAssignment(one) for one in range(event.getNumEventAssignments())]
        said.append((when, {c.getVariable(): libsbml.formulaToL3String(c.getMath()) for c in changes}))
    rate = "infusion_into_central"
    assert said == [
        ("time >= 0 day", {"central": "central + 3 mg"}),
        ("time >= 1 day", {"central": "central + 4 mg", rate: "6 mg / 1 day"}),
        ("time >= 1.25 day", {"depot": "depot + 5 mg"}),
        # the infusion ends as the implant begins: one moment, one event, whatever their order
        ("time >= 2 day", {rate: "8 mg / 2 day"}),
        ("time >= 4 day", {rate: "0 mg_per_day"}),
    ]
    assert complaints(sbml) == []


def test_the_notes_warn_and_name_what_is_not_carried_over() -> None:
    model = compose(drug(hold=True))
    _, read = document_of(export_sbml(model, parameters_of(model)[0], notes=["A note & more."]))
    notes = read.getNotesString()
    assert WARNING in notes
    assert "A note &amp; more." in notes
    for rule in model.holds:
        assert f"{rule.name}: " in notes


def test_a_missing_number_and_an_unknown_route_are_named() -> None:
    model = compose(drug())
    with pytest.raises(InputError, match="No finite number is given for lag"):
        export_sbml(model, {n: 1.0 for n in model.parameter_names if n != "lag"})
    with pytest.raises(InputError, match="2 parameters are given, and the model has"):
        export_sbml(model, np.ones(2))
    with pytest.raises(
        InputError, match=r"no route 'bolous' of an agent 'drug'. Did you mean 'drug bolus'\?"
    ):
        export_sbml(model, parameters_of(model)[0], [PlannedDose("drug", "bolous", 0.0, 1.0)])


def test_a_standalone_model_brings_its_own_numbers_and_doses() -> None:
    agent = drug()
    records = {
        name: ParameterRecord(name, 1.0, parameter.unit, "assumed", "nobody")
        for name, parameter in agent.mechanism.parameters.items()
    }
    doses = (PlannedDose("drug", "bolus", 2.0, 7.0),)
    whole = StandaloneModel("one drug", "One drug", "A drug alone.", (agent,), records, doses, ("A note.",))
    _, read = document_of(export_standalone(whole))
    assert (read.getId(), read.getName(), read.getNumEvents()) == ("one_drug", "One drug", 1)
    assert "A note." in read.getNotesString()
    assert "assumed (nobody)" in read.getParameter("lag").getNotesString()


def test_antimony_reads_back_as_the_same_model() -> None:
    antimony = pytest.importorskip("antimony")
    sbml = export_sbml(varied(), VALUES)
    text = antimony_text(sbml)
    assert text.startswith(f"// {WARNING}")
    assert "extinction_left: at size_left < smallest, t0=false" in text
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString(text) >= 0, antimony.getLastError()
    _, again = document_of(antimony.getSBMLString(antimony.getMainModuleName()))
    _, first = document_of(sbml)
    assert again.getNumRules() == first.getNumRules()
    assert again.getNumEvents() == first.getNumEvents()


def test_without_the_library_the_message_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(libraries, "import_module", fail)
    with pytest.raises(InputError, match=r"'python-libsbml', which is not installed.*trialkine\[sbml\]"):
        export_sbml(varied(), VALUES)
