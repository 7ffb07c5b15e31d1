# ruff: noqa: PT017  (either outcome is allowed: a refusal is checked where it is caught)
"""Whatever is in the file, reading gives a protocol or a list of faults, never another error."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from protocol_samples import EVERY_KEY, EXAMPLES, KNOWN, PROTOCOL
from trialkine.errors import ProblemsError
from trialkine.trial.checking import protocol_from_data, protocol_from_text, read_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.quantities import parse_dose, parse_route
from trialkine.trial.regimen import read_schedule
from trialkine.trial.start_words import parse_start, parse_window
from trialkine.trial.words import WordError, parse_duration

FILES = ("il2-then-temozolomide-melanoma.yaml", "im862-renal.yaml")
TEXTS = [PROTOCOL, EVERY_KEY, *((EXAMPLES / name).read_text("utf-8") for name in FILES)]
QUIET = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.sampled_from(
    [
        "every",
        "8",
        "h",
        ",",
        ";",
        "up",
        "to",
        "14",
        "doses",
        "on",
        "day",
        "days",
        "1",
        "and",
        "15",
        "repeat",
        "weeks",
        "at",
        "most",
        "3",
        "courses",
        "while",
        "not",
        "progressing",
        "daily",
        "21",
        "of",
        "28",
        "until",
        "progression",
        "three",
        "times",
        "a",
        "week",
        "once",
        "continuous",
        "for",
        "6",
        "months",
        "cycles",
        "-",
        "0",
        "1e9",
        ".5",
        "/",
        "kg",
        "mg",
        "m2",
        "IU",
        "over",
        "bolus",
        "intravenous",
        "after",
        "fails",
        "ends",
        "within",
        "aldesleukin",
        "when",
        "is",
        "ready",
        "cells",
        "999999",
        "nan",
        "inf",
        "²",
        "é",
    ]
)


def outcome(text: str) -> None:
    try:
        protocol = protocol_from_text(text, KNOWN, "trial.yaml")
    except ProblemsError as error:
        assert error.problems
        assert all(problem.message.strip() and "\n" not in problem.message for problem in error.problems)
    else:
        assert isinstance(protocol, Protocol)
        assert protocol_from_text(protocol.to_yaml(), KNOWN) == protocol


@QUIET
@given(st.binary(max_size=400))
def test_any_bytes(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "trial.yaml"
    path.write_bytes(content)
    with pytest.raises(ProblemsError):  # no such bytes are a protocol
        read_protocol(path, KNOWN)


@QUIET
@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=200)
    | st.text("[]{}:-,'\"&*!|>%@`# \n\tab1?", max_size=200)
)
@example("? ? ? :")
@example('"\\U0010ffff\\ud800"')
@example("\u2028: \x85")
def test_any_text(text):
    outcome(text)


@QUIET
@given(st.data())
def test_examples_with_pieces_cut_doubled_or_replaced(data):
    text = data.draw(st.sampled_from(TEXTS))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 40)))
        piece = data.draw(
            st.sampled_from(
                ["", text[start:end] * 2, "\n", ": ", "- ", "null", ".nan", "-1", "[]", "{}", "1e999"]
            )
        )
        text = text[:start] + piece + text[end:]
    outcome(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(data, path=()):
    """The path of every value in nested data."""
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def replaced(data, path, value):
    """A copy of nested data with the value at one path replaced."""
    if not path:
        return value
    copy = data.copy()
    copy[path[0]] = replaced(data[path[0]], path[1:], value)
    return copy


@QUIET
@given(st.data())
def test_plain_data_with_any_value_anywhere(data):
    whole = protocol_from_text(data.draw(st.sampled_from(TEXTS)), KNOWN).to_dict()
    path = data.draw(st.sampled_from([path for path in places(whole) if path]))
    try:
        protocol = protocol_from_data(replaced(whole, path, data.draw(JSON)), KNOWN)
    except ProblemsError as error:
        assert error.problems
    else:
        assert isinstance(protocol, Protocol)


@settings(QUIET, max_examples=300)
@given(st.lists(WORDS, max_size=14).map(" ".join))
@pytest.mark.parametrize(
    "parse", [read_schedule, parse_dose, parse_route, parse_start, parse_window, parse_duration]
)
def test_any_phrase_parses_or_is_refused_with_a_place(parse, text):
    try:
        parsed = parse(text)
    except WordError as error:
        assert 0 <= error.start <= max(error.end, error.start) <= len(text)
    else:
        assert parse(str(parsed)) == parsed
