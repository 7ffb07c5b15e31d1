"""The grammar of schedules: `daily, days 1 to 21 of 28, until progression`.

A schedule is a list of clauses in any order, separated by commas, semicolons or nothing:

    rhythm     every TIME | daily | weekly | once | N times daily | N times a week | continuous
    count      up to N doses | at most N doses             of each run of doses
    days       on days 1 and 15 | days 1 to 21 [of 28]     each listed day or range is a run
    cycle      repeat every TIME | every TIME (after the days) | cycles of TIME
    limit      at most N cycles [of TIME] | up to N courses | for TIME
    condition  until progression | while not progressing | regardless of progression
"""

from __future__ import annotations

from typing import TypeVar

from trialkine.trial.schedule import (
    AS_PLANNED,
    DAILY,
    MOST_CYCLES,
    MOST_DOSES,
    UNTIL_PROGRESSION,
    WHILE_NOT_PROGRESSING,
    ContinueRule,
    DaySpan,
    Rhythm,
    Schedule,
)
from trialkine.trial.words import NUMBER_WORDS, Cursor, Token, suggestion

Value = TypeVar("Value")

LAST_DAY = 3650
EXAMPLE = "daily, days 1 to 21 of 28, until progression"
_TIMES_A_WEEK = {1: (0,), 2: (0, 3), 3: (0, 2, 4), 4: (0, 1, 3, 5), 5: range(5), 6: range(6), 7: range(7)}
_FIRST_WORDS = ("every", "daily", "weekly", "once", "twice", "continuous", "up", "at", "on", "day", "days")
_CLAUSE_WORDS = (*_FIRST_WORDS, "repeat", "cycles", "courses", "for", "until", "while", "regardless")
_CYCLE_NOUNS = ("cycle", "cycles", "course", "courses")
_COUNTED = ("times", "dose", "doses", *_CYCLE_NOUNS)
_SHORTHAND = {
    "q": "every",
    "qd": "daily",
    "od": "daily",
    "bid": "twice daily",
    "tid": "three times daily",
    "qid": "four times daily",
    "qw": "weekly",
    "biw": "twice a week",
    "tiw": "three times a week",
    "qod": "every 2 days",
    "single": "once",
}


def parse_schedule(text: object) -> Schedule:
    """Read the clauses of a schedule.

    Raises: WordError, at the first word that cannot be read, is said twice or contradicts another.
    """
    return _Reader(Cursor(text, "schedule", EXAMPLE)).read()


class _Reader:
    """Collects clauses until the phrase ends."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.rhythm: Rhythm | None = None
        self.doses: int | None = None
        self.days: tuple[DaySpan, ...] = ()
        self.cycle: float | None = None
        self.cycles: int | None = None
        self.limit: float | None = None
        self.condition: ContinueRule | None = None

    def read(self) -> Schedule:
        cursor = self.cursor
        while not cursor.is_done:
            if not (cursor.accept(",") or cursor.accept(";")):
                self._clause()
        if self.rhythm is None and not self.days:
            cursor.fail("nothing says how often a dose is given", cursor.tokens[0])
        self._check_repeats()
        return Schedule(
            " ".join(cursor.text.lower().split()),
            self.rhythm or DAILY,
            self.doses,
            self.days,
            self.cycle,
            self.cycles,
            self.limit,
            self.condition or AS_PLANNED,
        )

    def _check_repeats(self) -> None:
        if self.cycle is not None:
            return
        if self.cycles is not None:
            self.cursor.fail(
                "a cycle has no length", self._find("cycle"), "Add it as in 'repeat every 4 weeks'."
            )
        is_repeated = self.condition is not None or self.limit is not None
        if self.days and self.doses is None and is_repeated:
            token = self._find("day")
            self.cursor.fail(
                "nothing says when the days come round again", token, "Write it as in 'days 1 to 21 of 28'."
            )

    def _find(self, stem: str) -> Token:
        """The first word that begins with `stem` (or `course` for a cycle), to point at."""
        stems = (stem, "course") if stem == "cycle" else (stem,)
        found = [token for token in self.cursor.tokens if token.text.lower().startswith(stems)]
        return found[0] if found else self.cursor.tokens[0]

    def _clause(self) -> None:
        cursor, token = self.cursor, self.cursor.here
        if cursor.accept("every"):
            self._every(token)
        elif cursor.accept("repeat") or cursor.accept("repeated"):
            cursor.expect("every")
            self._set_cycle(cursor.duration("the time between cycles").days, token)
        elif cursor.accept("cycles") or cursor.accept("courses"):
            cursor.expect("of")
            self._set_cycle(cursor.duration("the length of a cycle").days, token)
        elif cursor.looks_at("up", "to") or cursor.looks_at("at", "most"):
            cursor.position += 2
            self._limit(token)
        elif token.text.lower() in ("on", "day", "days"):
            cursor.accept("on")
            cursor.expect("day", "days")
            self._list_days(token)
        elif cursor.accept("for"):
            self.limit = self._once(self.limit, cursor.duration("the length of treatment").days, token)
        elif token.text.lower() in ("until", "while", "regardless"):
            self._condition(token)
        else:
            self._rhythm_words(token)

    def _every(self, token: Token) -> None:
        cursor = self.cursor
        if cursor.accept("other", "day"):
            days = 2.0
        elif cursor.accept("day"):
            days = 1.0
        elif cursor.accept("week"):
            days = 7.0
        else:
            days = cursor.duration("the time between doses").days
        is_within_cycle = not self.days or self.cycle is not None or days < 1
        if self.rhythm is None and is_within_cycle:
            self.rhythm = Rhythm(days)
        else:
            self._set_cycle(days, token)

    def _rhythm_words(self, token: Token) -> None:
        cursor = self.cursor
        if cursor.accept("daily"):
            rhythm = DAILY
        elif cursor.accept("weekly"):
            rhythm = Rhythm(7.0)
        elif cursor.accept("continuous") or cursor.accept("continuously"):
            rhythm = Rhythm(None)
        elif (times := self._times()) is not None:
            per_day = cursor.accept("daily") or cursor.accept("a", "day") or cursor.accept("per", "day")
            per_week = cursor.accept("weekly") or cursor.accept("a", "week") or cursor.accept("per", "week")
            if per_day:
                rhythm = Rhythm(1.0 / times)
            elif per_week and times in _TIMES_A_WEEK:
                rhythm = Rhythm(7.0, tuple(float(day) for day in _TIMES_A_WEEK[times]))
            elif per_week:
                cursor.fail(f"{times} times a week is more than once a day", token)
            elif token.text.lower() == "once":
                self.doses = self._once(self.doses, 1, token)
                rhythm = DAILY
            else:
                cursor.fail("nothing says in what time", cursor.here, "Write it as in 'three times daily'.")
        else:
            self._unknown(token)
        self.rhythm = self._once(self.rhythm, rhythm, token)

    def _times(self) -> int | None:
        cursor = self.cursor
        if cursor.accept("once"):
            return 1
        if cursor.accept("twice"):
            return 2
        if cursor.here.kind == "number" or cursor.here.text.lower() in NUMBER_WORDS:
            times = cursor.whole("the number of times", 24)
            word = cursor.here.text.lower()
            if word in _COUNTED[1:]:
                cursor.fail(f"'{word}' stands without a limit", cursor.here, f"Write 'up to {times} {word}'.")
            cursor.expect("times")
            return times
        return None

    def _unknown(self, token: Token) -> None:
        word = token.text.lower()
        if word in _SHORTHAND:
            hint = f"Write '{_SHORTHAND[word]}'."
        elif word.startswith("q") and word[1:2].isdigit():
            hint = "Write it out as in 'every 8 h'."
        else:
            hint = suggestion(word, _CLAUSE_WORDS)
        self.cursor.fail(f"{self.cursor.said(token)} is not a schedule word", token, hint)

    def _limit(self, token: Token) -> None:
        cursor = self.cursor
        number = cursor.whole("the number", MOST_DOSES)
        noun = cursor.here
        if cursor.accept("dose") or cursor.accept("doses"):
            self.doses = self._once(self.doses, number, token)
        elif noun.text.lower() in _CYCLE_NOUNS:
            cursor.take()
            if number > MOST_CYCLES:
                cursor.fail(f"{number} cycles are more than {MOST_CYCLES}", token, "Leave the limit out.")
            self.cycles = self._once(self.cycles, number, token)
            if cursor.accept("of"):
                self._set_cycle(cursor.duration("the length of a cycle").days, noun)
        else:
            hint = suggestion(noun.text, ("doses", "cycles", "courses"))
            cursor.fail(f"{cursor.said(noun)} is not something that is counted", noun, hint)

    def _condition(self, token: Token) -> None:
        cursor = self.cursor
        if cursor.accept("until"):
            cursor.expect("progression")
            rule = UNTIL_PROGRESSION
        elif cursor.accept("while"):
            cursor.expect("not")
            cursor.expect("progressing")
            rule = WHILE_NOT_PROGRESSING
        else:
            cursor.take()
            cursor.expect("of")
            cursor.expect("progression")
            rule = AS_PLANNED
        self.condition = self._once(self.condition, rule, token)

    def _list_days(self, token: Token) -> None:
        cursor = self.cursor
        spans = [self._span(None)]
        while self._another_day_follows():
            spans.append(self._span(spans[-1]))
        self.days = self._once(self.days or None, tuple(spans), token)
        if cursor.accept("of"):
            self._set_cycle(float(cursor.whole("the length of the cycle", LAST_DAY)), token)
            if not cursor.accept("days"):
                cursor.accept("day")

    def _another_day_follows(self) -> bool:
        """Whether `and 15` or `, 15` follows: a comma before `3 times` begins a new clause instead."""
        cursor = self.cursor
        if cursor.accept(",", "and") or cursor.accept("and"):
            return True
        ahead = cursor.tokens[cursor.position + 1 : cursor.position + 3]
        is_day = len(ahead) == 2 and ahead[0].kind == "number" and ahead[1].text.lower() not in _COUNTED
        return is_day and cursor.accept(",")

    def _span(self, before: DaySpan | None) -> DaySpan:
        cursor, token = self.cursor, self.cursor.here
        if token.text in ("0", "-"):
            cursor.fail("days are counted from 1", token)
        first = cursor.whole("the day", LAST_DAY)
        last = None
        if cursor.accept("to") or cursor.accept("-") or cursor.accept("–"):
            end = cursor.here
            last = cursor.whole("the last day", LAST_DAY)
            if last <= first:
                cursor.fail(f"day {last} does not come after day {first}", end)
        if before is not None and first <= (before.last or before.first):
            cursor.fail(f"day {first} does not come after day {before.last or before.first}", token)
        return DaySpan(first, last, (token.start, token.end))

    def _set_cycle(self, days: float, token: Token) -> None:
        if self.cycle is not None:
            self.cursor.fail("the length of the cycle is said twice", token, "Keep one of the two.")
        self.cycle = days

    def _once(self, before: Value | None, value: Value, token: Token) -> Value:
        if before is not None:
            self.cursor.fail(f"'{token.text}' says again what was said before", token, "Keep one of the two.")
        return value
