"""The report's tables of adverse events, and the words for what is not driven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trialkine.report.adverse_events import ArmToxicity, ToxicityOutcome
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, listed, percent_cell, whole
from trialkine.toxicity.terms import FATAL, SEVERE

ANY = "Any"


def toxicity_table(found: Sequence[ArmToxicity]) -> Table | None:
    """Every toxicity that any arm drives, one column per arm; absent where no arm drives any."""
    titles = _titles(found)
    if not titles:
        return None
    rows = tuple(
        Row(title, tuple(_cell(_outcome(arm, title)) for arm in found if arm.outcomes)) for title in titles
    )
    left_out = list(dict.fromkeys(title for arm in found for title in arm.left_out))
    notes = [f"“{ANY}” leaves out: {_in_words(left_out)}."] if left_out else []
    if any(cell.value == "–" for row in rows for cell in row.cells):
        notes.append(
            "A dash: this treatment drives no such toxicity in the model, which is not a rate of 0 %."
        )
    undriven = [term for term in found[0].not_driven if all(term in arm.not_driven for arm in found)]
    if undriven:
        notes.append(f"Driven by no arm in the model: {_in_words(undriven)}.")
    return Table(
        f"Patients whose worst grade was 3 or more{_intervals(found)}; below them those with any grade",
        ("Toxicity", *(arm.arm for arm in found if arm.outcomes)),
        rows,
        tuple(notes),
    )


def _intervals(found: Sequence[ArmToxicity]) -> str:
    """Which intervals stand in the table, where any stand in it."""
    kinds = {
        f", with {100 * one.severe.level:.0f} % {one.severe.interval} intervals"
        for arm in found
        for one in arm.outcomes
        if one.severe.low is not None
    }
    return min(kinds, default="")


def _titles(found: Sequence[ArmToxicity]) -> list[str]:
    """The toxicities of all arms: the worst of any first, then by their highest severe rate."""
    worst: dict[str, float] = {}
    for arm in found:
        for outcome in arm.outcomes:
            rate = 2.0 if outcome.title == ANY else outcome.share(SEVERE)
            worst[outcome.title] = max(worst.get(outcome.title, 0.0), rate)
    return sorted(worst, key=lambda title: worst[title], reverse=True)


def _outcome(arm: ArmToxicity, title: str) -> ToxicityOutcome | None:
    return next((outcome for outcome in arm.outcomes if outcome.title == title), None)


def _cell(outcome: ToxicityOutcome | None) -> Cell:
    if outcome is None:
        return Cell("–")
    fatal = outcome.counts[FATAL]
    deaths = f"; {whole(fatal)} died" if fatal else ""
    return replace(percent_cell(outcome.severe), remark=f"any grade {_percent(outcome.share(1))}{deaths}")


def undriven_arms(found: Sequence[ArmToxicity]) -> str:
    """A sentence about the arms in which nothing drives a toxicity; empty when there is none."""
    names = [arm.arm for arm in found if not arm.outcomes]
    if not names:
        return ""
    return (
        f"{listed(names)}: nothing given drives any of the toxicities that the model follows, which is not a "
        "rate of 0 %."
    )


def severe_in_words(found: Sequence[ArmToxicity]) -> str:
    """Each arm's rates of grade 3 or worse, for those who cannot see the figure."""
    parts = []
    for arm in found:
        rates = [f"{one.title} {_percent(one.share(SEVERE))}" for one in arm.outcomes]
        parts.append(f"{arm.arm}, grade 3 or worse: {', '.join(rates) or 'nothing is driven'}")
    return "; ".join(parts) + "."


def _in_words(titles: Sequence[str]) -> str:
    return listed([title[:1].lower() + title[1:] for title in titles])


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
