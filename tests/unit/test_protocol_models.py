"""Changes of the model in a protocol file: what is read, and what is refused."""

import pytest

from protocol_samples import KNOWN, PROTOCOL, changed, only_problem, problems_of
from trialkine.trial.checking import protocol_from_text
from trialkine.trial.parameter_values import ParameterValue, parse_parameter_value
from trialkine.trial.words import WordError


def with_model(text, arm=None):
    """The sample protocol with changes of the model: of all arms, and of its only arm."""
    own = "" if arm is None else f"    model: {arm}\n"
    common = "" if text is None else f"model: {text}\n"
    return changed("assessments:\n", f"{own}{common}assessments:\n")


def read(text):
    return protocol_from_text(text, KNOWN)


def test_a_protocol_without_changes_changes_nothing():
    protocol = read(PROTOCOL)
    changes = protocol.model_of(protocol.arms[0])
    assert (changes.without, changes.variants, changes.values) == ((), (), {})


def test_an_arms_own_changes_come_on_top_of_the_protocols():
    protocol = read(
        with_model(
            "{without: [immune_kill], values: {kill_rate: 0.1 1/day, killing_steepness: 2}}",
            "{without: [regulatory_t_cells], variants: [il2_licensing], values: {kill_rate: 0}}",
        )
    )
    changes = protocol.model_of(protocol.arms[0])
    assert changes.without == ("immune_kill", "regulatory_t_cells")
    assert changes.variants == ("il2_licensing",)
    assert changes.values == {"kill_rate": ParameterValue(0.0), "killing_steepness": ParameterValue(2.0)}
    assert protocol.model_of(None).values["kill_rate"] == ParameterValue(0.1, "1/day")


def test_changes_of_the_model_are_written_back_as_they_were_read():
    protocol = read(with_model("{values: {kill_rate: 2.5e-3 1/h}}", "{variants: [il2_licensing]}"))
    assert read(protocol.to_yaml()) == protocol
    assert protocol.content_hash != read(PROTOCOL).content_hash


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("{without: [imune_kill]}", "no mechanism is named 'imune_kill'. Did you mean 'immune_kill'?"),
        ("{variants: [licensing]}", "no variant is named 'licensing'. Did you mean 'il2_licensing'?"),
        ("{values: {kil_rate: 1}}", "no parameter is named 'kil_rate'. Did you mean 'kill_rate'?"),
        (
            "{values: {kill_rate: 1 mg}}",
            "'kill_rate' is in 1/day, which 'mg' does not measure. Write it as in '0.1 1/day'.",
        ),
        (
            "{values: {killing_steepness: 1 mg}}",
            "'killing_steepness' is a pure number, which 'mg' does not measure. Write it as in '0.1'.",
        ),
        (
            "{values: {licensing_rate: 1}}",
            "'licensing_rate' belongs to il2_licensing, which is in no arm. Leave it out, or add "
            "il2_licensing.",
        ),
        ("{values: {kill_rate: fast}}", "'fast' is not a number with its unit. Write it as in 0.1 or "
         "'0.1 1/day'."),
        ("{values: {kill_rate: true}}", "a parameter's value is 'True'. Write a number, or text such as "
         "'0.1 1/day'."),
        ("{with: [immune_kill]}", "'with' is not a known key here. Did you mean 'without'?"),
    ],
)  # fmt: skip
def test_a_fault_in_a_change_says_what_to_write(model, said):
    assert only_problem(with_model(model)) == (16, said)


def test_an_arm_cannot_change_a_parameter_that_only_another_arm_has():
    other = """\
  - name: Other
    treatment: []
    model: {values: {temozolomide_clearance: 100 L/day}}
arms_are: counterfactual
assessments:
"""
    said = "'temozolomide_clearance' belongs to temozolomide, which is not in this arm. Leave it out, or add"
    assert only_problem(changed("assessments:\n", other)) == (18, f"{said} temozolomide.")
    common = changed("assessments:\n", "model: {values: {temozolomide_clearance: 240}}\nassessments:\n")
    assert problems_of(common) == []


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        (3, 3.0, None),
        (-0.5, -0.5, None),
        ("0.1 1/day", 0.1, "1/day"),
        ("1e-3 1/(nmol*day)", 1e-3, "1/(nmol*day)"),
        ("2 mg/m**2", 2.0, "mg/m**2"),
        ("2 mg / L", 2.0, "mg / L"),
    ],
)
def test_a_value_is_a_number_with_or_without_its_unit(written, value, unit):
    found = parse_parameter_value(written)
    assert found == ParameterValue(value, unit)
    assert parse_parameter_value(found.to_plain()) == found


@pytest.mark.parametrize(
    "written", ["", "mg", "1 9**9**9**9", "1 wibbles", "1 mg; 2", [1], {}, None, float("nan")]
)
def test_anything_else_is_refused_before_it_is_worked_out(written):
    with pytest.raises(WordError):
        parse_parameter_value(written)


def test_a_unit_that_is_a_sum_to_work_out_is_refused_and_not_worked_out():
    limited = changed("assessments:\n", "eligibility: {creatinine: at most 1.5 9**9**9**9}\nassessments:\n")
    line, said = only_problem(limited)
    assert line == 16
    assert said.startswith("'9**9**9**9' is not a unit of this value")
