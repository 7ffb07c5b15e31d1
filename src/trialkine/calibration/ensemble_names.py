"""The names that a column of an ensemble may have: those that something in a trial reads."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from trialkine.agents.catalogue import agent_book
from trialkine.calibration.unknowns import CLASS_OFFSET, CLASS_SPREAD, DISCREPANCY, DISCREPANCY_GROUPS
from trialkine.diseases.disease import disease_names, load_disease
from trialkine.ensemble_members import CASE_MIX, EXCLUDED, HAZARD, LINEAR
from trialkine.mechanisms.core import variant_mechanisms, variant_numbers
from trialkine.population.ensemble import OF_DISEASE, OF_STRUCTURE, OF_TRIAL, SPREAD
from trialkine.records import ParameterRecord
from trialkine.trial.agent_class import is_agent_class
from trialkine.trial.facts import FACTS
from trialkine.trial.sentences import choice_hint, is_near

OTHER_GROUPS = ("toxicity",)
"""Groups of outcomes that no calibration moves, and whose discrepancy a prediction reads all the same."""
ADVICE = "Restore the file as it was written, or correct the name."


def name_fault(name: str) -> str:
    """What is wrong with the name of a column, and what to write instead; empty where nothing is."""
    disease, is_of_one, own = name.rpartition(OF_DISEASE)
    if is_of_one and disease not in disease_names():
        return f"no disease is named '{disease}' in '{name}'. {choice_hint(disease, disease_names())}"
    if own.startswith(OF_STRUCTURE):
        known = [f"{OF_STRUCTURE}{variant}" for variant in variant_mechanisms()]
        return "" if name in known else _unknown(name, known)
    if own.startswith(f"{CLASS_OFFSET}."):
        given = own.removeprefix(f"{CLASS_OFFSET}.")
        return "" if is_agent_class(given, agent_book().agents) else _unknown(name, ())
    if own.startswith(OF_TRIAL):
        return "" if own in _of_trials() else _unknown(name, _of_trials())
    return _record_fault(name, own.removesuffix(SPREAD), _records(disease))


def _record_fault(name: str, record: str, known: Mapping[str, bool]) -> str:
    """What is wrong with the name of a record, or of its spread; `known` says which records vary."""
    if record not in known:
        return _unknown(name, known)
    if name.endswith(SPREAD) and not known[record]:
        return f"'{name}' sets the spread of a number that does not vary. Leave the column out."
    return ""


def _unknown(name: str, known: Mapping[str, bool] | tuple[str, ...] | list[str]) -> str:
    hint = choice_hint(name.rpartition(OF_DISEASE)[2], known) if known else ""
    return f"nothing in a trial reads '{name}'. {hint if is_near(hint) else ADVICE}"


def _of_trials() -> tuple[str, ...]:
    """The names of what describes trials and not patients, but for the classes of agents."""
    rules = (f"{of}.{what}" for of in (CASE_MIX, HAZARD) for what in (LINEAR, *FACTS))
    groups = (f"{DISCREPANCY}.{group}" for group in (*DISCREPANCY_GROUPS, *OTHER_GROUPS))
    return (*rules, f"{CASE_MIX}{SPREAD}", f"{HAZARD}{SPREAD}", *groups, CLASS_SPREAD, EXCLUDED)


@cache
def _records(disease: str) -> Mapping[str, bool]:
    """The records of a disease, its agents and its variants, or of any disease: whether each varies."""
    found: dict[str, bool] = {}
    for name in (disease,) if disease else disease_names():
        own = load_disease(name)
        parts: list[Mapping[str, ParameterRecord]] = [own.records]
        parts += [file.numbers.records_in(own.lineage) for file in agent_book().files.values()]
        parts += [variant_numbers(variant).records_in(own.lineage) for variant in variant_mechanisms()]
        for records in parts:
            for key, record in records.items():
                found[key] = found.get(key, False) or record.variability is not None
    return found
