"""What an exported file says about itself, as XHTML: that it is simulated, and what it does not carry."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from trialkine.model.model import Model
from trialkine.records import ParameterRecord

WARNING = (
    "This is a model of simulated patients. It is meant for research and must not be used for treating "
    "patients."
)
XHTML = "http://www.w3.org/1999/xhtml"


def model_notes(about: str, model: Model, notes: Iterable[str]) -> str:
    """The notes of a whole model: the warning first."""
    said = [WARNING, *([about] if about else []), *notes, *not_carried(model)]
    lines = "".join(f"<p>{_legal(line)}</p>" for line in said)
    return f'<notes><body xmlns="{XHTML}">{lines}</body></notes>'


def element_notes(*sentences: str) -> str:
    """The notes of one element."""
    text = " ".join(f"{_legal(line)}." for line in sentences if line)
    return f'<notes><p xmlns="{XHTML}">{text}</p></notes>'


def witness(record: ParameterRecord | None) -> str:
    """Where a number comes from, in a few words."""
    if record is None:
        return ""
    place = f", {record.where.rstrip('.')}" if record.where else ""
    return f"{record.kind.replace('_', ' ')} ({record.source}{place})"


def not_carried(model: Model) -> list[str]:
    """What the trial decides and an exported model does not, each by name."""
    lines = []
    if model.milestones:
        named = "; ".join(f"{one.name}: {one.when.text}" for one in model.milestones)
        lines.append(f"Not carried over, because the trial acts on them: milestones ({named}).")
    if model.holds:
        named = "; ".join(f"{one.name}: {one.when.text}" for one in model.holds)
        lines.append(f"Not carried over: rules that hold doses ({named}). Every dose of the file is given.")
    if model.delays:
        named = "; ".join(f"{one.name}: {one.when.text}" for one in model.delays)
        lines.append(f"Not carried over: rules that postpone cycles ({named}).")
    rules = [agent.name for agent in model.agents.values() if agent.reductions or agent.stops]
    if rules:
        lines.append(f"Not carried over: rules that reduce or stop doses of {', '.join(rules)}.")
    return lines


def _legal(text: str) -> str:
    return escape(" ".join(text.split()))
