"""Reads a protocol file and reports all of its faults at once, each with its line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trialkine.errors import ProblemsError
from trialkine.records import DAYS_PER_MONTH
from trialkine.trial.agent_facts import KnownNames
from trialkine.trial.agent_reading import agents_beside, disease_faults, with_agents
from trialkine.trial.assessment_checks import assessment_faults
from trialkine.trial.design_checks import design_faults
from trialkine.trial.model_checks import model_faults
from trialkine.trial.own_model.in_protocol import (
    looks_like_a_mapping,
    names_of,
    own_model_beside,
    own_model_faults,
)
from trialkine.trial.own_model.model_source import draft_advice, is_model_file
from trialkine.trial.protocol import Protocol
from trialkine.trial.reading import Document, fail, read_document, read_text
from trialkine.trial.reported_checks import reported_faults
from trialkine.trial.search_checks import search_faults
from trialkine.trial.sentences import Fault, choice_hint, faults, is_near
from trialkine.trial.treatment_checks import background_faults, treatment_faults
from trialkine.trial.value_checks import value_faults
from trialkine.trial.words import Duration, WordError, parse_duration, shorten, suggestion

OF_THE_ARMS = ("arms_are", "optimise", "reported", "source")
"""Keys that have no meaning for an arm alone."""


def read_protocol(path: str | Path, known: KnownNames) -> Protocol:
    """The protocol in a file.

    Raises: ProblemsError, with every fault.
    """
    if is_model_file(path):
        advice = f"{draft_advice(path)} A protocol names that mapping file: `own_model`."
        fail(str(path), f"this is a model, and a protocol or a mapping file is needed. {advice}")
    return protocol_from_text(read_text(path), known, str(path))


def protocol_from_text(text: str, known: KnownNames, file: str = "") -> Protocol:
    """The protocol in YAML text.

    Raises: ProblemsError, with every fault.
    """
    return _checked(read_document(text, file), known)


def protocol_from_data(data: Mapping[str, Any], known: KnownNames, folder: str | Path = "") -> Protocol:
    """The protocol in plain data; names of agent files in it are relative to `folder`.

    Raises: ProblemsError, with every fault.
    """
    return _checked(Document("", dict(data)), known, Path(folder))


def _checked(document: Document, known: KnownNames, folder: Path | None = None) -> Protocol:
    if not isinstance(document.data, dict):
        fail(document.file, "the file holds no keys. Begin with 'schema: 1', or copy one of the examples.", 1)
    if looks_like_a_mapping(document.data):
        fail(
            document.file,
            "this file maps a model and describes no trial. Name it in a protocol: `own_model`.",
            1,
        )
    beside = folder or Path(document.file).parent
    own = own_model_beside(document, beside)
    book = agents_beside(document, beside) if own is None else own.book
    if own is not None:
        known = names_of(own)
    elif book is not None:
        known = with_agents(known, book)
    protocol = None
    try:
        protocol = Protocol.model_validate(document.data)
    except ValidationError as error:
        _report(document, faults(error, Protocol))
    _report(document, _cross_faults(document.data, known))
    _report(document, own_model_faults(document.data, own))
    if protocol is not None and not document.problems:
        data = document.data
        _report(document, search_faults(protocol, lambda arm: _faults_of_arm(arm, data, known)))
    if document.problems or protocol is None:
        ordered = sorted(document.problems, key=lambda problem: problem.line or 0)
        raise ProblemsError(ordered)
    if own is not None:
        protocol = protocol.with_own(own)
    return protocol if book is None else protocol.with_book(book)


def _faults_of_arm(arm: Mapping[str, Any], data: Mapping[str, Any], known: KnownNames) -> Iterator[Fault]:
    """The faults of an arm, were it the protocol's only one; places are counted from the arm."""
    alone = {key: value for key, value in data.items() if key not in OF_THE_ARMS} | {"arms": [arm]}
    found: list[Fault] = []
    try:
        Protocol.model_validate(alone)
    except ValidationError as error:
        found += faults(error, Protocol)
    found += _cross_faults(alone, known)
    for path, message, character in found:
        if path[:2] == ("arms", 0):
            yield path[2:], message, character


def _report(document: Document, found: Iterator[Fault] | list[Fault]) -> None:
    for path, message, character in found:
        document.report(path, message, character)


def _cross_faults(data: dict[Any, Any], known: KnownNames) -> Iterator[Fault]:
    """Faults that lie between keys, looked for in whatever can be read of them."""
    yield from _name_faults(data, known)
    yield from assessment_faults(data, known)
    yield from _cut_off_faults(data)
    arms = [arm if isinstance(arm, dict) else {} for arm in _list(data.get("arms"))]
    yield from _arm_faults(data, arms)
    for place, arm in enumerate(arms):
        yield from treatment_faults(("arms", place, "treatment"), arm.get("treatment"), known)
    yield from background_faults(("background",), data.get("background"), known)
    yield from model_faults(data, arms, known)
    yield from value_faults(data, arms, known)
    yield from disease_faults(data, known)
    yield from design_faults(data, arms)
    yield from reported_faults(data, arms)


def _name_faults(data: dict[Any, Any], known: KnownNames) -> Iterator[Fault]:
    disease = data.get("disease")
    if known.diseases and isinstance(disease, str) and disease.strip() not in known.diseases:
        hint = choice_hint(disease, known.diseases)
        yield ("disease",), f"no disease is named '{shorten(disease, 40)}'. {hint}", None
    biomarkers = _dict(data.get("assessments")).get("biomarkers")
    for place, name in enumerate(biomarkers if isinstance(biomarkers, (list, dict)) else ()):
        if known.biomarkers and isinstance(name, str) and name not in known.biomarkers:
            path = ("assessments", "biomarkers", place if isinstance(biomarkers, list) else name)
            hint = _biomarker_hint(name, known)
            yield path, f"no biomarker is named '{shorten(name, 40)}'. {hint}", None


def _biomarker_hint(name: str, known: KnownNames) -> str:
    """The nearest of the usual biomarkers, else of all names, else the usual ones."""
    usual, plain = known.usual_biomarkers, name.strip().lower()
    holders = [one for one in usual if len(plain) > 2 and plain in one]
    if holders:
        return f"Did you mean '{holders[0]}'?"
    near = suggestion(name, usual)
    if not is_near(near):
        near = suggestion(name, known.biomarkers)
    return near if is_near(near) else choice_hint(name, usual)


def _cut_off_faults(data: dict[Any, Any]) -> Iterator[Fault]:
    if data.get("follow_up") is None and data.get("data_cut_off") is None:
        yield (
            (),
            "nothing says how long patients are followed. Add 'follow_up: 36 months'.",
            None,
        )
    if data.get("follow_up") is not None and data.get("data_cut_off") is not None:
        yield ("data_cut_off",), "follow_up and data_cut_off both say when the trial ends. Keep one.", None
    elif data.get("data_cut_off") is not None:
        yield from _early_cut_off(data["data_cut_off"], _dict(data.get("enrolment")))


def _early_cut_off(written: Any, enrolment: dict[Any, Any]) -> Iterator[Fault]:
    """A data cut-off before the last patient is expected."""
    patients, rate = enrolment.get("patients", 0), enrolment.get("per_month", 0)
    try:
        cut_off = parse_duration(written)
    except WordError:
        return  # reported where the duration is read
    if type(patients) is not int or type(rate) not in (int, float) or not rate > 0:
        return
    months = patients / rate
    if cut_off.days < months * DAYS_PER_MONTH and math.isfinite(months):
        last = Duration(float(math.ceil(months)), "month")
        message = f"the data cut-off at {cut_off} comes before the last of {patients:,} patients is enrolled"
        yield ("data_cut_off",), f"{message}, at about {last}. Write a later cut-off, or `follow_up`.", None


def _arm_faults(data: dict[Any, Any], arms: list[dict[Any, Any]]) -> Iterator[Fault]:
    if len(arms) > 1 and data.get("arms_are") is None:
        choices = "'arms_are: counterfactual' (same patients) or 'arms_are: randomised'"
        yield ("arms",), f"nothing says how the arms share patients. Write {choices}.", None
    seen: dict[str, str] = {}
    for place, arm in enumerate(arms):
        name = arm.get("name")
        if isinstance(name, str) and name.strip():
            plain = " ".join(name.split())
            if plain.casefold() in seen:
                message = f"arm '{shorten(plain, 40)}' has the name of an earlier arm. Give each arm its own."
                yield ("arms", place, "name"), message, None
            seen[plain.casefold()] = plain
        if arm.get("ratio") is not None and data.get("arms_are") == "counterfactual":
            message = "'ratio' has no meaning where every arm treats the same patients. Leave it out."
            yield ("arms", place, "ratio"), message, None


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _dict(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}
