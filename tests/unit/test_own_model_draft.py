"""A drafted mapping lists the choices and makes none."""

from __future__ import annotations

from own_model_samples import growth_inhibition, three_states
from trialkine.model.declarations import Agent, Mechanism, Route
from trialkine.model.standalone import PlannedDose, StandaloneModel
from trialkine.trial.own_model.draft import CHOOSE, draft_mapping, size_candidates
from trialkine.trial.own_model.mapping import ModelMapping
from trialkine.trial.reading import read_document


def uncommented(text: str) -> str:
    """The draft with every example line made a line of the file."""
    keys = ("doses:", "vary:", "patients:", "hazard:", "toxicity:", "  ")
    lines = []
    for line in text.splitlines():
        rest = line.removeprefix("# ").removeprefix("#")
        is_key = line.startswith("#") and rest.startswith(keys) and ":" in rest and "[" not in rest[:8]
        lines.append(rest if is_key else line)
    return "\n".join(lines)


def test_the_tumour_is_looked_for_by_unit_and_name():
    assert size_candidates(growth_inhibition().model) == ["D"]
    assert size_candidates(three_states().model) == ["E", "T"]


def test_a_draft_is_yaml_and_leaves_every_choice_to_its_reader():
    text = draft_mapping(three_states(), "kp.xml")
    data = read_document(text, "draft").data
    assert data == {"schema": 1, "model": "kp.xml", "tumour": {"quantity": CHOOSE}}
    for name in ("E", "T", "IL"):
        assert f"#   {name}  [" in text
    for name in three_states().model.parameters:
        assert f"#   {name}: {{distribution" in text


def test_every_key_that_a_draft_shows_is_a_key_of_the_grammar():
    shown = {line.removeprefix("# ").split(":")[0] for line in draft_mapping(three_states()).splitlines()}
    known = {field.alias or name for name, field in ModelMapping.model_fields.items()}
    assert {"tumour", "doses", "vary", "patients", "hazard", "toxicity"} <= shown & known


def test_a_draft_tells_of_agents_and_doses_that_the_file_has_itself():
    base = growth_inhibition()
    agent = Agent(
        Mechanism("drug", "given"), "mg", {"oral": Route("amount", "dose", "by mouth")}, title="Drug"
    )
    model = StandaloneModel(
        base.name, base.title, base.about, (*base.parts, agent), base.records,
        (PlannedDose("drug", "oral", 0.0, 10.0),),
    )  # fmt: skip
    text = draft_mapping(model)
    assert "#   drug: doses in mg, oral" in text
    assert "The file plans 1 dose of its own" in text
