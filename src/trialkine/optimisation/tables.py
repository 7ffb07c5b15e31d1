"""The tables of a search's page: candidates, levels, and the open numbers that the choice turns on."""

from __future__ import annotations

from trialkine.optimisation.findings import CandidateFinding, Optimisation, Rate
from trialkine.optimisation.words import factor_words, fate_words, level_words, percent
from trialkine.report.tables import Row, Table
from trialkine.report.words import Cell, plain_name

MOST_OPEN_NUMBERS = 10


def in_order(found: Optimisation) -> list[CandidateFinding]:
    """The candidates by objective: those within the limits first, the choice at their head."""
    return sorted(
        found.candidates,
        key=lambda one: (one is not found.choice, not all(one.keeps), -one.objective.mean, one.name),
    )


def candidate_table(found: Optimisation) -> Table:
    """Every candidate, numbered as in the figure."""
    columns = (
        "Candidate",
        _capital(str(found.objective)),
        *(_capital(str(limit)) for limit in found.constraints),
        "Keeps all limits",
        "Best",
        "On the front",
        "Race",
    )
    rows = [Row(f"{number}. {one.name}", _cells(one)) for number, one in enumerate(in_order(found), start=1)]
    notes = (
        "Means over the members of the ensemble; in small type the middle 95 % of what the rate may be under "
        "them. Keeps all limits, best and on the front: in how much of what may be. The front are candidates "
        "that no other beats in the objective and every limited measure at once; a cross marks those on it "
        "by their means. Candidates with the same outcome in every simulated patient share how often they "
        "are the best.",
        "A candidate rests once it is clearly worse than the leader or clearly beyond a limit, by paired "
        "differences between members at a level of 5 % for the whole race; its rates under the other members "
        "follow from the members it was simulated with.",
    )
    return Table("All candidates", columns, tuple(rows), notes)


def _cells(one: CandidateFinding) -> tuple[Cell, ...]:
    limited = [
        _rate(rate, "" if kept else "beyond the limit")
        for rate, kept in zip(one.limited, one.keeps, strict=True)
    ]
    mark = "× " if one.is_on_front else ""
    shares = (percent(one.kept_share), percent(one.best_share), f"{mark}{percent(one.front_share)}")
    return (_rate(one.objective), *limited, *(Cell(text) for text in shares), Cell(fate_words(one)))


def _rate(rate: Rate, remark: str = "") -> Cell:
    return Cell(percent(rate.mean), f"{100 * rate.low:.0f} to {100 * rate.high:.0f}", remark)


def level_table(found: Optimisation) -> Table | None:
    """How often the best candidate has each level, of every factor that has a choice."""
    rows = [
        Row(f"{factor_words(factor)}: {level_words(level)}", (Cell(percent(share)),))
        for factor, shares in found.level_shares.items()
        if len(shares) > 1
        for level, share in shares.items()
    ]
    if not rows:
        return None
    note = (
        "In how much of what may be under the members. What is missing of 100 % are candidates that do not "
        "have the factor, and draws in which no candidate keeps the limits."
    )
    return Table("How often the best candidate has each level", ("Level", "Best"), tuple(rows), (note,))


def open_number_table(found: Optimisation) -> Table | None:
    """The open numbers that go most closely with the advantage of the choice over the next."""
    shown = found.influences[:MOST_OPEN_NUMBERS]
    if not shown:
        return None
    rows = [
        Row(
            plain_name(one.name) + (", spread between patients" if one.is_spread else ""),
            (
                Cell(f"{one.correlation:+.2f}".replace("-", "−")),
                Cell("yes" if one.stands_out else "no"),
                Cell("structure" if one.is_structure else one.kind.replace("_", " ")),
            ),
        )
        for one in shown
    ]
    columns = ("Open number", "Rank correlation with the advantage", "Stands out", "Without the calibration")
    note = (
        f"The strongest of {len(found.influences)} numbers in which the members differ. One stands out when "
        "luck alone would make the largest of so many correlations as large in fewer than 5 % of cases."
    )
    return Table("Numbers that the calibration left open", columns, tuple(rows), (note,))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
