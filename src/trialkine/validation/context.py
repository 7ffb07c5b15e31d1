"""What a credibility review asks for, from a ledger, the numbers' evidence and recorded checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from trialkine.agents.catalogue import agent_book
from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.report.manifest import package_versions
from trialkine.trial.protocol import Protocol
from trialkine.validation.assumed_numbers import Assumptions, assumptions_of
from trialkine.validation.ledger import Ledger
from trialkine.validation.ledger_words import agent_words, disease_words, in_order, in_sentence
from trialkine.validation.limits_of_use import Limit, arm_agents, limits_of_use
from trialkine.validation.spread_layers import SpreadLayer, spread_layers
from trialkine.validation.verification import Verification, verification

NOT_STATED = "not stated"
MOST_NAMED = 4
"""Agents or diseases that a sentence names one by one."""
GRADES = ("low", "medium", "high", NOT_STATED)
SOLVERS = (
    "Dormand-Prince 5 or Rodas5P, chosen for each arm by a pilot that counts work; linear kinetics of drugs "
    "are propagated exactly"
)


@dataclass(frozen=True)
class Stated:
    """What only the user can say of a use; empty texts stand for the defaults.

    `influence` is how much the decision rests on the model, `consequence` how grave a wrong decision is:
    low, medium, high or not stated. Without `agents` and `diseases`, those of the ledger are meant.

    Raises: InputError, when a grade is none of the four.
    """

    question: str = ""
    use: str = ""
    influence: str = NOT_STATED
    consequence: str = NOT_STATED
    agents: tuple[str, ...] = ()
    diseases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for what, grade in (("Model influence", self.influence), ("Decision consequence", self.consequence)):
            if grade not in GRADES:
                raise InputError(f"{what} is '{grade}'. Write 'low', 'medium', 'high' or '{NOT_STATED}'.")


@dataclass(frozen=True)
class Credibility:
    """Everything on the page, as data. `has_ensemble`: numbers that an ensemble sets count as calibrated.

    `is_question_drafted` and `is_use_drafted` say that nobody stated these, and the program wrote them.
    """

    question: str
    use: str
    influence: str
    consequence: str
    agents: tuple[str, ...]
    diseases: tuple[str, ...]
    assumptions: Assumptions
    verification: Verification
    versions: Mapping[str, str]
    solvers: str
    ledger: Ledger
    layers: tuple[SpreadLayer, ...]
    limits: tuple[Limit, ...]
    has_ensemble: bool
    is_question_drafted: bool = False
    is_use_drafted: bool = False


def credibility(
    ledger: Ledger,
    stated: Stated,
    protocols: Mapping[str, Protocol],
    members: ParameterEnsemble | None = None,
) -> Credibility:
    """What can be said of a use from a ledger; `protocols` are its trials, `members` its ensemble.

    Raises: InputError, when an agent is not known.
    """
    agents_of = arm_agents(ledger.rows, protocols)
    agents = _known(stated.agents) or tuple(
        in_order([name for names in agents_of.values() for name in names])
    )
    diseases = stated.diseases or tuple(in_order([row.disease for row in ledger.rows]))
    subject = _trial_of(agents, diseases)
    return Credibility(
        question=stated.question or f"What response, progression and survival will {subject} show?",
        use=stated.use or f"Predict response, progression and survival of {subject} before it is run.",
        influence=stated.influence,
        consequence=stated.consequence,
        agents=agents,
        diseases=diseases,
        assumptions=assumptions_of(diseases, agents, members),
        verification=verification(),
        versions=package_versions(),
        solvers=SOLVERS,
        ledger=ledger,
        layers=spread_layers(ledger, members),
        limits=limits_of_use(ledger, agents_of, members),
        has_ensemble=members is not None,
        is_question_drafted=not stated.question,
        is_use_drafted=not stated.use,
    )


def _known(agents: Sequence[str]) -> tuple[str, ...]:
    """Raises: InputError, at the first agent that this installation does not have."""
    known = agent_book().agents
    for name in agents:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
            raise InputError(f"No agent is named '{name}'. {hint}")
    return tuple(agents)


def _trial_of(agents: Sequence[str], diseases: Sequence[str]) -> str:
    of = _either([in_sentence(agent_words(name)) for name in agents], "agents")
    treated = _either([in_sentence(disease_words(name)) for name in diseases], "diseases")
    return f"a trial{f' of {of}' if of else ''}{f' in {treated}' if treated else ''}"


def _either(names: Sequence[str], noun: str) -> str:
    """Names as alternatives, or how many there are."""
    if len(names) > MOST_NAMED:
        return f"any of the {len(names)} {noun} below"
    return names[0] if len(names) == 1 else " or ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
