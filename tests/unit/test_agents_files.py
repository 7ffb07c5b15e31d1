"""Reading agent files: a good one whole, a bad one with every fault and its line."""

from __future__ import annotations

import pytest

from agent_samples import DRUG, named
from trialkine.agents.agent_file import AgentFile, parse_agent
from trialkine.errors import ProblemsError
from trialkine.evidence.parameter_files import in_unit
from trialkine.mechanisms.core import mechanisms_for
from trialkine.model.compose import compose
from trialkine.model.declarations import Product, Reduction, Stop


def faults(text: str) -> str:
    with pytest.raises(ProblemsError) as caught:
        parse_agent(text, "drug.toml")
    return str(caught.value)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def read(text: str = DRUG) -> AgentFile:
    return parse_agent(text, "drug.toml")


def test_a_good_file_gives_the_agent_its_rules_and_its_routes() -> None:
    agent = read().agent
    assert (agent.name, agent.title, agent.drug_class) == ("drug", "A drug", "chemotherapy")
    assert (agent.dose_unit, agent.dose_bases) == ("mg", ("m2", "flat"))
    assert agent.routes["oral"].into == "drug_plasma"
    assert [delay.longest for delay in agent.delays] == ["drug_longest_delay"]
    reduction = Reduction("neutrophils", 4, "drug_reduced_dose", "A quarter less after grade 4.")
    assert agent.reductions == (reduction,)
    assert agent.stops == (Stop("neurotoxicity", 3, "Ended for neurotoxicity of grade 3."),)
    assert set(agent.rule_parameters) == {"drug_longest_delay", "drug_reduced_dose"}


def test_a_parameter_has_the_unit_of_the_equations_and_its_record_the_unit_of_its_source() -> None:
    file = read()
    assert file.agent.mechanism.parameters["drug_clearance"].unit == "L/day"
    record = file.numbers.base["drug_clearance"]
    assert record.unit == "L/hour"
    assert in_unit(record, "L/day").value == pytest.approx(240.0)  # 10 L an hour


def test_the_numbers_of_a_disease_replace_those_that_hold_elsewhere() -> None:
    text = DRUG + (
        '[parameters.drug_volume.diseases.renal_cell]\nvalue = 40.0\nkind = "measured"\n'
        'source = "drug_report"\nwhere = "table 2"\n'
    )
    numbers = read(text).numbers
    assert numbers.records_in(["melanoma"])["drug_volume"].value == 30.0
    assert numbers.records_in(["renal_cell"])["drug_volume"].value == 40.0
    assert numbers.records_in(["renal_cell"])["drug_volume"].unit == "L"
    assert numbers.records_in(["papillary", "renal_cell"])["drug_volume"].value == 40.0


def test_a_number_may_be_known_in_some_diseases_only() -> None:
    numbers = read().numbers
    assert "drug_kill_rate" not in numbers.records_in([])
    assert numbers.records_in(["melanoma"])["drug_kill_rate"].value == 0.05


def test_the_agent_composes_with_the_mechanisms_it_acts_on() -> None:
    agent = read().agent
    model = compose(mechanisms_for([agent]), agent)
    assert "neutrophils" in {part.name for part in model.parts}
    assert [delay.name for delay in model.delays] == ["drug.neutropenia"]


def test_a_cell_product_says_when_it_is_ready_and_how_often_it_fails() -> None:
    text = DRUG.replace("drug_longest_delay", "drug_making_time").replace(
        "[sources", '[product]\nready_after = "drug_making_time"\nfailure = "drug_reduced_dose"\n\n[sources'
    )
    agent = read(text).agent
    assert agent.product == Product("drug_making_time", "drug_reduced_dose")
    model = compose(mechanisms_for([agent]), agent)
    assert model.ready_after["drug"].text == "drug_making_time"


def test_a_state_may_repeat_over_lesions_and_have_a_null() -> None:
    text = DRUG.replace(
        'about = "amount in the body"', 'about = "amount in the body"\nindex = ["lesion"]\nnull = "0"'
    )
    mechanism = read(text).agent.mechanism
    assert [index.name for index in mechanism.states["drug_plasma"].index] == ["lesion"]
    assert mechanism.nulls == {"drug_plasma": "0"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "A drug"', "", "The text 'title' is missing at the top."),
        ('"drug"\ntitle', '"The drug"\ntitle', "The name 'The drug' is not usable in equations."),
        ('"chemotherapy"', '"poison"', "The drug_class is 'poison'. Write one of cytokine, chemotherapy"),
        ('dose_unit = "mg"', 'dose_unit = "spoons"', "'spoons'"),
        ('["m2", "flat"]', '["acre"]', "dose_bases is ['acre']. Write a list of flat, kg, m2"),
        ('"drug_report"]', '"drug_reports"]', "unknown source 'drug_reports'. Did you mean 'drug_report'?"),
        ("[[flows]]", "[[flow]]", "Unknown entry 'flow'. Did you mean 'flows'?"),
        ('into = "drug_plasma"', "", "Route 'oral' has no 'into'."),
        ('into = "drug_plasma"', 'into = "drug_plasm"', "no state of this file. Did you mean 'drug_plasma'?"),
        ('about = "by mouth"', 'infused = "no"', "'infused' of Route 'oral' is 'no'. Write true or false."),
        ('amount = "dose"', 'amount = "dose +"', "in 'amount' of route 'oral'"),
        ("[states.drug_plasma]", "[states.plasma]", "Write 'drug_plasma'."),
        ('drug_plasma / drug_volume"', 'drug_plasma / 3.5"', "in 'expression' of 'drug_level' in 'defines'"),
        ('"neutrophil_count < drug', '"neutrophil_count + drug', "in 'when' of 'neutropenia' in 'delays'"),
        ("grade = 4", "grade = 5", "'grade' of Entry 1 of 'reductions' is 5. Write 1, 2, 3 or 4."),
        ('"neurotoxicity"', '"neurotoxic"', "unknown toxicity 'neurotoxic'. Did you mean 'neurotoxicity'?"),
        ('to = "drug_reduced_dose"', 'to = "drug_lower"', "A rule names 'drug_lower', which is no parameter"),
        ('about = "clearance"', "", "Parameter 'drug_clearance' does not say what it is."),
        ('"L/day"', '"mg/day"', "'L/hour' cannot be turned into 'mg/day'"),
        ('source = "ostermann_2004"', 'source = "x"', "Parameter 'drug_clearance' names the unknown source"),
        ("value = 30.0", "", "Parameter 'drug_volume' has no 'value'."),
        ("low = 0.0\n", "", "Parameter 'drug_kill_rate' is assumed and needs a range."),
        ('[sources.drug_report]\ncitation = "A', '[sources.drug_report]\nnote = "A', "has no citation"),
        ("[sources.drug_report]", "[sources.ostermann_2004]", "in the catalogue of sources already"),
    ],
)
def test_each_fault_is_a_sentence(old: str, new: str, said: str) -> None:
    assert old in DRUG
    assert said in faults(DRUG.replace(old, new, 1))


def test_all_faults_come_at_once_with_their_lines() -> None:
    text = (
        DRUG.replace('unit = "mg/L"\nexpression', 'unit = "mgg"\nexpression')
        .replace("grade = 3", "grade = 0")
        .replace('kind = "derived"', 'kind = "guessed"')
    )
    message = faults(text)
    for part, said in (
        ('unit = "mgg"', "'drug_level' in 'defines'"),
        ("grade = 0", "Write 1, 2, 3 or 4."),
        ('kind = "guessed"', "has the kind 'guessed'"),
    ):
        line = next(one for one in message.splitlines() if said in one)
        assert line.startswith(f"drug.toml:{line_of(text, part)}: ")


def test_a_unit_stated_twice_is_refused() -> None:
    text = DRUG.replace("diseases.melanoma]", 'diseases.melanoma]\nunit = "1/day"')
    assert "Parameter 'drug_kill_rate' has its unit above. Leave it out for 'melanoma'." in faults(text)


def test_a_text_that_is_not_toml_is_said_to_be_none_with_its_line() -> None:
    assert faults('name = "drug"\ntitle = \n').startswith("drug.toml:2: This is not TOML: ")


def test_an_agent_without_a_route_is_refused() -> None:
    start, end = DRUG.index("[routes.oral]"), DRUG.index("[states.drug_plasma]")
    assert "The agent has no route." in faults(DRUG[:start] + DRUG[end:])


def test_every_name_of_the_sample_can_be_changed() -> None:
    assert parse_agent(named("potion"), "potion.toml").agent.name == "potion"
