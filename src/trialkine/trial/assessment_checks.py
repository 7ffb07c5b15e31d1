"""Faults between the assessments and the disease, and names of subgroups that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trialkine.trial.agent_facts import KnownNames
from trialkine.trial.sentences import Fault
from trialkine.trial.words import shorten, suggestion

RELAPSE = "relapse"


def assessment_faults(data: dict[Any, Any], known: KnownNames) -> Iterator[Fault]:
    """What `assessments` says that does not suit the disease or the model."""
    assessments = data.get("assessments")
    if not isinstance(assessments, dict):
        return
    yield from _setting_faults(data.get("disease"), assessments.get("criteria"), known)
    subgroups = assessments.get("subgroups")
    for place, name in enumerate(subgroups if isinstance(subgroups, list) else ()):
        if known.biomarkers and isinstance(name, str) and name not in known.biomarkers:
            message = f"no quantity of the model is named '{shorten(name, 40)}'."
            hint = suggestion(name, known.biomarkers)
            advice = hint if hint.startswith("Did") else "Write one such as 'burden'."
            yield ("assessments", "subgroups", place), f"{message} {advice}", None


def _setting_faults(disease: Any, criteria: Any, known: KnownNames) -> Iterator[Fault]:
    if not isinstance(disease, str) or disease.strip() not in known.diseases:
        return
    is_adjuvant = disease.strip() in known.adjuvant_diseases
    path = ("assessments", "criteria")
    if criteria == RELAPSE and not is_adjuvant:
        message = f"'relapse' needs a disease without measurable lesions, and '{disease.strip()}' has some."
        yield path, f"{message} Write 'who-1979' or 'recist-1.1', or a disease such as {_some(known)}.", None
    if isinstance(criteria, str) and criteria != RELAPSE and is_adjuvant:
        message = f"'{disease.strip()}' starts without anything to measure, so response cannot be judged."
        yield path, f"{message} Write 'criteria: relapse'.", None


def _some(known: KnownNames) -> str:
    return f"'{known.adjuvant_diseases[0]}'" if known.adjuvant_diseases else "a resected one"
