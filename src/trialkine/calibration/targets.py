"""What the calibration is held against: each reported number as some patients out of others.

Everything becomes a count of patients, so that one kind of likelihood serves all: responders of those
evaluated, complete among responders, progressed among the rest, alive or progression-free at a time. A
median is half of the patients at its time. Where progression is only seen at scans, the median says that
more than half were free of it half an interval before, and fewer than half as long after.

What is reported of the same patients at several times counts them once: those free of an event at a later
time are counted of those who were free of it at the time before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from trialkine.records import DAYS_PER_MONTH, DAYS_PER_WEEK
from trialkine.trial.protocol import Protocol
from trialkine.trial.reported import LANDMARK, ReportedArm, ReportedValue

Group = Literal["response", "completeness", "control", "progression", "survival"]
Sense = Literal["count", "at least", "more than half", "less than half"]
Event = Literal["responds", "complete", "progresses", "os", "pfs", "ttp", "rfs", "dor"]
TIMES_OF_MEDIANS: Mapping[str, Event] = {
    "pfs_median_months": "pfs", "ttp_median_months": "ttp", "rfs_median_months": "rfs",
    "os_median_months": "os", "dor_median_months": "dor",
}  # fmt: skip
SEEN_AT_SCANS = ("pfs", "ttp")
AT_ONCE = 7.0  # days


@dataclass(frozen=True)
class Target:
    """Some patients out of others, as reported of one arm or line.

    `event` and `day` say what is counted, `after` among whom: those free of the event on that day. `sense`
    says whether the count is known, or only that it is no smaller, or more or less than half of all patients.
    `count` need not be whole, since rates are printed rounded. Units: day, after [day].
    """

    trial: str
    family: str
    arm: str
    line: str | None
    metric: str
    group: Group
    event: Event
    day: float
    count: float
    of: int
    sense: Sense = "count"
    after: float = 0.0

    @property
    def key(self) -> str:
        """A name for what is simulated, unlike that of any other target."""
        since = f"{self.after:g}-" if self.after > 0.0 else ""
        return f"{self.trial}/{self.arm}/{self.line or ''}/{self.event}/{since}{self.day:g}"

    @property
    def curve(self) -> tuple[str, str, str | None, str, bool]:
        """What targets at several times of the same patients have in common; counts apart from halves."""
        return self.trial, self.arm, self.line, self.event, self.sense == "count"


def targets_of(trial: str, protocol: Protocol) -> tuple[Target, ...]:
    """The targets of a published trial; none where it may not be calibrated on, or counts elsewhere.

    Lower bounds of shares are left out: they say too little.
    """
    source = protocol.source
    if source is None or source.use != "calibration" or not source.counted:
        return ()
    family = source.family or trial
    found: list[Target] = []
    for entry in protocol.reported or ():
        if entry.selected is None:
            found.extend(_arm_targets(trial, family, protocol, entry))
    return _in_turn([target for target in found if target.sense != "at least"])


def targets_of_arm(trial: str, protocol: Protocol, arm: str) -> tuple[Target, ...]:
    """The targets of one arm, whatever its numbers may be used for; none of patients who were selected.

    Lower bounds of shares at a time are among them.
    """
    family = (protocol.source.family if protocol.source is not None else None) or trial
    entries = (entry for entry in protocol.reported or () if entry.arm == arm and entry.selected is None)
    return tuple(target for entry in entries for target in _arm_targets(trial, family, protocol, entry))


def _in_turn(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Targets at several times of the same patients, each among those who were left at the time before.

    Of two times within the precision of print, such as a median of 12.0 months and a rate at 12, one counts.
    """
    last: dict[object, Target] = {}
    found: list[Target] = []
    for target in sorted(targets, key=lambda one: one.day):
        own, before = target, last.get(target.curve)
        if before is not None and target.day > 0.0:
            if target.sense == "count":
                alive = before.count / before.of
                of = round(alive * target.of)
                if of == 0 or target.day < before.day + AT_ONCE:
                    continue
                own = replace(own, count=of * min(target.count / target.of / alive, 1.0), of=of)
            own = replace(own, after=before.day)
        last[target.curve] = target
        found.append(own)
    order = {target.curve: place for place, target in reversed(list(enumerate(targets)))}
    return tuple(sorted(found, key=lambda one: (order[one.curve], one.day)))


def _arm_targets(trial: str, family: str, protocol: Protocol, entry: ReportedArm) -> Iterator[Target]:
    fallback = next(arm.size(protocol.enrolment.patients) for arm in protocol.arms if arm.name == entry.arm)
    followed = entry.enrolled or entry.n or fallback
    metrics = entry.all_metrics()

    def target(
        metric: str, group: Group, event: Event, day: float, count: float, of: int, sense: Sense = "count"
    ) -> Target:
        return Target(trial, family, entry.arm, entry.line, metric, group, event, day, count, of, sense)

    evaluated = (metrics["orr"].n if "orr" in metrics else None) or entry.n or followed
    responses = float(entry.responses) if entry.responses is not None else _count(metrics, "orr", evaluated)
    if responses is not None:
        yield target("orr", "response", "responds", 0.0, responses, evaluated)
        complete = float(entry.cr) if entry.cr is not None else _count(metrics, "cr_rate", evaluated)
        if complete is not None and responses >= 1.0:
            yield target("cr_rate", "completeness", "complete", 0.0, complete, round(responses))
        progressed = _progressed(metrics, responses, evaluated)
        if progressed is not None and evaluated > responses:
            rest = evaluated - round(responses)
            yield target("pd_rate", "control", "progresses", 0.0, min(progressed, rest), rest)
    for metric, stated in metrics.items():
        of = stated.n or followed
        landmark = LANDMARK.fullmatch(metric)
        if landmark:
            event, day = _landmark(landmark.groups())
            group: Group = "survival" if event == "os" else "progression"
            sense: Sense = "at least" if stated.at_least else "count"
            yield target(metric, group, event, day, stated.value * of, of, sense)
        elif metric == "dor_median_months":
            if responses is not None and responses >= 2.0:
                yield from _median_targets(target, metric, stated, round(responses), 0.0)
        elif metric in TIMES_OF_MEDIANS:
            is_scanned = TIMES_OF_MEDIANS[metric] in SEEN_AT_SCANS
            yield from _median_targets(
                target, metric, stated, of, protocol.assessments.every.days if is_scanned else 0.0
            )


def _median_targets(
    target: object, metric: str, stated: ReportedValue, of: int, interval: float
) -> Iterator[Target]:
    """A median as half of the patients; of scanned progression as more and less than half around it."""
    assert callable(target)
    event, day = TIMES_OF_MEDIANS[metric], stated.value * DAYS_PER_MONTH
    group: Group = "survival" if event == "os" else "progression"
    if stated.at_least:
        yield target(metric, group, event, day, of / 2.0, of, "more than half")
    elif interval > 0.0:
        early, late = max(day - interval / 2.0, 1.0), day + interval / 2.0
        yield target(metric, group, event, early, of / 2.0, of, "more than half")
        yield target(metric, group, event, late, of / 2.0, of, "less than half")
    else:
        yield target(metric, group, event, day, of / 2.0, of)


def _count(metrics: Mapping[str, ReportedValue], metric: str, of: int) -> float | None:
    stated = metrics.get(metric)
    if stated is None or stated.at_least:
        return None
    return stated.value * (stated.n or of)


def _progressed(metrics: Mapping[str, ReportedValue], responses: float, of: int) -> float | None:
    """How many had no response and no stable disease, from either count."""
    progressed, stable = _count(metrics, "pd_rate", of), _count(metrics, "sd_rate", of)
    if progressed is not None:
        return progressed
    return None if stable is None else max(of - responses - stable, 0.0)


def _landmark(groups: tuple[str | None, ...]) -> tuple[Event, float]:
    """The event and day of a name such as `pfs_rate_8w` or `os_rate_12m`."""
    by_week, weeks, by_month, months = groups
    names: Mapping[str, Event] = {"pfs": "pfs", "ttp": "ttp", "rfs": "rfs", "os": "os"}
    if by_week:
        return names[by_week], int(weeks or 0) * DAYS_PER_WEEK
    return names[by_month or "os"], int(months or 0) * DAYS_PER_MONTH
