"""Where predictions should not be relied on, derived by rule from the ledger and the numbers' evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trialkine.agents.catalogue import agent_book
from trialkine.diseases.disease import disease_names
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.trial.protocol import Protocol
from trialkine.validation.assumed_numbers import only_assumed
from trialkine.validation.baselines import SAME_CLASS
from trialkine.validation.coverage import ALL, GROUPS, scored_rows
from trialkine.validation.ledger import Ledger, LedgerRow
from trialkine.validation.ledger_tables import (
    WORSE,
    Summaries,
    coverage_verdict,
    crps_in_unit,
    group_label,
    standing,
    summaries_of,
    unit_words,
    uses_shown,
)
from trialkine.validation.ledger_words import PREDICTION, agent_words, disease_words, in_sentence, use_title

ArmAgents = Mapping[tuple[str, str], Sequence[str]]
"""The agents of every arm, by trial and arm."""
WITHOUT_EFFECT = ("control", "background")
"""Classes of agents that are not studied for an effect of their own."""
LEVELS = (0.80, 0.95)
FEWEST_FAMILIES = 10


@dataclass(frozen=True)
class Limit:
    """One rule, and everything to which it applies; nothing where the rule found no case."""

    name: str
    rule: str
    found: tuple[str, ...]


def limits_of_use(
    ledger: Ledger, agents_of: ArmAgents, members: ParameterEnsemble | None
) -> tuple[Limit, ...]:
    """Every rule with what it found; `members` is the ensemble, whose numbers count as calibrated."""
    counted = scored_rows(ledger.rows)
    evidence = counted if ledger.leave_out else [row for row in counted if row.use == PREDICTION]
    tried = {agent for row in counted for agent in agents_of.get((row.trial, row.arm), ())}
    foreseen = {agent for row in evidence for agent in agents_of.get((row.trial, row.arm), ())}
    studied = [name for name, agent in agent_book().agents.items() if agent.drug_class not in WITHOUT_EFFECT]
    summaries = summaries_of(ledger.rows)
    return (
        Limit(
            "Diseases without any validated trial",
            "no scored number of a trial in this disease",
            tuple(
                disease_words(name) for name in _missing(disease_names(), {row.disease for row in counted})
            ),
        ),
        Limit(
            "Diseases with fit alone",
            "scored numbers, but only of trials that the calibration had seen",
            tuple(
                disease_words(name)
                for name in _missing({row.disease for row in counted}, {row.disease for row in evidence})
            ),
        ),
        Limit(
            "Agents without any validated trial",
            "no scored number of an arm that gives the agent",
            tuple(map(agent_words, _missing(studied, tried))),
        ),
        Limit(
            "Agents with fit alone",
            "scored numbers, but only of trials that the calibration had seen",
            tuple(agent_words(name) for name in _missing(_in_both(studied, tried), foreseen)),
        ),
        Limit(
            "Agents whose effect is only assumed",
            "some of its numbers are assumed (in brackets) and none was calibrated, in any disease",
            tuple(
                f"{agent_words(one.agent)} ({one.assumed} of {one.numbers})"
                for one in only_assumed(studied, members)
            ),
        ),
        Limit(
            "Outcomes without any validated trial",
            "no scored number of this group of outcomes",
            tuple(group_label(group) for group in GROUPS if (ALL, group) not in summaries),
        ),
        Limit(
            "Outcomes of too few families to tell",
            f"scored numbers of fewer than {FEWEST_FAMILIES} families: whether intervals hold what they "
            "say, or beat a pool, cannot be seen",
            tuple(_too_few(summaries, ledger.leave_out)),
        ),
        Limit(
            "Outcomes whose coverage is outside nominal",
            "exact limits of the share inside the 80 or 95 % interval, by family, leave out that level",
            tuple(_off_nominal(summaries, ledger.leave_out)),
        ),
        Limit(
            "Outcomes predicted worse than by history",
            f"the mean CRPS is larger than that of the pool of the {SAME_CLASS}",
            tuple(_worse_than_pool(summaries, ledger.leave_out)),
        ),
    )


def arm_agents(rows: Iterable[LedgerRow], protocols: Mapping[str, Protocol]) -> ArmAgents:
    """The agents of the arms that a ledger has, from the protocols of its trials by name."""
    found: dict[tuple[str, str], Sequence[str]] = {}
    for row in rows:
        if row.trial in protocols:
            protocol = protocols[row.trial]
            arm = next((one for one in protocol.arms if one.name == row.arm), None)
            found[row.trial, row.arm] = () if arm is None else protocol.agents_of(arm)
    return found


def _missing(names: Iterable[str], present: set[str]) -> list[str]:
    return sorted(name for name in names if name not in present)


def _in_both(names: Iterable[str], present: set[str]) -> list[str]:
    return [name for name in names if name in present]


def _too_few(summaries: Summaries, leave_out: bool) -> list[str]:
    found = []
    for use in uses_shown(summaries, leave_out):
        for group in GROUPS:
            one = summaries.get((use, group))
            if one is not None and one.families < FEWEST_FAMILIES:
                trials = in_sentence(use_title(use, leave_out))
                families = "1 family" if one.families == 1 else f"{one.families} families"
                found.append(f"{group_label(group)}, {trials}: {families}")
    return found


def _off_nominal(summaries: Summaries, leave_out: bool) -> list[str]:
    found = []
    for use in uses_shown(summaries, leave_out):
        for group in GROUPS:
            for one in summaries[use, group].coverage if (use, group) in summaries else ():
                verdict = coverage_verdict(one) if one.level in LEVELS else ""
                if verdict:
                    found.append(
                        f"{group_label(group)}, {in_sentence(use_title(use, leave_out))}: {verdict} inside "
                        f"{100 * one.level:.0f} % ({100 * one.share_by_family:.0f} % by family, "
                        f"{100 * one.low:.0f} to {100 * one.high:.0f})"
                    )
    return found


def _worse_than_pool(summaries: Summaries, leave_out: bool) -> list[str]:
    found = []
    for use in uses_shown(summaries, leave_out):
        trials = in_sentence(use_title(use, leave_out))
        for group in GROUPS:
            for one in summaries[use, group].comparisons if (use, group) in summaries else ():
                if one.baseline == SAME_CLASS and standing(one).startswith(WORSE):
                    own, other = (crps_in_unit(score, one.unit) for score in (one.crps, one.baseline_crps))
                    scores = f"{own} against {other} {unit_words(one.unit)}"
                    found.append(f"{group_label(group)}, {trials}: {scores}")
    return found
