"""Designs in a protocol file: what is read, and every fault with its line and what to write instead."""

from __future__ import annotations

import pytest

from protocol_samples import KNOWN, PROTOCOL, only_problem, problems_of
from trialkine.cli.protocol_words import protocol_in_words
from trialkine.trial.checking import protocol_from_text
from trialkine.trial.protocol import Protocol

ARM = """\
  - name: {name}
    treatment:
      - {{agent: im862, dose: {dose}, route: intranasal, schedule: daily}}
"""
TRIAL = (
    "schema: 1\ntitle: Three doses\ndisease: renal_cell\narms_are: randomised\narms:\n"
    + "".join(ARM.format(name=name, dose=dose) for name, dose in (("Low", "5 mg"), ("Middle", "10 mg")))
    + ARM.format(name="High", dose="20 mg")
    + "  - name: Observation\n    treatment: []\n"
    + "assessments: {criteria: recist-1.1, every: 8 weeks, confirm_after: 4 weeks}\n"
    + "enrolment: {patients: 40, per_month: 3}\nfollow_up: 12 months\n"
)
LINE = TRIAL.count("\n") + 1
COMPARED = "experimental: High, control: Low, endpoint: overall survival"
ESCALATION = "rule: boin, doses: [Low, Middle, High], target: 0.25, most_patients: 24"
LIMITING = "dose_limiting: {grade: 3, within: 28 days}"


def with_design(design: str, text: str = TRIAL) -> str:
    return f"{text}design: {{{design}}}\n"


def fault_of(design: str, text: str = TRIAL) -> str:
    """The one fault of a design, which stands on the last line of the file."""
    line, message = only_problem(with_design(design, text))
    assert line == LINE
    return message


@pytest.mark.parametrize(
    "design",
    [
        "simon: {p0: 0.1, p1: 0.3, alpha: 0.05, power: 0.8, accrual: continues, response_within: 24 weeks}",
        "single_stage: {p0: 0.1, p1: 0.3, alpha: 0.05, power: 0.8}",
        "single_stage: {total: 25, success_above: 4, response_within: 6 months}",
        f"randomised: {{{COMPARED}}}",
        f"randomised: {{{COMPARED}, events: 60, looks: [0.5, 1], spending: pocock, futility_power: 0.8}}",
        f"randomised: {{{COMPARED}, test: weighted log-rank, weight: [0, 1], alpha: 0.05}}",
        f"randomised: {{{COMPARED}, test: max-combo, "
        "assumed: {hazard_ratio: 0.7, control_median: 9 months}}",
        "randomised: {experimental: High, control: Low, endpoint: response, test: fisher}",
        f"dose_finding: {{{ESCALATION}, {LIMITING}}}",
        f"dose_finding: {{rule: 3+3, doses: [Low, High], target: 0.25, {LIMITING}}}",
        "dose_finding: {rule: crm, doses: [Low, High], target: 0.25, most_patients: 20, cohort: 2, "
        "skeleton: [0.1, 0.3], dose_limiting: {grade: 2, within: 3 weeks, never: [fever]}}",
    ],
)
def test_a_design_is_read_and_written_back(design: str) -> None:
    assert problems_of(with_design(design)) == []
    read = protocol_from_text(with_design(design), KNOWN)
    assert Protocol.model_validate(read.to_dict()) == read


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (
            "simon: {p0: 0.1, p1: 0.3, alpha: 0.05, power: 0.8}, "
            "two_stage: {first_stage: 9, stop_at_or_below: 0}",
            "holds no single rule",
        ),
        ("single_stage: {p0: 0.1, p1: 0.3}", "either p0, p1, alpha and power, or total and success_above"),
        ("single_stage: {p0: 0.3, p1: 0.1, alpha: 0.05, power: 0.8}", "p1 0.1 is not above p0 0.3"),
        ("single_stage: {total: 25, success_above: 25}", "leaves no way to succeed with 25 patients"),
        (
            "single_stage: {total: 60, success_above: 5}",
            "'total' needs 60 patients, but only 40 are enrolled",
        ),
        (
            "simon: {p0: 0.1, p1: 0.3, alpha: 0.05, power: 0.8, response_within: 8 weeks}",
            "no response can be seen within 8 weeks: the first scan, with its confirmation, is later",
        ),
        (
            "simon: {p0: 0.1, p1: 0.3, alpha: 0.05, power: 0.8, accrual: stops}",
            "Write one of 'continues', 'pauses'",
        ),
        (
            "randomised: {experimental: Hihg, control: Low, endpoint: overall survival}",
            "no arm is named 'Hihg'. Did you mean 'High'?",
        ),
        (
            "randomised: {experimental: Low, control: Low, endpoint: overall survival}",
            "compares an arm with itself",
        ),
        (
            "randomised: {experimental: High, control: Low, endpoint: response}",
            "tests response by 'log-rank'",
        ),
        (f"randomised: {{{COMPARED}, test: fisher}}", "tests overall survival by 'fisher'"),
        (f"randomised: {{{COMPARED}, test: weighted log-rank}}", "needs a weight of two numbers"),
        (f"randomised: {{{COMPARED}, weight: [0, 1]}}", "needs a weight of two numbers"),
        (f"randomised: {{{COMPARED}, looks: [0.5, 1]}}", "which needs events and the log-rank test"),
        (f"randomised: {{{COMPARED}, events: 60, looks: [0.5, 0.4, 1]}}", "looks must rise to 1"),
        (f"randomised: {{{COMPARED}, events: 60, looks: [0.5]}}", "looks must rise to 1"),
        (
            f"randomised: {{{COMPARED}, events: 10, looks: [0.91, 0.95, 1]}}",
            "of 10 events its looks are held at 10, 10, 10. Write looks farther apart, or more events.",
        ),
        (
            f"randomised: {{{COMPARED}, events: 60, futility_power: 0.8}}",
            "futility_power needs more than one look",
        ),
        (
            f"randomised: {{{COMPARED}, events: 90}}",
            "90 events cannot happen in 80 patients, those of both arms",
        ),
        (f"randomised: {{{COMPARED}, alpha: 0.6}}", "alpha 0.6 is no one-sided error rate"),
        (f"randomised: {{{COMPARED}, assumed: {{hazard_ratio: 1}}}}", "hazard_ratio 1 is no difference"),
        (f"randomised: {{{COMPARED}, assumed: {{control_rate: 0.1}}}}", "belong together"),
        (
            f"randomised: {{{COMPARED.replace('overall', 'relapse-free')}}}".replace(
                "free survival", "free survival"
            ),
            "relapse is only known under the criteria 'relapse'",
        ),
        (f"dose_finding: {{{ESCALATION}}}", "'dose_limiting' is missing."),
        (
            f"dose_finding: {{{ESCALATION}, dose_limiting: {{grade: 6, within: 28 days}}}}",
            "grade 6 does not exist",
        ),
        (
            f"dose_finding: {{{ESCALATION}, dose_limiting: {{grade: 3, within: 28 days, never: [feever]}}}}",
            "no toxicity that is followed is named 'feever'. Did you mean 'fever'?",
        ),
        (f"dose_finding: {{{ESCALATION.replace('24', '2')}, {LIMITING}}}", "less than one cohort of 3"),
        (
            f"dose_finding: {{rule: boin, doses: [Low, High], target: 0.25, {LIMITING}}}",
            "does not end without most_patients",
        ),
        (
            f"dose_finding: {{rule: 3+3, doses: [Low, High], target: 0.25, most_patients: 20, {LIMITING}}}",
            "ends by itself. Leave both keys out.",
        ),
        (
            f"dose_finding: {{{ESCALATION.replace('0.25', '0.8')}, {LIMITING}}}",
            "target 0.8 is too high for boin",
        ),
        (
            f"dose_finding: {{{ESCALATION.replace('Middle, High', 'High, Middle')}, {LIMITING}}}",
            "the dose of 'Middle' is not above that of the arm before it. List the lowest dose first.",
        ),
        (f"dose_finding: {{{ESCALATION.replace('Middle', 'Low')}, {LIMITING}}}", "doses names an arm twice"),
        (f"dose_finding: {{{ESCALATION.replace('Middle', 'Midle')}, {LIMITING}}}", "Did you mean 'Middle'?"),
        (
            f"dose_finding: {{{ESCALATION.replace('Low, ', 'Observation, ')}, {LIMITING}}}",
            "arm 'Observation' has no treatment, so it is no dose",
        ),
        (
            f"dose_finding: {{{ESCALATION}, skeleton: [0.1, 0.2, 0.3], {LIMITING}}}",
            "skeleton has no meaning for boin",
        ),
        (
            f"dose_finding: {{{ESCALATION.replace('boin', 'crm')}, skeleton: [0.1, 0.3], {LIMITING}}}",
            "must rise and hold one rate for each of 3 doses",
        ),
    ],
)
def test_what_a_design_gets_wrong_is_said_with_its_line(design: str, said: str) -> None:
    found = problems_of(with_design(design))
    assert any(said in problem.message for problem in found), [problem.message for problem in found]
    assert {problem.line for problem in found} == {LINE}


def test_a_comparison_needs_randomised_arms() -> None:
    shared = TRIAL.replace("arms_are: randomised", "arms_are: counterfactual")
    assert fault_of(f"randomised: {{{COMPARED}}}", shared).endswith("Write 'arms_are: randomised'.")
    assert problems_of(with_design(f"dose_finding: {{{ESCALATION}, {LIMITING}}}", shared)) == []


def test_a_single_arm_design_needs_a_treated_arm_and_responses() -> None:
    observed = PROTOCOL[: PROTOCOL.index("arms:")] + (
        "arms: [{name: Nobody, treatment: []}]\n" + PROTOCOL[PROTOCOL.index("assessments:") :]
    )
    (problem,) = problems_of(observed + "design: {two_stage: {first_stage: 9, stop_at_or_below: 0}}\n")
    assert "no arm has a treatment" in problem.message
    adjuvant = TRIAL.replace("criteria: recist-1.1", "criteria: relapse")
    found = problems_of(with_design("single_stage: {total: 25, success_above: 4}", adjuvant))
    assert any("Write 'randomised' with relapse-free survival" in problem.message for problem in found)


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ("single_stage: {total: 25, success_above: 4}", "Design: promising if more than 4 of 25 respond."),
        (
            f"randomised: {{{COMPARED}, events: 60, looks: [0.5, 1]}}",
            "High against Low by overall survival, log-rank test at a one-sided 0.025, at 30, 60 events.",
        ),
        (
            f"dose_finding: {{{ESCALATION}, {LIMITING}}}",
            "escalation by boin over Low, Middle, High; grade 3 or worse within 28 days limits the dose.",
        ),
    ],
)
def test_check_says_the_design_in_words(design: str, said: str) -> None:
    read = protocol_from_text(with_design(design), KNOWN)
    assert any(line.endswith(said) for line in protocol_in_words(read))
