"""What outcomes of a whole strategy mean where an arm has several lines of treatment."""

from __future__ import annotations

from trialkine.report.protocol_facts import ProtocolFacts
from trialkine.report.words import metric_label

LAST_LINE = "to progression on the last line"
PROGRESSION_NOTE = (
    "Progression of a strategy is progression on the last line that was started: progression that led to "
    "the next line does not count, so arms of more lines tend to longer progression-free survival."
)
RESPONSE_NOTE = "Response to a strategy is the best of its lines, each against its own baseline."
PLANNED_NOTE = (
    "The agents of an arm follow one another as planned, without waiting for progression, and are one "
    "treatment: its response is the best that was seen, and its progression that after its last agent "
    "started, each against the scan made when an agent started."
)


def strategy_label(name: str, facts: ProtocolFacts) -> str:
    """What a metric of a whole strategy is called; its progression is named as that on the last line."""
    label = metric_label(name)
    if not facts.has_lines_after_failure or not name.startswith(("pfs_", "ttp_")):
        return label
    stem, comma, unit = label.partition(", months")
    return f"{stem} ({LAST_LINE}){comma}{unit}"


def strategy_notes(facts: ProtocolFacts) -> tuple[str, ...]:
    """The footnotes of a table of strategies; none where tumours are measured against a single baseline."""
    if not facts.has_several_lines or facts.is_adjuvant:
        return ()
    return (PLANNED_NOTE,) if facts.is_planned_sequence else (PROGRESSION_NOTE, RESPONSE_NOTE)


def short_strategy_note(facts: ProtocolFacts) -> str:
    """One sentence on response to a strategy, for running text; empty where no word is needed."""
    return strategy_notes(facts)[-1] if strategy_notes(facts) else ""


def last_line_words(facts: ProtocolFacts) -> str:
    """What is put in brackets behind progression-free survival; empty where no line follows a failure."""
    return LAST_LINE if facts.has_lines_after_failure else ""


def progression_free_words(facts: ProtocolFacts) -> str:
    """The name of the endpoint in running text."""
    return f"progression-free survival{f' ({LAST_LINE})' if facts.has_lines_after_failure else ''}"
