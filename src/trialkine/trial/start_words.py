"""When a line of treatment starts: `at once`, `within 6 weeks after aldesleukin fails`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trialkine.trial.words import Cursor, suggestion

StartEvent = Literal["start", "fails", "ends", "ready"]


@dataclass(frozen=True)
class StartRule:
    """When the first dose of a line is due.

    `trigger` is the agent of an earlier line and `on` what happens to it: `fails` (progression, or stopped
    for toxicity) or `ends` (its last planned dose was due); or it is a product, ordered on the patient's
    first day, that is `ready` to be given. Without a trigger, `on` is `start`: the
    patient's first day. The delay after that is uniform in (`earliest_days`, `within_days`], drawn
    once per patient, and fixed when the two are equal.

    Units: earliest_days [day], within_days [day].
    """

    trigger: str | None
    on: StartEvent
    earliest_days: float
    within_days: float
    text: str

    def __str__(self) -> str:
        return self.text


AT_ONCE = StartRule(None, "start", 0.0, 0.0, "at once")


def parse_start(text: object) -> StartRule:
    """Read a start rule.

    Raises: WordError, when it cannot be read.
    """
    if isinstance(text, StartRule):
        return text
    cursor = Cursor(text, "start rule", "within 6 weeks after aldesleukin fails")
    on: StartEvent = "start"
    if cursor.accept("when"):
        agent, on = _event(cursor)
        if on != "ready":
            cursor.fail(
                f"'when' goes with 'is ready', not with '{on}'", hint=f"Write 'at once after {agent} {on}'."
            )
        cursor.finish()
        return StartRule(agent, on, 0.0, 0.0, " ".join(cursor.text.lower().split()))
    earliest, within = _delay(cursor)
    trigger: str | None = None
    if not cursor.is_done:
        trigger, on = _event(cursor)
    cursor.finish()
    return StartRule(trigger, on, earliest, within, " ".join(cursor.text.lower().split()))


def parse_window(text: object) -> StartRule:
    """Read when background treatment starts: `at once`, `within 8 weeks`, `after 4 weeks`, `on day 15`.

    Raises: WordError, when it cannot be read.
    """
    if isinstance(text, StartRule):
        return text
    cursor = Cursor(text, "start of background treatment", "within 8 weeks")
    is_window = cursor.accept("within")
    if is_window:
        earliest, within = 0.0, cursor.duration("the window").days
    else:
        earliest, within = _delay(cursor)
    if not cursor.is_done:
        cursor.fail("background treatment waits for no agent", cursor.here)
    return StartRule(None, "start", earliest, within, " ".join(cursor.text.lower().split()))


def _delay(cursor: Cursor) -> tuple[float, float]:
    """The earliest and latest delay that the first words state."""
    if cursor.accept("at", "once"):
        if not cursor.is_done and not cursor.looks_at("after"):
            cursor.fail(f"{cursor.said(cursor.here)} is not a word of a start rule", cursor.here)
        cursor.accept("after")
        return 0.0, 0.0
    if cursor.accept("within"):
        days = cursor.duration("the delay").days
        cursor.expect("after")
        _require_event(cursor)
        return 0.0, days
    if cursor.accept("after"):
        days = cursor.duration("the delay").days
        return days, days
    if cursor.accept("on", "day"):
        days = cursor.whole("the day", 3650) - 1.0
        return days, days
    if cursor.here.kind == "number":
        days = cursor.duration("the delay").days
        cursor.expect("after")
        _require_event(cursor)
        return days, days
    cursor.fail(f"{cursor.said(cursor.here)} does not begin it", cursor.here)


def _require_event(cursor: Cursor) -> None:
    if cursor.is_done:
        cursor.fail("no agent is named after 'after'", cursor.here)


def _event(cursor: Cursor) -> tuple[str, StartEvent]:
    agent = cursor.take()
    if agent.kind != "word":
        cursor.fail(f"{cursor.said(agent)} stands where an agent should", agent)
    event = cursor.take()
    if event.text.lower() == "fails":
        return agent.text.lower(), "fails"
    if event.text.lower() == "ends":
        return agent.text.lower(), "ends"
    if event.text.lower() == "is" and cursor.accept("ready"):
        return agent.text.lower(), "ready"
    hint = suggestion(event.text, ("fails", "ends", "is ready"))
    cursor.fail(f"{cursor.said(event)} is not something that happens to '{agent.text}'", event, hint)
