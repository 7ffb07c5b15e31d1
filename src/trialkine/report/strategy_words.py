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


def strategy_label(name: str, facts: ProtocolFacts) -> str:
    """What a metric of a whole strategy is called; its progression is named as that on the last line."""
    label = metric_label(name)
    if not facts.has_several_lines or not name.startswith(("pfs_", "ttp_")):
        return label
    stem, comma, unit = label.partition(", months")
    return f"{stem} ({LAST_LINE}){comma}{unit}"


def strategy_notes(facts: ProtocolFacts) -> tuple[str, ...]:
    """The footnotes of a table of strategies; none where every arm has a single line."""
    has_notes = facts.has_several_lines and not facts.is_adjuvant
    return (PROGRESSION_NOTE, RESPONSE_NOTE) if has_notes else ()


def progression_free_words(facts: ProtocolFacts) -> str:
    """The name of the endpoint in running text."""
    return f"progression-free survival{f' ({LAST_LINE})' if facts.has_several_lines else ''}"
