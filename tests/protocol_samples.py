"""A small protocol in text, and the names that protocol tests let it use."""

from pathlib import Path

from trialkine.errors import Problem, ProblemsError
from trialkine.trial.agent_facts import AgentFacts, KnownNames, ParameterFacts
from trialkine.trial.checking import protocol_from_text

EXAMPLES = Path(__file__).parents[1] / "examples"
TRIAL_FILES = tuple(
    path for path in sorted(EXAMPLES.glob("*.yaml")) if "\nassay:" not in path.read_text("utf-8")
)
KNOWN = KnownNames(
    agents={
        "aldesleukin": AgentFacts(
            "aldesleukin",
            "IU",
            {"intravenous": True, "subcutaneous": False},
            ("kg", "m2", "flat"),
            {"intravenous": ("kg", "m2")},
        ),
        "temozolomide": AgentFacts("temozolomide", "mg", {"oral": False}, ("m2",)),
        "im862": AgentFacts("im862", "mg", {"intranasal": False}, ("flat",)),
        "lymphocyte_product": AgentFacts(
            "lymphocyte_product", "Gcell", {"intravenous": True}, ("flat", "kg"), is_product=True
        ),
    },
    diseases=("melanoma", "renal_cell"),
    biomarkers=("plasma_vegf", "lymphocyte_count"),
    mechanisms=("immune_kill", "regulatory_t_cells"),
    variants=("il2_licensing",),
    parameters={
        "kill_rate": ParameterFacts("1/day"),
        "killing_steepness": ParameterFacts(""),
        "temozolomide_clearance": ParameterFacts("L/day", "temozolomide"),
        "licensing_rate": ParameterFacts("1/day", "il2_licensing"),
    },
)

PROTOCOL = """\
schema: 1
title: Two lines in melanoma
disease: melanoma
arms:
  - name: Sequence
    treatment:
      - agent: aldesleukin
        dose: 600000 IU/kg
        route: intravenous over 15 min
        schedule: every 8 h, up to 14 doses
      - agent: temozolomide
        dose: 75 mg/m2
        route: oral
        schedule: daily, days 1 to 21 of 28, until progression
        starts: within 6 weeks after aldesleukin fails
assessments:
  criteria: who-1979
  every: 8 weeks
enrolment: {patients: 40, per_month: 3}
follow_up: 36 months
"""

EVERY_KEY = """\
schema: 1
title: Cells, observation and background treatment
disease: renal_cell
arms_are: randomised
model: {without: [immune_kill], values: {kill_rate: 0.1 1/day}}
arms:
  - name: Cells
    ratio: 2
    treatment:
      - agent: im862
        dose: 20 mg
        route: intranasal
        schedule: daily, for 3 weeks
        starts: when lymphocyte_product is ready
      - agent: lymphocyte_product
        dose: 5e10 cells
        route: intravenous over 1 h
        schedule: once
        starts: at once after im862 ends
        hold: never
    model: {variants: [il2_licensing], values: {killing_steepness: 2, licensing_rate: 1e-3 1/h}}
  - name: Observation
    treatment: []
background:
  - {agent: temozolomide, dose: 75 mg/m2, route: oral, schedule: daily, share: 0.6, starts: within 8 weeks}
eligibility: {performance_status: [0, 1], age: [18, null]}
assessments:
  criteria: recist-1.1
  every: 8 weeks
  biomarkers: {plasma_vegf: {at: [4 weeks]}}
enrolment: {patients: 40, per_month: 3, dropout_per_year: 0.05}
data_cut_off: 60 months
sources: [Some one 2001]
"""


def changed(old: str, new: str, text: str = PROTOCOL) -> str:
    """The sample protocol with one piece of text replaced; the piece must be there."""
    assert old in text, f"{old!r} is not in the sample protocol"
    return text.replace(old, new, 1)


def problems_of(text: str) -> list[Problem]:
    """The faults that a protocol text is refused for; none when it is accepted."""
    try:
        protocol_from_text(text, KNOWN, "trial.yaml")
    except ProblemsError as error:
        return list(error.problems)
    return []


def only_problem(text: str) -> tuple[int | None, str]:
    """Line and sentence of the one fault of a protocol text."""
    (problem,) = problems_of(text)
    assert problem.file == "trial.yaml"
    return problem.line, problem.message
