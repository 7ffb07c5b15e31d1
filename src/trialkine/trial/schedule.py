"""What a schedule says, as records: rhythm, days, cycle, limits and the condition to go on."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST_CYCLES = 1000
MOST_DOSES = 5000
"""More doses in one cycle are taken for a slip of the pen."""


@dataclass(frozen=True)
class ContinueRule:
    """What progression does to the doses that are still planned.

    `stops_at_progression`: none is given after progression was found (`until progression`).
    `renews_only_without_progression`: the running cycle is finished, the next one starts only if no
    progression was found before it (`while not progressing`). Neither: doses go on as planned.
    """

    stops_at_progression: bool = False
    renews_only_without_progression: bool = False


AS_PLANNED = ContinueRule()
UNTIL_PROGRESSION = ContinueRule(stops_at_progression=True)
WHILE_NOT_PROGRESSING = ContinueRule(renews_only_without_progression=True)


@dataclass(frozen=True)
class Rhythm:
    """Doses at `offsets` within a period that repeats; no period: as long as the infusion lasts.

    Units: period_days [day], offsets [day].
    """

    period_days: float | None
    offsets: tuple[float, ...] = (0.0,)


DAILY = Rhythm(1.0)


@dataclass(frozen=True)
class DaySpan:
    """A listed day (`last` is None) or range of days of the cycle, counted from 1, and its characters."""

    first: int
    last: int | None
    place: tuple[int, int] = field(default=(0, 0), compare=False, repr=False)


@dataclass(frozen=True)
class Schedule:
    """What a schedule says, clause by clause; `regimen.lay_out` turns it into dose days."""

    text: str
    rhythm: Rhythm
    doses_per_run: int | None
    days: tuple[DaySpan, ...]
    cycle_days: float | None
    max_cycles: int | None
    limit_days: float | None
    continue_while: ContinueRule

    def __str__(self) -> str:
        return self.text
