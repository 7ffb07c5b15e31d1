"""The documented grammar is the one that is read: every phrase and file in the page is tried."""

import re
from pathlib import Path

import pytest

from protocol_samples import KNOWN, TRIAL_FILES
from trialkine.trial.checking import protocol_from_text
from trialkine.trial.protocol import Protocol, protocol_schema
from trialkine.trial.quantities import parse_dose, parse_route
from trialkine.trial.regimen import read_schedule
from trialkine.trial.start_words import parse_start
from trialkine.trial.words import parse_duration

PAGE = (Path(__file__).parents[2] / "docs" / "protocol-file.md").read_text("utf-8")
PUBLISHED = (Path(__file__).parents[2] / "docs" / "published-trials.md").read_text("utf-8")
PARSERS = {
    "dose": parse_dose,
    "duration": parse_duration,
    "route": parse_route,
    "schedule": read_schedule,
    "start": parse_start,
}


def phrases():
    """The phrases of the tables whose first column is headed by the kind of phrase."""
    kind = None
    for line in PAGE.splitlines():
        heading = re.match(r"\| *([a-z]+) *\|", line)
        if heading and heading[1] in PARSERS:
            kind = heading[1]
        elif not line.startswith("|"):
            kind = None
        elif kind is not None and (phrase := re.match(r"\| *`([^`]+)` *\|", line)):
            yield kind, phrase[1]


def test_the_page_documents_every_kind_of_phrase():
    found = list(phrases())
    assert {kind for kind, _ in found} == set(PARSERS)
    assert len(found) > 40


@pytest.mark.parametrize(("kind", "phrase"), list(phrases()))
def test_every_documented_phrase_is_read(kind, phrase):
    assert str(PARSERS[kind](phrase))


def test_the_protocol_in_the_page_is_read():
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert protocol_from_text(text, KNOWN).arms[0].treatment[1].agent == "temozolomide"


def test_every_key_is_in_the_page_or_in_that_of_published_trials():
    schema = protocol_schema()
    keys = {key for group in (schema, *schema["$defs"].values()) for key in group.get("properties", {})}
    pages = PAGE + PUBLISHED
    assert sorted(key for key in keys if f"`{key}`" not in pages) == []


@pytest.mark.parametrize("path", TRIAL_FILES, ids=lambda path: path.stem)
def test_every_example_is_read_with_the_installed_agents(path):
    assert Protocol.read(path).arms
