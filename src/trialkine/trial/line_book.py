"""One line of treatment for many patients: when it starts, its cycles, its doses, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.records import DAYS_PER_WEEK
from trialkine.solver.status import DoseFate
from trialkine.trial.observation import ObservationLine
from trialkine.trial.protocol_parts import BackgroundTreatment, TreatmentLine
from trialkine.trial.regimen import Regimen
from trialkine.trial.toxicity_rules import AbstractToxicityRules, NoRules

Array = np.ndarray[Any, np.dtype[Any]]

END_REASONS = (
    "",
    "progression",
    "toxicity",
    "completed",
    "death",
    "lost to follow-up",
    "data cut-off",
    "failed",
    "product failed",
)
SAME_TIME = 1e-9
A_MOMENT = 1e-6  # days; a line is over this long after its last planned dose, which is given before
BLOCKS_PER_CYCLE = 1000
CYCLES_PER_LINE = 100_000
NO_RULES = NoRules()


@dataclass(frozen=True)
class CycleRow:
    """Doses of one cycle of some patients, counted when the cycle is over; `factor` of the full dose each."""

    patients: Array
    cycle: Array
    start: Array
    planned: Array
    given: Array
    held: Array
    factor: Array


class LineBook:
    """The state of one line; every array is per patient, and days count from the patient's first day.

    `amount` is each patient's full dose in the agent's unit, `factor` what part of it is given now. `wait` is
    for how long the coming cycle has been put off, `waited` the sum over all cycles; of a wait that ends with
    the line it counts what had passed of it.
    """

    def __init__(
        self,
        number: int,
        line: TreatmentLine | BackgroundTreatment | ObservationLine,
        regimen: Regimen,
        amount: Array,
    ) -> None:
        n = len(amount)
        self.number = number
        self.line = line
        self.regimen = regimen
        self.amount = amount
        self.offsets = np.array(regimen.dose_days)
        self.blocks = np.array(regimen.block, dtype=np.int64)
        self.planned_start = np.full(n, np.nan)
        self.start = np.full(n, np.nan)
        self.end = np.full(n, np.nan)
        self.end_reason = np.zeros(n, dtype=np.int64)
        self.fail_day = np.full(n, np.nan)
        self.progression_day = np.full(n, np.nan)
        self.baseline_visit = np.full(n, -1, dtype=np.int64)
        self.is_running = np.zeros(n, dtype=bool)
        self.cycle = np.full(n, -1, dtype=np.int64)
        self.cycle_start = np.full(n, np.nan)
        self.cursor = np.zeros(n, dtype=np.int64)
        self.tally = np.zeros((n, 3), dtype=np.int64)  # planned, given, held in this cycle
        self.last_dose = np.full(n, np.nan)
        self.factor = np.ones(n)
        self.wait = np.zeros(n)
        self.waited = np.zeros(n)
        self.rows: list[CycleRow] = []

    @property
    def next_decision(self) -> Array:
        """When the next cycle would begin, or the last one has had its doses. Units: returns [day]."""
        who = np.flatnonzero(self.is_running)
        result = np.full(len(self.start), np.inf)
        if not self.has_doses:
            return result
        result[who] = np.where(
            self._is_last_cycle(who),
            self._last_planned_dose(who) + A_MOMENT,
            self._next_start(who),
        )
        return result

    @property
    def has_doses(self) -> bool:
        """Whether anything is given."""
        return len(self.offsets) > 0

    @property
    def dose_now(self) -> Array:
        """Each patient's dose as it is given now, in the agent's unit."""
        return np.asarray(self.amount * self.factor)

    @property
    def planned_end(self) -> Array:
        """The day on which the running cycle is over, before any wait for the next one."""
        return np.asarray(self.cycle_start + self.regimen.cycle_days)

    @property
    def planned_days(self) -> Array:
        """How long the cycles begun were to take, one after the other. Units: returns [day]."""
        return np.asarray((self.cycle + 1) * self.regimen.cycle_days)

    def _next_start(self, patients: Array) -> Array:
        """The day on which the next cycle would begin."""
        return np.asarray(self.cycle_start[patients] + self.regimen.cycle_days + self.wait[patients])

    def _is_last_cycle(self, patients: Array) -> Array:
        """Whether no dose is planned after the running cycle."""
        next_dose = self._next_start(patients) + self.offsets[0]
        is_last = next_dose >= self._limit(patients) - SAME_TIME
        if self.regimen.max_cycles is not None:
            is_last |= self.cycle[patients] + 1 >= self.regimen.max_cycles
        return np.asarray(is_last)

    def _last_planned_dose(self, patients: Array) -> Array:
        """The day of the last dose planned in the running cycle."""
        begin = self.cycle_start[patients]
        allowed = np.searchsorted(self.offsets, self._limit(patients) - begin - SAME_TIME, side="left")
        return np.asarray(begin + self.offsets[np.maximum(allowed - 1, 0)])

    def _limit(self, patients: Array) -> Array:
        """From when on nothing is given; infinite without a limit."""
        days = np.inf if self.regimen.limit_days is None else self.regimen.limit_days
        return np.asarray(self.start[patients] + days)

    def begin(self, patients: Array, day: Array, baseline_visit: Array) -> None:
        """Give the first cycle to some patients."""
        self.start[patients] = day
        self.baseline_visit[patients] = baseline_visit
        self.is_running[patients] = True
        self._next_cycle(patients, day)

    def _next_cycle(self, patients: Array, day: Array) -> None:
        self.cycle[patients] += 1
        self.cycle_start[patients] = day
        self.wait[patients] = 0.0
        self.cursor[patients] = 0
        self.tally[patients] = 0

    def due(self, until: Array) -> tuple[Array, Array, Array]:
        """Doses due before `until`: patient, day and hold block of each, in order."""
        who = np.flatnonzero(self.is_running & (self.cursor < len(self.offsets)))
        limit = np.minimum(until[who], self._limit(who))
        last = np.searchsorted(self.offsets, limit - self.cycle_start[who] - SAME_TIME, side="left")
        counts = np.maximum(0, last - self.cursor[who])
        patients = np.repeat(who, counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        dose = np.repeat(self.cursor[who], counts) + within
        day = self.cycle_start[patients] + self.offsets[dose]
        cycle = self.number * CYCLES_PER_LINE + self.cycle[patients]
        return patients, day, cycle * BLOCKS_PER_CYCLE + self.blocks[dose]

    def book(self, patients: Array, day: Array, fate: Array) -> None:
        """Note what became of doses that were due, as given back by the solver."""
        was_due = fate != DoseFate.NOT_DUE
        np.add.at(self.cursor, patients[was_due], 1)
        np.add.at(self.tally[:, 0], patients[was_due], 1)
        given = fate == DoseFate.GIVEN
        np.add.at(self.tally[:, 1], patients[given], 1)
        np.add.at(self.tally[:, 2], patients[was_due & ~given], 1)
        np.fmax.at(self.last_dose, patients[given], day[given])

    def has_next_cycle(self, patients: Array) -> Array:
        """Whether doses are planned after the running cycle."""
        return np.asarray(~self._is_last_cycle(patients))

    def renew(
        self,
        patients: Array,
        toxicity_share: float,
        rules: AbstractToxicityRules = NO_RULES,
        waits_for_partner: Array | None = None,
    ) -> None:
        """Decide at the end of a cycle: another one, now or later, or the end of the line and why.

        Fewer than `toxicity_share` of a cycle's doses given end the line for toxicity. Those who wait for a
        partner of a combination wait too, where the line is held for toxicity at all.
        """
        if not len(patients):
            return
        done = self._is_last_cycle(patients)
        day = np.where(done, self._last_planned_dose(patients), self._next_start(patients))
        rule = self.regimen.continue_while
        stops = rule.stops_at_progression or rule.renews_only_without_progression
        progressed = ~np.isnan(self.progression_day[patients]) & stops
        planned, given = self.tally[patients, 0], self.tally[patients, 1]
        toxic = self.line.is_held_for_toxicity & (given < toxicity_share * planned)
        toxic |= ~done & rules.must_stop(patients, self.cycle_start[patients])
        late = ~done & rules.is_postponed(patients)
        toxic |= late & (self.wait[patients] + DAYS_PER_WEEK > rules.longest_wait(patients) + SAME_TIME)
        if waits_for_partner is not None:
            late |= ~done & waits_for_partner & self.line.is_held_for_toxicity
        reason = np.select([progressed, toxic, done], [1, 2, 3], 0)
        over = reason > 0
        self.stop(patients[over], day[over], reason[over])
        toxic_now = over & (reason == 2)
        self.fail_day[patients[toxic_now]] = day[toxic_now]
        self.wait[patients[~over & late]] += DAYS_PER_WEEK
        self.waited[patients[~over & late]] += DAYS_PER_WEEK
        begins = ~over & ~late
        self._go_on(patients[begins], day[begins], rules)

    def _go_on(self, patients: Array, day: Array, rules: AbstractToxicityRules) -> None:
        """Begin the next cycle, with less where the last one was too toxic."""
        factor = rules.later_dose(patients, self.cycle_start[patients])
        self._close_cycle(patients)
        self.factor[patients] *= factor
        self._next_cycle(patients, day)

    def progress(self, patients: Array, day: Array) -> None:
        """Note progression; doses stop now where the schedule says so."""
        self.progression_day[patients] = day
        self.fail_day[patients] = day
        if self.regimen.continue_while.stops_at_progression:
            running = self.is_running[patients]
            self.stop(patients[running], day[running], np.full(int(running.sum()), 1))

    def stop(self, patients: Array, day: Array, reason: Array) -> None:
        """End the line for some patients."""
        self._close_cycle(patients)
        lasted = np.clip(day - self.planned_end[patients], 0.0, self.wait[patients])
        self.waited[patients] += lasted - self.wait[patients]
        self.wait[patients] = lasted
        self.is_running[patients] = False
        self.end[patients] = day
        self.end_reason[patients] = reason

    def _close_cycle(self, patients: Array) -> None:
        if len(patients):
            tally = self.tally[patients]
            self.rows.append(
                CycleRow(
                    patients,
                    self.cycle[patients] + 1,
                    self.cycle_start[patients],
                    tally[:, 0],
                    tally[:, 1],
                    tally[:, 2],
                    self.factor[patients],
                )
            )
