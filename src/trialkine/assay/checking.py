"""Reads an assay file and reports all of its faults at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trialkine.assay.protocol import AssayProtocol, hours
from trialkine.assay.substances import BLOCKERS, STIMULI, SUBSTANCES
from trialkine.errors import InputError, ProblemsError
from trialkine.trial.reading import Document, fail, read_document, read_text
from trialkine.trial.sentences import Fault, choice_hint, faults
from trialkine.trial.words import shorten

LONGEST_HOURS = 72.0
BACKGROUND_WELL = "unstimulated"


def read_assay(path: str | Path) -> AssayProtocol:
    """The assay in a file.

    Raises: ProblemsError, with every fault and its line.
    """
    return assay_from_text(read_text(path), str(path))


def is_assay_file(path: str | Path) -> bool:
    """Whether a file has the key that only assay files have; a file that cannot be read has not."""
    try:
        return re.search(r"^assay\s*:", read_text(path), flags=re.MULTILINE) is not None
    except ProblemsError:
        return False


def assay_in_words(protocol: AssayProtocol) -> list[str]:
    """What an assay does, a line each."""
    who = " and ".join(f"{size} {group}" for group, size in protocol.donors.groups.items())
    lines = [f"{protocol.title}.", f"Cells: {protocol.assay} of {who} donors."]
    for well in protocol.wells:
        held = [
            f"{SUBSTANCES[name].title} {' or '.join(map(str, series))}"
            for name, series in {**well.stimuli, **well.blockers}.items()
        ]
        sample = f", on {well.sample}" if well.sample else ""
        lines.append(f"Well {well.name}: {', '.join(held)}{sample}.")
    lines.append(f"Read at {', '.join(f'{hour:g}' for hour in protocol.hours)} h.")
    if protocol.responder is not None:
        rule = protocol.responder
        lines.append(
            f"A responder exceeds its {rule.cut} cut, {rule.standard_deviations:g} SD, at {rule.at} in "
            f"{' or '.join(rule.read_outs)}."
        )
    return lines


def assay_from_text(text: str, file: str = "") -> AssayProtocol:
    """The assay in YAML text.

    Raises: ProblemsError, with every fault and its line.
    """
    return _checked(read_document(text, file))


def assay_from_data(data: Mapping[str, Any]) -> AssayProtocol:
    """The assay in plain data.

    Raises: ProblemsError, with every fault.
    """
    return _checked(Document("", dict(data)))


def _checked(document: Document) -> AssayProtocol:
    if not isinstance(document.data, dict):
        fail(document.file, "the file holds no keys. Begin with 'schema: 1', or copy one of the examples.", 1)
    found: list[Fault] = []
    protocol = None
    try:
        protocol = AssayProtocol.model_validate(document.data)
    except ValidationError as error:
        found += faults(error, AssayProtocol)
    if protocol is not None:
        found += _cross_faults(protocol)
    for path, message, character in found:
        document.report(path, message, character)
    if document.problems or protocol is None:
        raise ProblemsError(sorted(document.problems, key=lambda problem: problem.line or 0))
    return protocol


def _cross_faults(protocol: AssayProtocol) -> Iterator[Fault]:
    """Faults that lie between keys."""
    if not protocol.donors.groups:
        yield ("donors",), "nobody gives blood. Write 'donors: 60', or 'donors: {metastatic: 30}'.", None
    for place, time in enumerate(protocol.times):
        if hours(time.days) > LONGEST_HOURS:
            message = f"{time} is longer than cells keep in a well. Write a time up to {LONGEST_HOURS:g} h."
            yield ("times", place), message, None
    yield from _well_faults(protocol)
    yield from _judgement_faults(protocol)


def _well_faults(protocol: AssayProtocol) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, well in enumerate(protocol.wells):
        plain = well.name.casefold()
        if plain == BACKGROUND_WELL:
            message = f"'{well.name}' is added to every assay by itself. Leave this well out."
            yield ("wells", place, "name"), message, None
        elif plain in seen:
            message = f"well '{shorten(well.name, 40)}' has the name of an earlier one. Give each its own."
            yield ("wells", place, "name"), message, None
        seen.add(plain)
        if not well.stimuli and not well.blockers:
            yield ("wells", place, "stimuli"), "this well holds nothing. Name a stimulus or a blocker.", None
        for key, known in (("stimuli", STIMULI), ("blockers", BLOCKERS)):
            for name, series in getattr(well, key).items():
                path = ("wells", place, key, name)
                if name not in known:
                    kind = "stimulus" if key == "stimuli" else "blocker"
                    hint = choice_hint(name, known)
                    yield path, f"no {kind} is named '{shorten(name, 40)}'. {hint}", None
                    continue
                for item in series:
                    try:
                        SUBSTANCES[name].amount(item.value, item.plain_unit)
                    except InputError as error:
                        yield path, str(error), None
                        break
        lists = [len(series) for part in (well.stimuli, well.blockers) for series in part.values()]
        if sum(length > 1 for length in lists) > 1:
            message = "two concentrations are lists. Vary one at a time; write a well for each of the other."
            yield ("wells", place), message, None


def _judgement_faults(protocol: AssayProtocol) -> Iterator[Fault]:
    rule = protocol.responder
    written = ", ".join(f"{time:g} h" for time in protocol.hours)
    if rule is not None:
        if hours(rule.at.days) not in protocol.hours:
            message = (
                f"responders are judged at {rule.at}, when no well is read. Wells are read at {written}."
            )
            yield ("responder", "at"), message, None
        for place, name in enumerate(rule.read_outs):
            if name not in protocol.read_outs:
                message = f"'{name}' judges responders and is not read. Add it to 'read_outs'."
                yield ("responder", "read_outs", place), message, None
    names = {well.name for well in protocol.wells}
    for place, entry in enumerate(protocol.published):
        path = ("published", place)
        if entry.well not in names:
            yield (*path, "well"), f"no well is named '{entry.well}'. {choice_hint(entry.well, names)}", None
        if hours(entry.at.days) not in protocol.hours:
            yield (*path, "at"), f"no well is read at {entry.at}. Wells are read at {written}.", None
        if entry.group != "all" and entry.group not in protocol.donors.groups:
            message = f"no {entry.group} donors are in this assay. Add them to 'donors', or leave this out."
            yield (*path, "group"), message, None
        if entry.what == "responders" and rule is None:
            yield (*path, "what"), "no rule says who responds. Add 'responder: {at: 18 h}'.", None
        elif entry.what != "responders" and entry.what not in protocol.read_outs:
            yield (*path, "what"), f"'{entry.what}' is not read. Add it to 'read_outs'.", None
