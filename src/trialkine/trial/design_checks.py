"""Faults between a protocol's design and its arms, patients and assessments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trialkine.toxicity.terms import terms
from trialkine.trial.quantities import parse_dose
from trialkine.trial.sentences import Fault
from trialkine.trial.words import WordError, parse_duration, shorten, suggestion

HERE = "design"
OF_ONE_ARM = ("simon", "two_stage", "single_stage")
RELAPSE = "relapse"


def design_faults(data: Mapping[Any, Any], arms: list[dict[Any, Any]]) -> Iterator[Fault]:
    """What the design asks of the trial that the trial cannot give, in whatever can be read of both."""
    design = _dict(data.get(HERE))
    yield from _size_faults(design, _dict(data.get("enrolment")).get("patients"))
    for kind in OF_ONE_ARM:
        if isinstance(design.get(kind), dict):
            yield from _single_arm_faults(kind, design[kind], data, arms)
    if isinstance(design.get("randomised"), dict):
        yield from _randomised_faults(design["randomised"], data, arms)
    if isinstance(design.get("dose_finding"), dict):
        yield from _dose_finding_faults(design["dose_finding"], arms)


def _size_faults(design: dict[Any, Any], patients: Any) -> Iterator[Fault]:
    for kind, keys in (("two_stage", ("first_stage", "total")), ("single_stage", ("total",))):
        for key in keys:
            needed = _dict(design.get(kind)).get(key)
            if type(needed) is int and type(patients) is int and needed > patients > 0:
                message = f"'{key}' needs {needed} patients, but only {patients} are enrolled per arm."
                yield (HERE, kind, key), f"{message} Raise 'patients' or lower '{key}'.", None


def _single_arm_faults(
    kind: str, design: dict[Any, Any], data: Mapping[Any, Any], arms: list[dict[Any, Any]]
) -> Iterator[Fault]:
    if arms and all(arm.get("treatment") == [] for arm in arms):
        message = "judges treated arms by their responses, and no arm has a treatment"
        yield (HERE, kind), f"'{kind}' {message}. Give an arm one, or leave the design out.", None
    if _dict(data.get("assessments")).get("criteria") == RELAPSE:
        message = "counts responses, and under the criteria 'relapse' there is none"
        yield (HERE, kind), f"'{kind}' {message}. Write 'randomised' with relapse-free survival.", None
    yield from _within_faults((HERE, kind, "response_within"), design.get("response_within"), data)


def _within_faults(path: tuple[Any, ...], written: Any, data: Mapping[Any, Any]) -> Iterator[Fault]:
    """A response that is to be seen before the first scan."""
    assessments = _dict(data.get("assessments"))
    try:
        within = parse_duration(written)
        first = parse_duration(assessments.get("first_at") or assessments.get("every"))
        confirm = assessments.get("confirm_after")
        settled = first.days + (0.0 if confirm is None else parse_duration(confirm).days)
    except WordError:
        return  # absent, or reported where the duration is read
    if within.days < settled:
        message = f"no response can be seen within {within}: the first scan, with its confirmation, is later"
        yield path, f"{message}. Write a longer time.", None


def _randomised_faults(
    design: dict[Any, Any], data: Mapping[Any, Any], arms: list[dict[Any, Any]]
) -> Iterator[Fault]:
    path = (HERE, "randomised")
    if data.get("arms_are") != "randomised":
        message = "compares different patients, so the arms must not share theirs"
        yield path, f"'randomised' {message}. Write 'arms_are: randomised'.", None
    for key in ("experimental", "control"):
        yield from _name_faults((*path, key), design.get(key), arms)
    endpoint = design.get("endpoint")
    is_adjuvant = _dict(data.get("assessments")).get("criteria") == RELAPSE
    if is_adjuvant and endpoint in ("response", "progression-free survival"):
        message = f"there is no {endpoint} under the criteria 'relapse'. Write 'relapse-free survival'."
        yield (*path, "endpoint"), message, None
    if not is_adjuvant and endpoint == "relapse-free survival":
        message = "relapse is only known under the criteria 'relapse'. Write 'progression-free survival'."
        yield (*path, "endpoint"), message, None
    yield from _event_faults((*path, "events"), design, data, arms)


def _event_faults(
    path: tuple[Any, ...], design: dict[Any, Any], data: Mapping[Any, Any], arms: list[dict[Any, Any]]
) -> Iterator[Fault]:
    events, patients = design.get("events"), _dict(data.get("enrolment")).get("patients")
    if type(events) is not int or type(patients) is not int:
        return
    compared = [arm for arm in arms if arm.get("name") in (design.get("experimental"), design.get("control"))]
    ratios = [arm.get("ratio") or 1.0 for arm in compared]
    if len(compared) == 2 and all(type(ratio) in (int, float) for ratio in ratios):
        enrolled = sum(max(1, round(patients * ratio)) for ratio in ratios)
        if events > enrolled > 0:
            message = f"{events} events cannot happen in {enrolled} patients, those of both arms"
            yield path, f"{message}. Raise 'patients' or lower 'events'.", None


def _dose_finding_faults(design: dict[Any, Any], arms: list[dict[Any, Any]]) -> Iterator[Fault]:
    path = (HERE, "dose_finding")
    doses = design.get("doses")
    named = list(doses) if isinstance(doses, (list, tuple)) else []
    by_name = {_plain(arm.get("name")): arm for arm in arms}
    for place, name in enumerate(named):
        found = list(_name_faults((*path, "doses", place), name, arms))
        yield from found
        if not found and _dict(by_name.get(_plain(name))).get("treatment") == []:
            message = f"arm '{_plain(name)}' has no treatment, so it is no dose. Leave it out of this list."
            yield (*path, "doses", place), message, None
    yield from _order_faults(path, named, by_name)
    limiting = _dict(design.get("dose_limiting"))
    for key in ("toxicities", "never"):
        written = limiting.get(key)
        for place, name in enumerate(written if isinstance(written, (list, tuple)) else ()):
            if isinstance(name, str) and _plain(name) not in terms():
                message = f"no toxicity that is followed is named '{shorten(name, 40)}'."
                hint = suggestion(name, terms())
                yield (*path, "dose_limiting", key, place), f"{message} {hint}", None


def _order_faults(
    path: tuple[Any, ...], named: list[Any], by_name: dict[str, dict[Any, Any]]
) -> Iterator[Fault]:
    """Doses of one agent by one route that do not rise as listed."""
    before: tuple[Any, float] | None = None
    for place, name in enumerate(named):
        lines = _dict(by_name.get(_plain(name))).get("treatment")
        line = _dict(lines[0]) if isinstance(lines, (list, tuple)) and len(lines) == 1 else {}
        try:
            dose = parse_dose(line.get("dose"))
        except WordError:
            before = None
            continue
        kind = (line.get("agent"), line.get("route"), line.get("schedule"), dose.unit, dose.basis)
        if before is not None and before[0] == kind and dose.amount <= before[1]:
            message = f"the dose of '{_plain(name)}' is not above that of the arm before it"
            yield (*path, "doses", place), f"{message}. List the lowest dose first.", None
        before = (kind, dose.amount)


def _name_faults(path: tuple[Any, ...], name: Any, arms: list[dict[Any, Any]]) -> Iterator[Fault]:
    known = [_plain(arm.get("name")) for arm in arms if isinstance(arm.get("name"), str)]
    if isinstance(name, str) and known and _plain(name) not in known:
        yield path, f"no arm is named '{shorten(_plain(name), 40)}'. {suggestion(name, known)}", None


def _plain(name: Any) -> str:
    return " ".join(name.split()) if isinstance(name, str) else ""


def _dict(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}
