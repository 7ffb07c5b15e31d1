"""A mapping file that does not fit its model is refused, each fault with its line and the nearest name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from own_model_samples import GROWTH_INHIBITION, PROTOCOL, THREE_STATES, load_sample
from trialkine.errors import InputError, ProblemsError
from trialkine.trial.own_model.draft import draft_mapping
from trialkine.trial.own_model.reading import is_mapping_file, read_own_model
from trialkine.trial.protocol import Protocol


def faults(folder: Path, text: str) -> dict[int, str]:
    """What is wrong with a mapping, by line; several of a line joined."""
    file = folder / "model.mapping.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_own_model(file, load_sample)
    found: dict[int, str] = {}
    for problem in caught.value.problems:
        assert problem.file == str(file)
        line = problem.line or 0
        found[line] = f"{found.get(line, '')} {problem.message}".strip()
    return found


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def changed(text: str, *changes: tuple[str, str]) -> str:
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text


@pytest.mark.parametrize(
    ("before", "after", "at", "said"),
    [  # what is changed in the mapping, into what, a part of the line at fault, and what is said
        ("quantity: T\n", "quantity: TT\n", "TT", "is named 'TT'. Did you mean 'T'?"),
        ("quantity: T\n", "quantity: T_0\n", "T_0", "'T_0' is a parameter, which never changes"),
        ("quantity: T\n", "quantity: killing\n", "tumour:", "measures neither cells, nor a volume"),
        ("quantity: T\n", "quantity: IL\n", "tumour:", "nothing says what 1 of 'IL' is"),
        ("cells_per_cm3: 1e8", "unit: cell", "tumour:", "Add 'cells_per_cm3: 1e9'"),
        ("cells_per_cm3: 1e8", "unit: mm", "tumour:", "'T' is in cell in the model, which 'mm'"),
        ("cells_per_cm3: 1e8", "cells_per_cm: 1e8", "cells_per_cm:", "Did you mean 'cells_per_cm3'?"),
        ("into: IL", "into: ILL", "ILL", "no state of the model is named 'ILL'. Did you mean 'IL'?"),
        ("into: IL", "into: killing", "into", "'killing' is computed, so it cannot take doses. States that"),
        ("into: IL", "into: mu2", "into", "'mu2' is a parameter, so it cannot take doses"),
        ("unit: MIU", "unit: mol", "into", "'mol' is no unit of doses"),
        ("unit: MIU", "unit: 9**9**9", "9**9", "is no unit"),
        ("    per_unit: 1e7\n", "", "interleukin_2:", "nothing says how far a dose of 1 MIU raises 'IL'"),
        ("per_unit: 1e7", "volume: 5 L", "interleukin_2:", "'IL' is a pure number, no concentration of MIU"),
        ("  interleukin_2:", "  killing:", "killing:", "the model itself has something named 'killing'"),
        ("toxicity: hypotension, grade", "toxicity: hypotens, grade", "hypotens, ", "Did you mean 'hypo"),
        ("quantity: IL, above", "quantity: LI, above", "above", "no quantity of the model is named 'LI'"),
        ("  c: {", "  cc: {", "cc: {", "no parameter of the model is named 'cc'. Did you mean 'c'?"),
        ("  c: {", "  E: {", "E: {", "'E' is a state, and patients differ in parameters"),
        ("c: {distribution: lognormal", "r2: {median: 3, distribution: logitnormal", "r2", "cannot be logit"),
        ("value: 2 cm**3", "value: 2 mg", "tumour_at_start", "'mg' cannot be turned into 'cell'"),
        ("value: 2 cm**3", "value: 0", "tumour_at_start", "must be above 0"),
        ("quantity: burden", "quantity: burdenn", "burdenn", "Did you mean 'burden'?"),
        ("at_most: 8 cm**3", "at_most: 8 kg", "8 kg", "'kg' cannot be turned into 'cm**3'"),
        ("severe_at: 5e8, ", "", "quantity: IL, death", "nothing says at which level of 'IL' severe"),
        ("  hypotension: {", "  hypotensions: {", "hypotensions: {", "Did you mean 'hypotension'?"),
        ("like: melanoma}", "like: melanom}", "melanom}", "Did you mean 'melanoma'?"),
        ("hazard:\n  like: melanoma", "hazard:\n  quantity: E", "hazard", "nothing gives disease_death_rate"),
        ("hazard:\n  like: melanoma", "hazard: {values: {fraility: 2}}", "hazard", "Did you mean 'frailty'?"),
        ("symptoms: {}", "symptoms: {like: melanom}", "symptoms", "Did you mean 'melanoma'?"),
        ("frailty], value: 0.3", "frailty], value: 3", "frailty]", "Write a number between -1 and 1"),
        ("[tumour_at_start, frailty]", "[tumour_at_strt, frailty]", "strt", "Did you mean 'tumour_at_sta"),
        ("above: 1e9", "above: 5 mg/L", "interleukin_2:", "'mg/L' cannot be turned into a pure number"),
        ("severe_at: 5e8", "severe_at: 5 mg/L", "quantity: IL, severe", "turned into a pure number"),
        ("tumour:\n", "tumor:\n", "tumor:", "'tumor' is not a known key here. Did you mean 'tumour'?"),
        ("schema: 1", "schema: 2", "schema", "'schema' cannot be '2'"),
        ("symptoms: {}", "measurement: {reader_s: 0}", "reader_s", "Did you mean 'reader_sd'?"),
    ],
)  # fmt: skip
def test_a_fault_is_named_where_it_stands(tmp_path, before, after, at, said):
    text = changed(THREE_STATES, (before, after))
    found = faults(tmp_path, text)
    assert said in found[line_of(text, at)]


def test_faults_of_every_section_come_at_once(tmp_path):
    text = changed(
        THREE_STATES,
        ("quantity: T\n", "quantity: TT\n"),
        ("into: IL", "into: killing"),
        ("  c: {distribution: lognormal, sd: 0.5}", "  cc: {distribution: lognormal, sd: 0.5}"),
        ("quantity: burden", "quantity: burdenn"),
        ("sd: 0.5}\n  plausible", "sd: much}\n  plausible"),
        ("like: melanoma}", "like: melanom}"),
    )
    found = faults(tmp_path, text)
    # The section `patients` cannot be read because of its sd, so its bound is not looked at.
    assert [line_of(text, part) for part in ("TT", "killing", "cc: {", "much", "melanom}")] == sorted(found)


@pytest.mark.parametrize("route", ["intravenous bolus", "intravenous", "infusion over 1 day"])
def test_an_agent_of_the_model_that_protocols_cannot_give_is_refused_once(tmp_path, route):
    write(tmp_path, "schema: 1\nmodel: de_pillis_2006\ntumour: {quantity: tumour, cells_per_cm3: 1e9}\n")
    protocol = PROTOCOL.replace("agent: inhibitor", "agent: aldesleukin").replace("oral", route)
    (tmp_path / "trial.yaml").write_text(protocol)
    with pytest.raises(ProblemsError) as caught:
        Protocol.read(tmp_path / "trial.yaml")
    said = str(caught.value)
    assert (
        "Agent aldesleukin of the model (doses in IU/L, infusion) cannot be given as it is. "
        "Map it under `doses` in the mapping file model.mapping.yaml." in said
    )
    assert "is not a route of" not in said


def test_a_name_that_a_trial_needs_cannot_be_the_models(tmp_path):
    text = changed(GROWTH_INHIBITION, ("  inhibitor:\n", "  volume_of_distribution:\n"))
    read_own_model(write(tmp_path, text), load_sample)
    clash = changed(GROWTH_INHIBITION, ("model: growth_inhibition.xml", "model: with_burden.xml"))
    assert faults(tmp_path, clash) == {
        2: "the model has its own 'burden', a name that the trial needs. Rename it in the model's file."
    }


def write(folder: Path, text: str) -> Path:
    file = folder / "model.mapping.yaml"
    file.write_text(text, "utf-8")
    return file


def test_a_computed_tumour_has_no_start_of_its_own(tmp_path):
    text = changed(
        GROWTH_INHIBITION,
        ("quantity: D", "quantity: concentration\n  unit: mm"),
        ("value: 70 mm", "value: 70"),
    )
    assert "'mm' does not measure" in faults(tmp_path, text)[3]
    text = changed(
        GROWTH_INHIBITION, ("quantity: D", "quantity: radius"), ("model: growth", "model: with_radius")
    )
    text = text.replace("with_radius_inhibition.xml", "with_radius.xml")
    assert "'radius' is computed from other quantities" in faults(tmp_path, text)[line_of(text, "at_start")]


def test_a_model_file_that_is_not_there_is_named_with_a_neighbour(tmp_path):
    (tmp_path / "growth.xml").write_text("<sbml/>")
    file = write(tmp_path, changed(GROWTH_INHIBITION, ("growth_inhibition.xml", "grwth.xml")))
    with pytest.raises(
        ProblemsError, match=r"\.yaml:2: there is no model file .* Did you mean 'growth\.xml'"
    ):
        read_own_model(file)


def test_what_an_importer_refuses_is_told_with_the_importers_lines(tmp_path):
    from trialkine.errors import Problem

    def refuse(*asked):
        raise ProblemsError([Problem("algebraic rules cannot be carried over.", "growth_inhibition.xml", 40)])

    def miss(*asked):
        raise InputError("python-libsbml is not installed.")

    file = write(tmp_path, GROWTH_INHIBITION)
    with pytest.raises(ProblemsError, match=r"^growth_inhibition\.xml:40: algebraic rules"):
        read_own_model(file, refuse)
    with pytest.raises(ProblemsError, match=r"mapping\.yaml:2: python-libsbml is not installed"):
        read_own_model(file, miss)


def test_mapping_files_are_told_from_protocols(tmp_path):
    assert is_mapping_file(write(tmp_path, THREE_STATES))
    assert not is_mapping_file(write(tmp_path, "schema: 1\ntitle: x\ndisease: melanoma\narms: []\n"))
    assert not is_mapping_file(tmp_path / "nowhere.yaml")


def test_a_model_by_name_makes_a_file_a_mapping_and_changes_of_a_model_do_not(tmp_path):
    tumor = THREE_STATES.replace("tumour:\n", "tumor:\n")
    assert is_mapping_file(write(tmp_path, tumor))
    for changes in ("model: {values: {a: 1}}", "model:\n  values: {a: 1}", "model:  # none", "model:"):
        assert not is_mapping_file(write(tmp_path, f"schema: 1\n{changes}\ntitle: x\n")), changes
    assert not is_mapping_file(write(tmp_path, "schema: 1\nmodel: x.xml\narms: []\n"))


def test_a_number_that_converts_units_cannot_differ_between_patients(tmp_path):
    def load(*asked):
        base = load_sample(*asked)
        definition = replace(base.records["kill_rate"], kind="derived", where="by definition")
        return replace(base, records={**base.records, "kill_rate": definition})

    file = write(tmp_path, GROWTH_INHIBITION)
    with pytest.raises(ProblemsError, match=r"'kill_rate' converts units and is the same for every patient"):
        read_own_model(file, load)
    assert "growth_rate: {" in draft_mapping(load("growth_inhibition.xml", tmp_path))
    assert "kill_rate: {" not in draft_mapping(load("growth_inhibition.xml", tmp_path))


@pytest.mark.parametrize("name", ["model.xml", "model.sbml", "model.toml"])
def test_a_model_in_place_of_its_mapping_is_told_how_to_get_one(tmp_path, name):
    model = tmp_path / name
    model.write_text("<sbml/>")
    protocol = tmp_path / "trial.yaml"
    protocol.write_text(PROTOCOL.replace("model.mapping.yaml", name))
    line = f"'trialkine import {model} --draft model.mapping.yaml'"
    with pytest.raises(ProblemsError) as caught:
        Protocol.read(protocol)
    assert f"trial.yaml:3: own_model names a mapping file, and '{name}' is a model." in str(caught.value)
    assert line in str(caught.value)
    for read in (Protocol.read, read_own_model):
        with pytest.raises(ProblemsError, match=r"this is a model, and a .* is needed") as caught:
            read(model)
        assert line in str(caught.value)
