"""What a search weighs: `response`, `survival at 12 months`, `grade 4 hypotension at most 40 %`.

benefit    response | complete response | SURVIVAL at TIME
SURVIVAL   survival | progression-free survival | relapse-free survival
toxicity   grade N TOXICITY | grade N toxicity (any severe one) | treatment death
limit      any of these, then `at most P %` or `at least P %`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from trialkine.toxicity.terms import terms
from trialkine.trial.words import Cursor, Duration, number_text, suggestion

Event = Literal["response", "complete response", "survival", "event-free survival", "toxicity", "death"]
ANY_TOXICITY = "toxicity"
WORST_GRADE = 4
_EXAMPLE, _LIMIT_EXAMPLE = "survival at 12 months", "grade 4 hypotension at most 40 %"
_TOXICITY_WORDS = 4


@dataclass(frozen=True)
class Measure:
    """A share of the patients of an arm: those in whom an event came to pass, or who were spared it so long.

    `toxicity` and `grade` say which toxicity, at that grade or worse; `at` until when patients are followed.
    """

    event: Event
    text: str
    toxicity: str = ""
    grade: int = 0
    at: Duration | None = None

    @property
    def is_benefit(self) -> bool:
        """Whether more of it is better."""
        return self.event not in ("toxicity", "death")

    @property
    def is_relapse_free(self) -> bool:
        """Whether it counts relapses, which only adjuvant trials know."""
        return self.text.startswith("relapse")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class RateLimit:
    """The most or the least that a measure may be. Units: share [fraction]."""

    measure: Measure
    is_most: bool
    share: float

    def __str__(self) -> str:
        return f"{self.measure} at {'most' if self.is_most else 'least'} {number_text(100 * self.share)} %"


def parse_measure(text: object) -> Measure:
    """Read what is to be raised as far as it goes.

    Raises: WordError, when it cannot be read or is a toxicity.
    """
    if isinstance(text, Measure):
        return text
    cursor = Cursor(text, "objective", _EXAMPLE)
    found = _measure(cursor)
    cursor.finish()
    if not found.is_benefit:
        cursor.fail(f"'{found}' is no benefit", hint=f"Write it as a constraint: '{found} at most 5 %'.")
    return found


def parse_rate_limit(text: object) -> RateLimit:
    """Read a limit of a measure.

    Raises: WordError, when it cannot be read.
    """
    if isinstance(text, RateLimit):
        return text
    cursor = Cursor(text, "constraint", _LIMIT_EXAMPLE)
    measure = _measure(cursor)
    cursor.expect("at")
    is_most = cursor.expect("most", "least") == "most"
    token = cursor.here
    percent = cursor.number("the limit")
    cursor.expect("%")
    cursor.finish()
    if percent > 100.0:
        cursor.fail(f"{number_text(percent)} % is more than all patients", token, "Write up to 100 %.")
    return RateLimit(measure, is_most, percent / 100.0)


def _measure(cursor: Cursor) -> Measure:
    first = cursor.here
    if cursor.accept("response"):
        return Measure("response", "response")
    if cursor.accept("complete", "response"):
        return Measure("complete response", "complete response")
    if cursor.accept("treatment", "death") or cursor.accept("treatment", "deaths"):
        return Measure("death", "treatment death")
    if cursor.accept("survival") or cursor.accept("overall", "survival"):
        return _survival(cursor, "survival", "survival")
    for before in ("progression", "relapse"):
        if cursor.accept(before, "-", "free", "survival"):
            return _survival(cursor, "event-free survival", f"{before}-free survival")
    if cursor.accept("grade"):
        return _toxicity(cursor)
    choices = (
        "response",
        "complete response",
        "survival",
        "progression-free survival",
        "treatment death",
        "grade",
    )
    cursor.fail(f"{cursor.said(first)} does not begin it", first, suggestion(first.text, choices))


def _survival(cursor: Cursor, event: Event, words: str) -> Measure:
    cursor.expect("at")
    at = cursor.duration("the time")
    return Measure(event, f"{words} at {at}", at=at)


def _toxicity(cursor: Cursor) -> Measure:
    token = cursor.here
    grade = cursor.whole("the grade", WORST_GRADE)
    cursor.accept("or", "worse")
    first, words = cursor.here, list[str]()
    while len(words) < _TOXICITY_WORDS and not cursor.is_done and not cursor.looks_at("at"):
        words.append(cursor.take().text.lower())
    name, known = " ".join(words), {term.replace("_", " "): term for term in terms()}
    if name == ANY_TOXICITY:
        return Measure("toxicity", f"grade {grade} toxicity", ANY_TOXICITY, grade)
    if name not in known:
        hint = suggestion(name, (*known, ANY_TOXICITY))
        cursor.fail(f"'{name or cursor.said(first)}' is no toxicity that is followed", first, hint)
    term = terms()[known[name]]
    if grade > len(term.limits):
        cursor.fail(f"{name} has no grade {grade}", token, f"Write a grade up to {len(term.limits)}.")
    return Measure("toxicity", f"grade {grade} {name}", term.name, grade)


_AS_TEXT = PlainSerializer(str, return_type=str)
MeasureText = Annotated[
    Measure,
    PlainValidator(parse_measure),
    _AS_TEXT,
    WithJsonSchema({"type": "string", "examples": ["response", _EXAMPLE]}),
]
RateLimitText = Annotated[
    RateLimit,
    PlainValidator(parse_rate_limit),
    _AS_TEXT,
    WithJsonSchema({"type": "string", "examples": [_LIMIT_EXAMPLE, "treatment death at most 2 %"]}),
]
