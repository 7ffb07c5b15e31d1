"""A small protocol in text, and the names that protocol tests let it use."""

from pathlib import Path

from trialkine.errors import Problem, ProblemsError
from trialkine.trial.agent_facts import AgentFacts, KnownNames
from trialkine.trial.checking import protocol_from_text

EXAMPLES = Path(__file__).parents[1] / "examples"
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
    },
    diseases=("melanoma", "renal_cell"),
    biomarkers=("plasma_vegf", "lymphocyte_count"),
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
