"""Tokens and a cursor for the short phrases a protocol file is written in.

Doses, durations, routes, start rules and schedules share one tokenizer. A fault is a `WordError`: a whole
sentence, with the characters it speaks of, so that the reader is shown the line of the offending word.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NoReturn

from trialkine.errors import InputError
from trialkine.records import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR

_PLAIN_NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_GROUPED_NUMBER = rf"[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9])(?:\.[0-9]+)?|{_PLAIN_NUMBER}"
_TOKEN = r"\s*(?:(?P<number>{number})|(?P<word>[^\W\d_][\w^]*)|(?P<mark>\S))"
PLAIN_TOKEN = re.compile(_TOKEN.format(number=_PLAIN_NUMBER))
GROUPED_TOKEN = re.compile(_TOKEN.format(number=_GROUPED_NUMBER))
"""Also reads `600,000` as one number; in schedules a comma separates."""

TokenKind = Literal["number", "word", "mark", "end"]
_KINDS: tuple[TokenKind, ...] = ("number", "word", "mark")

LONGEST_PHRASE = 300
_NUMBER_NAMES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
NUMBER_WORDS = {word: value for value, word in enumerate((*_NUMBER_NAMES, "twelve"), start=1)}
UNIT_DAYS = {
    "min": 1 / 1440,
    "h": 1 / 24,
    "day": 1.0,
    "week": DAYS_PER_WEEK,
    "month": DAYS_PER_MONTH,
    "year": DAYS_PER_YEAR,
}
_UNIT_NAMES = {
    **dict.fromkeys(("min", "minute", "minutes"), "min"),
    **dict.fromkeys(("h", "hour", "hours"), "h"),
    **{plural: plural.rstrip("s") for plural in ("days", "weeks", "months", "years")},
    **{name: name for name in ("day", "week", "month", "year")},
}
LONGEST_YEARS = 100.0


class WordError(ValueError, InputError):
    """A phrase of a protocol file cannot be read; `start` and `end` bound the offending characters."""

    def __init__(self, message: str, start: int = 0, end: int = 0) -> None:
        super().__init__(message)
        self.start, self.end = start, end


@dataclass(frozen=True)
class Token:
    """One word, number or mark of a phrase, and where it stands."""

    kind: TokenKind
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Duration:
    """A length of time as written, such as 8 weeks."""

    amount: float
    unit: str

    @property
    def days(self) -> float:
        """Units: [day]."""
        return self.amount * UNIT_DAYS[self.unit]

    def __str__(self) -> str:
        is_counted = self.unit not in ("min", "h") and self.amount != 1
        return f"{number_text(self.amount)} {self.unit}{'s' if is_counted else ''}"


def number_text(value: float) -> str:
    """The shortest usual text of a number: 600000, 0.5."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def suggestion(found: str, choices: Iterable[str]) -> str:
    """The nearest name as a question, or the choices when none is near."""
    names = sorted(set(choices))
    by_lower = {name.lower(): name for name in names}
    begun = [name for name in by_lower if len(found) > 1 and name.startswith(found.lower())]
    close = begun or difflib.get_close_matches(found[:60].lower(), by_lower, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{by_lower[close[0]]}'?"
    listed = ", ".join(f"'{name}'" for name in names)
    return f"Write one of {listed}." if names else ""


def shorten(text: str, longest: int = 70) -> str:
    """The text on one line, cut with an ellipsis when long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 3] + "..."


def tokenise(text: str, pattern: re.Pattern[str] = PLAIN_TOKEN) -> list[Token]:
    """The tokens of a phrase, closed by one of kind `end`."""
    tokens = []
    for match in pattern.finditer(text):
        for kind in _KINDS:
            if match[kind] is not None:
                tokens.append(Token(kind, match[kind], match.start(kind), match.end(kind)))
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


class Cursor:
    """Walks through the tokens of one phrase of the kind `noun` (a dose, a schedule, ...)."""

    def __init__(self, text: object, noun: str, example: str, pattern: re.Pattern[str] = PLAIN_TOKEN) -> None:
        if not isinstance(text, str) or not text.strip():
            raise WordError(f"{noun} {_shown(text)} should be text such as '{example}'.")
        if len(text) > LONGEST_PHRASE:
            raise WordError(f"{noun} is {len(text)} characters long, more than {LONGEST_PHRASE}: shorten it.")
        self.text, self.noun, self.example = text, noun, example
        self.tokens = tokenise(text, pattern)
        self.position = 0

    @property
    def here(self) -> Token:
        """The token not yet read."""
        return self.tokens[self.position]

    @property
    def is_done(self) -> bool:
        """Whether everything was read."""
        return self.here.kind == "end"

    def looks_at(self, *words: str) -> bool:
        """Whether these words come next."""
        ahead = self.tokens[self.position : self.position + len(words)]
        return [token.text.lower() for token in ahead] == list(words)

    def accept(self, *words: str) -> bool:
        """Read these words if they come next."""
        if not self.looks_at(*words):
            return False
        self.position += len(words)
        return True

    def take(self) -> Token:
        """Read one token."""
        token = self.here
        if token.kind != "end":
            self.position += 1
        return token

    def expect(self, *choices: str) -> str:
        """Read one of these words.

        Raises: WordError, when another comes.
        """
        token = self.here
        if token.text.lower() not in choices:
            wanted = " or ".join(f"'{choice}'" for choice in choices)
            self.fail(f"{self.said(token)} stands where {wanted} should", token)
        return self.take().text.lower()

    def number(self, what: str) -> float:
        """Read a number above zero.

        Raises: WordError, when it is something else.
        """
        token = self.here
        if token.text == "-" and self.tokens[self.position + 1].kind == "number":
            self.fail(f"{what} must be above zero", token)
        if token.kind != "number":
            if token.text.lower() in NUMBER_WORDS:
                return float(NUMBER_WORDS[self.take().text.lower()])
            self.fail(f"{self.said(token)} stands where {what} should be, as a number", token)
        value = float(token.text.replace(",", ""))
        if not math.isfinite(value):
            self.fail(f"{what} '{shorten(token.text, 20)}' is too large", token)
        if value <= 0:
            self.fail(f"{what} must be above zero", token)
        self.take()
        return value

    def whole(self, what: str, most: int) -> int:
        """Read a whole number from 1 to `most`.

        Raises: WordError, when it is something else.
        """
        token = self.here
        value = self.number(what)
        if not value.is_integer() or value > most:
            self.fail(f"{what} '{shorten(token.text, 20)}' must be a whole number up to {most}", token)
        return int(value)

    def duration(self, what: str) -> Duration:
        """Read a length of time.

        Raises: WordError, when the number or the unit cannot be read.
        """
        first = self.here
        amount = self.number(what)
        unit = self.here
        if unit.text.lower() not in _UNIT_NAMES:
            if unit.kind != "word":
                self.fail(f"{what} '{first.text}' has no unit of time", unit, "Write '15 min' or '8 weeks'.")
            hint = suggestion(unit.text, ("min", "h", "days", "weeks", "months", "years"))
            self.fail(f"'{shorten(unit.text, 30)}' is not a unit of time", unit, hint)
        self.take()
        duration = Duration(amount, _UNIT_NAMES[unit.text.lower()])
        if duration.days > LONGEST_YEARS * DAYS_PER_YEAR:
            self.fail(f"{what} of {duration} is longer than {LONGEST_YEARS:g} years", first)
        return duration

    def said(self, token: Token) -> str:
        """A token in quotes, or words for the end of the phrase."""
        return f"'{shorten(token.text, 30)}'" if token.kind != "end" else "the end"

    def finish(self) -> None:
        """Require that nothing is left.

        Raises: WordError, when something is.
        """
        if not self.is_done:
            self.fail(f"{self.said(self.here)} is one word too many", self.here)

    def fail(self, problem: str, token: Token | None = None, hint: str | None = None) -> NoReturn:
        """Stop with a sentence about `token`."""
        place = token or self.tokens[0]
        advice = hint if hint is not None else f"Write it as in '{self.example}'."
        message = f"{problem} in {self.noun} '{shorten(self.text)}'. {advice}".strip()
        raise WordError(message, place.start, place.end)


def parse_duration(text: object, noun: str = "duration") -> Duration:
    """Read a phrase that is a length of time: '8 weeks'.

    Raises: WordError, when it is not.
    """
    if isinstance(text, Duration):
        return text
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        raise WordError(f"{noun} {text} has no unit of time. Write it as in '8 weeks'.")
    cursor = Cursor(text, noun, "8 weeks")
    duration = cursor.duration("the length")
    cursor.finish()
    return duration


def _shown(value: object) -> str:
    if isinstance(value, (list, dict)):
        return "as a list" if isinstance(value, list) else "with keys of its own"
    return f"'{shorten(str(value), 40)}'"
