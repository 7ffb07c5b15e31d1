"""The loop of a trial for one arm: treat, observe, decide, from visit to visit, all patients at once.

Every patient has its own clock. A round advances each to its next appointment (scan, blood sample, next
cycle, start of a line, end of follow-up) or to the milestone that interrupts it, then does what is due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialkine.endpoints.criteria import AbstractCriteria
from trialkine.endpoints.progression import progressed
from trialkine.endpoints.registry import find_criteria
from trialkine.solver.doses import DoseTable
from trialkine.solver.ensemble import Ensemble
from trialkine.solver.status import Status
from trialkine.trial.arm_books import open_books
from trialkine.trial.enrolled import Enrolled
from trialkine.trial.history import VisitHistory
from trialkine.trial.line_book import END_REASONS, SAME_TIME, LineBook
from trialkine.trial.line_starts import LineStarts
from trialkine.trial.luck import Luck
from trialkine.trial.measurement import Radiology, numbers_with, read_biomarker
from trialkine.trial.product_orders import ProductOrder, order_products
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import Arm
from trialkine.trial.shared_waits import waits_for_partners
from trialkine.trial.toxicity_record import ToxicityRecord
from trialkine.trial.toxicity_rules import rules_of

Array = np.ndarray[Any, np.dtype[Any]]
Progress = Callable[[float], None]

DISEASE, TREATMENT = 1, 2
MILESTONES_OF_DEATH = {"death": DISEASE, "treatment_death": TREATMENT}
NEW_LESION, SYMPTOMS = "new_lesion", "symptomatic_progression"
NEW_LESION_THRESHOLD = "new_lesion_threshold"
MOST_NEW_LESIONS = 1000


@dataclass(frozen=True)
class ArmRecord:
    """Everything that happened in one arm; background treatment is no line."""

    arm: Arm
    enrolled: Enrolled
    lines: tuple[LineBook, ...]
    history: VisitHistory
    death_day: Array
    death_cause: Array
    last_day: Array
    status: Array
    steps: Array
    background: tuple[LineBook, ...] = ()
    orders: tuple[ProductOrder, ...] = ()
    toxicity: ToxicityRecord | None = None


class Conduct:
    """One arm in progress."""

    def __init__(
        self, protocol: Protocol, arm: Arm, enrolled: Enrolled, ensemble: Ensemble, seed: int
    ) -> None:
        n = len(enrolled)
        self.protocol = protocol
        self.arm = arm
        self.enrolled = enrolled
        self.ensemble = ensemble
        self.criteria: AbstractCriteria = find_criteria(protocol.assessments.criteria)
        waits = protocol.assessments.scans_until != "progression"
        self.awaited = tuple(map(find_criteria, protocol.assessments.also_score)) if waits else ()
        self.luck = Luck(seed, enrolled.ids, enrolled.replicate)
        self.numbers = numbers_with({} if protocol.own is None else protocol.own.disease.records)
        self.radiology = Radiology(self.luck, self.numbers)
        self.names = tuple(protocol.assessments.biomarkers)
        self.samples = _sample_days(protocol)
        lesions = len(ensemble.model.indices["lesion"].members)
        self.history = VisitHistory(n, lesions, self.names)
        self.lines, self.background = open_books(protocol, arm, enrolled, ensemble)
        self.books = (*self.lines, *self.background)
        self.given = tuple(book for book in self.books if book.has_doses)
        self.toxicity = ToxicityRecord(ensemble, len(self.lines))
        self.rules = tuple(rules_of(book.line, ensemble, self.toxicity) for book in self.books)
        self.orders = order_products(arm.treatment, ensemble, self.luck)
        self.starts = LineStarts(self.lines, self.background, self.orders, self.luck)
        self.follow_up_end = np.maximum(np.minimum(enrolled.cut_off, enrolled.dropout), 0.0)
        self.active = np.ones(n, dtype=bool)
        self.current = np.zeros(n, dtype=np.int64)
        self.next_scan = np.full(n, np.inf)
        self.has_progressed = np.zeros(n, dtype=bool)
        self.sample_number = np.zeros(n, dtype=np.int64)
        self.new_lesion_day = np.full(n, -np.inf)
        self.new_lesion_count = np.zeros(n, dtype=np.int64)
        self.baseline_visit = np.zeros(n, dtype=np.int64)
        self.death_day = np.full(n, np.nan)
        self.death_cause = np.zeros(n, dtype=np.int64)
        self.last_day = np.zeros(n)

    # -- the loop -----------------------------------------------------------------------------------

    def run(self, jobs: int | None = None, progress: Progress = lambda done: None) -> ArmRecord:
        """Conduct the arm to the end of follow-up.

        `progress` hears the share of follow-up time that has passed.
        """
        everyone = np.arange(len(self.enrolled))
        self.starts.plan_first(everyone)
        self._begin_lines(everyone, np.zeros(len(everyone)))
        total = float(self.follow_up_end.sum()) or 1.0
        while self.active.any():
            targets = np.where(self.active, self._next_appointment(), np.nan)
            self._treat(targets, jobs)
            present = np.flatnonzero(self.active)
            self.toxicity.note(present, self.current[present])
            self._interrupt()
            arrived = np.flatnonzero(self.active & (self.ensemble.time >= targets - SAME_TIME))
            self._keep_appointments(arrived)
            passed = np.where(self.active, self.ensemble.time, self.follow_up_end)
            progress(float(passed.sum()) / total)
        self._close()
        return ArmRecord(
            self.arm, self.enrolled, self.lines, self.history, self.death_day, self.death_cause,
            self.last_day, self.ensemble.status.copy(), self.ensemble.steps.copy(),
            self.background, self.orders, self.toxicity,
        )  # fmt: skip

    def _next_appointment(self) -> Array:
        times = [self.follow_up_end, self.next_scan, self._next_sample()]
        times += [order.failure_day for order in self.orders]
        for book in self.books:
            times.append(book.next_decision)
            times.append(
                np.where(np.isnan(book.start), np.nan_to_num(book.planned_start, nan=np.inf), np.inf)
            )
        return np.asarray(np.minimum.reduce(times))

    # -- treat --------------------------------------------------------------------------------------

    def _treat(self, targets: Array, jobs: int | None) -> None:
        if not self.given:
            self.ensemble.advance(targets, None, jobs)
            return
        until = np.where(self.active, targets, -np.inf)
        parts = [book.due(until) for book in self.given]
        route = np.repeat(np.arange(len(parts)), [len(patients) for patients, _, _ in parts])
        patients, day, block = (np.concatenate(column) for column in zip(*parts, strict=True))
        amounts = np.concatenate(
            [book.dose_now[mine] for book, (mine, _, _) in zip(self.given, parts, strict=True)]
        )
        duration = np.array([book.line.route.infusion_days or 0.0 for book in self.given])[route]
        may_hold = np.array([book.line.is_held_for_toxicity for book in self.given])[route]
        order = np.lexsort((day, patients))
        table = DoseTable.of(
            patients[order], day[order], route[order], amounts[order], duration=duration[order],
            block=block[order], may_hold=may_hold[order],
            routes=tuple((book.line.agent, book.line.route.name) for book in self.given),
        )  # fmt: skip
        fate = self.ensemble.advance(targets, table, jobs)
        for number, book in enumerate(self.given):
            mine = table.route == number
            book.book(table.patient[mine], table.time[mine], fate[mine])

    # -- interruptions ------------------------------------------------------------------------------

    def _interrupt(self) -> None:
        """Handle what stopped patients before their appointment: death, failure, new lesions, symptoms."""
        ensemble = self.ensemble
        failed = np.flatnonzero(self.active & (ensemble.status != Status.OK))
        self._leave(failed, "failed")
        names = [milestone.name for milestone in ensemble.model.milestones]
        for name, cause in MILESTONES_OF_DEATH.items():
            if name in names:
                dead = np.flatnonzero(self.active & ensemble.paused_by(name))
                self.death_day[dead] = ensemble.time[dead]
                self.death_cause[dead] = cause
                self._leave(dead, "death")
        if NEW_LESION in names:
            self._note_new_lesions(np.flatnonzero(self.active & ensemble.paused_by(NEW_LESION)))
        if SYMPTOMS in names:
            ill = np.flatnonzero(self.active & ensemble.paused_by(SYMPTOMS) & np.isfinite(self.next_scan))
            self._scan(ill, "unscheduled", symptoms=True)
            self._decide(ill)

    def _note_new_lesions(self, patients: Array) -> None:
        """Remember when a new lesion became detectable, and draw how much hazard the next one takes."""
        self.new_lesion_day[patients] = self.ensemble.time[patients]
        for number in np.unique(self.new_lesion_count[patients]):
            who = patients[self.new_lesion_count[patients] == number]
            more = self.luck.exponentials(f"new lesion {number + 1}", who)[:, 0]
            if number >= MOST_NEW_LESIONS:
                more = np.full(len(who), np.inf)
            before = self.ensemble.parameter(NEW_LESION_THRESHOLD)[who]
            self.ensemble.change_parameter(NEW_LESION_THRESHOLD, who, before + more)
        self.new_lesion_count[patients] += 1

    def _leave(self, patients: Array, reason: str) -> None:
        """End a patient's part in the trial."""
        if not len(patients):
            return
        self.active[patients] = False
        self.next_scan[patients] = np.inf
        self.last_day[patients] = self.ensemble.time[patients]
        for book in self.books:
            running = patients[book.is_running[patients]]
            day = self.ensemble.time[running]
            book.stop(running, day, np.full(len(running), END_REASONS.index(reason)))

    # -- observe ------------------------------------------------------------------------------------

    def _keep_appointments(self, patients: Array) -> None:
        """Observe, decide and plan for everybody whose appointment has come."""
        now = self.ensemble.time
        sampled = patients[now[patients] >= self._next_sample()[patients] - SAME_TIME]
        bled = sampled[self._is_assessed(sampled)]
        scanned = patients[now[patients] >= self.next_scan[patients] - SAME_TIME]
        present = self._attending(scanned)
        self._sample(np.setdiff1d(bled, present))
        self._scan(present, "scheduled")
        missed = np.setdiff1d(scanned, present)
        self.history.add(missed, now[missed], self.current[missed], "missed")
        self.sample_number[sampled] += 1
        self.next_scan[scanned] += self.protocol.assessments.every.days
        self._decide(present)
        partners = [book for book in self.lines if book.has_doses]
        waits = waits_for_partners(partners, [self.rules[book.number] for book in partners], patients, now)
        for place, book in enumerate(self.given):
            due = patients[now[patients] >= book.next_decision[patients] - SAME_TIME]
            together = waits[place][due] if place < len(partners) else None
            book.renew(due, self.numbers["toxicity_stop_share"], self.rules[book.number], together)
        self.starts.tell_product_failures(patients, now)
        self.starts.plan_triggered(self.active, now)
        self._begin_lines(patients, now[patients])
        over = patients[now[patients] >= self.follow_up_end[patients] - SAME_TIME]
        lost = self.enrolled.dropout[over] < self.enrolled.cut_off[over]
        self._leave(over[lost], "lost to follow-up")
        self._leave(over[~lost], "data cut-off")

    def _is_assessed(self, patients: Array) -> Array:
        """Who still comes for scans, or waits for a line of treatment that is planned."""
        assessed = np.isfinite(self.next_scan[patients])
        for book in self.lines:
            assessed |= ~np.isnan(book.planned_start[patients]) & np.isnan(book.start[patients])
        return np.asarray(assessed)

    def _next_sample(self) -> Array:
        padded = np.append(self.samples, np.inf)
        return np.asarray(padded[np.minimum(self.sample_number, len(self.samples))])

    def _attending(self, patients: Array) -> Array:
        """Those who do not miss their scan."""
        share = self.protocol.assessments.missed_fraction
        if share <= 0.0 or not len(patients):
            return patients
        chance = np.empty(len(patients))
        for count in np.unique(self.history.count[patients]):
            rows = np.flatnonzero(self.history.count[patients] == count)
            chance[rows] = self.luck.uniforms(f"missed scan {count}", patients[rows])[:, 0]
        return patients[chance >= share]

    def _scan(self, patients: Array, kind: str, symptoms: bool = False) -> None:
        """Measure the lesions, and the blood where samples go with scans."""
        if not len(patients):
            return
        seen = self.ensemble.observe("lesion_volume", *self.names, patients=patients)
        now = self.ensemble.time[patients]
        self.history.add(
            patients, now, self.current[patients], kind,
            diameters=self.radiology.read(patients, seen["lesion_volume"]),
            new_lesion=self.new_lesion_day[patients] > self._baseline_day(patients),
            new_lesion_count=self.new_lesion_count[patients],
            symptoms=symptoms,
            values=self._assay(patients, seen, self._is_wanted_at_scan(patients)),
        )  # fmt: skip

    def _baseline_day(self, patients: Array) -> Array:
        """The day of each patient's baseline scan; infinite for those who are having it now."""
        place = self.baseline_visit[patients]
        before = place < self.history.count[patients]
        return np.where(before, self.history.day[patients, np.where(before, place, 0)], np.inf)

    def _sample(self, patients: Array) -> None:
        """Draw blood alone."""
        if not len(patients):
            return
        seen = self.ensemble.observe(*self.names, patients=patients)
        wanted = self._is_sample_day(patients)
        values = self._assay(patients, seen, wanted)
        now = self.ensemble.time[patients]
        self.history.add(patients, now, self.current[patients], "scheduled", values=values)

    def _assay(self, patients: Array, seen: Any, wanted: Array) -> Array:
        values = np.full((len(patients), len(self.names)), np.nan)
        for column, name in enumerate(self.names):
            for count in np.unique(self.history.count[patients]):
                rows = np.flatnonzero((self.history.count[patients] == count) & wanted[:, column])
                who = patients[rows]
                exact = seen[name][rows]
                values[rows, column] = read_biomarker(self.luck, name, int(count), who, exact, self.numbers)
        return values

    def _is_sample_day(self, patients: Array) -> Array:
        """Which biomarkers have this day among their own. Shape: (patient, biomarker)."""
        now = self.ensemble.time[patients]
        wanted = np.zeros((len(patients), len(self.names)), dtype=bool)
        for column, name in enumerate(self.names):
            at = self.protocol.assessments.biomarkers[name].at
            days = np.array([0.0, *(moment.days for moment in at or ())])
            wanted[:, column] = (np.abs(now[:, None] - days) < SAME_TIME).any(axis=1)
        return wanted

    def _is_wanted_at_scan(self, patients: Array) -> Array:
        """Which biomarkers are drawn at this scan: those without days of their own, and those due today."""
        always = [self.protocol.assessments.biomarkers[name].at is None for name in self.names]
        return np.asarray(self._is_sample_day(patients) | np.array(always, dtype=bool))

    # -- decide -------------------------------------------------------------------------------------

    def _decide(self, patients: Array) -> None:
        """Look for progression since the line's baseline and act on it."""
        if not len(patients):
            return
        scans = self.history.scans(patients, self.baseline_visit[patients])
        day = progressed(scans, self.criteria)
        rows = ~np.isnan(day)
        who, when = patients[rows], day[rows]
        self.has_progressed[who] = True
        is_seen_by_all = rows.copy()
        for criteria in self.awaited:
            is_seen_by_all &= ~np.isnan(progressed(scans, criteria))
        self.next_scan[patients[is_seen_by_all]] = np.inf
        for book in self.lines:
            mine = (book.baseline_visit[who] == self.baseline_visit[who]) | book.is_running[who]
            fresh = mine & np.isnan(book.progression_day[who])
            book.progress(who[fresh], when[fresh])
        for book in self.background:
            treated = book.is_running[who]
            book.progress(who[treated], when[treated])
        self.starts.plan_triggered(self.active, self.ensemble.time)

    def _begin_lines(self, patients: Array, now: Array) -> None:
        """Start the lines that are due; failed lines stop where a later one takes over."""
        here = patients[self.active[patients]]
        day = np.full(len(self.enrolled), np.nan)
        day[patients] = now
        starting = self.starts.due(self.lines, here, day)
        self._new_baseline(starting)
        for book, who in zip(self.background, self.starts.due(self.background, here, day), strict=True):
            book.begin(who, day[who], self.baseline_visit[who])
        for book, who in zip(self.lines, starting, strict=True):
            book.begin(who, day[who], self.baseline_visit[who])
            if book.line.start.trigger is None:
                continue
            for earlier in self.lines[: book.number]:
                if not earlier.has_doses:
                    over = who[earlier.is_running[who]]
                    earlier.stop(over, day[over], np.full(len(over), END_REASONS.index("completed")))
                failed = who[earlier.is_running[who] & ~np.isnan(earlier.fail_day[who])]
                reason = np.full(len(failed), END_REASONS.index("progression"))
                earlier.stop(failed, day[failed], reason)

    def _new_baseline(self, starting: list[Array]) -> None:
        """Scan those who start a line that needs its own baseline.

        A line added on a fixed day joins those that are running: it shares their baseline, unless the
        patient has progressed since.
        """
        for book, who in zip(self.lines, starting, strict=True):
            self.current[who] = book.number
        everyone = [
            who if book.line.start.trigger else who[self._needs_baseline(who)]
            for book, who in zip(self.lines, starting, strict=True)
        ]
        who = np.unique(np.concatenate(everyone))
        if not len(who):
            return
        day = self.ensemble.time[who]
        self.baseline_visit[who] = self.history.count[who]
        self._scan(who, "scheduled")
        first = self.protocol.assessments.first_at or self.protocol.assessments.every
        self.next_scan[who] = day + first.days
        self.has_progressed[who] = False
        self.sample_number[who[day <= SAME_TIME]] = int(np.sum(self.samples <= SAME_TIME))

    def _needs_baseline(self, patients: Array) -> Array:
        """Who is not scanned at present, or has progressed since the last baseline."""
        return np.asarray(np.isinf(self.next_scan[patients]) | self.has_progressed[patients])

    def _close(self) -> None:
        """Nothing is left running."""
        assert not any(book.is_running.any() for book in self.lines)


def _sample_days(protocol: Protocol) -> Array:
    """All days on which blood is drawn apart from scans. Units: [day]."""
    days = {moment.days for marker in protocol.assessments.biomarkers.values() for moment in marker.at or ()}
    return np.array(sorted(days))
