"""Faults between published trials and the table of evidence: what no single file can show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

from trialkine.published_trials.row_numbers import number_faults
from trialkine.trial.protocol import Protocol
from trialkine.trial.reported import PublishedSource

Rows = Mapping[str, Mapping[str, str]]


def faults_between(
    trials: Mapping[str, Protocol], rows: Rows, left_out: Mapping[str, str] | None = None
) -> list[str]:
    """What is wrong between trials, the rows of evidence and the rows left out, one sentence each.

    `rows` are the table's rows by id, `left_out` the reasons by id. Every row must be used by one arm or be
    left out; without `left_out` rows need not be used.
    """
    found: list[str] = []
    for name, trial in trials.items():
        found += _source_faults(name, trial, rows)
        found += _row_faults(name, trial, rows)
    found += _shared_patients(trials)
    found += _row_use(trials, rows, left_out)
    return found


def _source_faults(name: str, trial: Protocol, rows: Rows) -> Iterator[str]:
    source = trial.source
    if source is None or not source.citation.strip():
        yield f"{name}: it has no citation. Add 'source: {{citation: ...}}'."
    used = [row for arm in trial.reported or () for row in arm.rows]
    is_year_known = not used or any(rows[row]["year"].isdigit() for row in used if row in rows)
    if source is not None and source.year is None and is_year_known:
        yield f"{name}: it has no year of publication. Add 'year' to its source."


def _row_faults(name: str, trial: Protocol, rows: Rows) -> Iterator[str]:
    """Rows that are not there, calibration without rows, and numbers that are not those of the rows."""
    for arm in trial.reported or ():
        place = f"{name}, arm '{arm.arm}'"
        for row in arm.rows:
            if row not in rows:
                yield f"{place}: the table of evidence has no row '{row}'. Correct it, or leave it out."
        if not arm.rows and trial.source is not None and trial.source.use == "calibration":
            yield f"{place}: calibration needs rows of evidence. Add 'rows', or write 'use: prediction'."
        known = [rows[row] for row in arm.rows if row in rows]
        if known:
            yield from (f"{place}: {fault}" for fault in number_faults(arm, known))


def _shared_patients(trials: Mapping[str, Protocol]) -> Iterator[str]:
    """Patients who would count twice; two diseases of one trial have different patients."""
    counted = {
        name: (trial, trial.source)
        for name, trial in trials.items()
        if trial.source is not None and trial.source.counted
    }
    for (first, (one, source)), (second, (other, other_source)) in combinations(counted.items(), 2):
        if one.population != other.population:
            continue
        if _family(first, source) == _family(second, other_source):
            yield (
                f"{first} and {second}: both count for the family '{_family(first, source)}'. "
                "Join the files, or write 'counted: false' in one."
            )
        shared = sorted(set(source.overlaps) & set(other_source.overlaps))
        is_calibration = source.use == other_source.use == "calibration"
        if shared and is_calibration and len(one.arms) == len(other.arms) == 1:
            yield (
                f"{first} and {second}: two series of the group '{shared[0]}' share patients and both count. "
                "Write 'counted: false' in the smaller one."
            )


def _family(name: str, source: PublishedSource) -> str:
    return source.family or name


def _row_use(trials: Mapping[str, Protocol], rows: Rows, left_out: Mapping[str, str] | None) -> Iterator[str]:
    """Rows that two arms use, and rows that are neither used nor left out, or both."""
    users: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for name, trial in trials.items():
        for arm in trial.reported or ():
            for row in arm.rows:
                users[row].add((name, arm.arm))
    for row, arms in sorted(users.items()):
        if len(arms) > 1:
            places = " and ".join(f"{name}, arm '{arm}'" for name, arm in sorted(arms))
            yield f"row '{row}' is used twice, in {places}. Keep it in one."
    if left_out is None:
        return
    for row in rows:
        if row in users and row in left_out:
            yield f"row '{row}' is used by a trial and listed as not modelled. Remove it from the list."
        elif row not in users and row not in left_out:
            yield f"row '{row}' is neither used nor left out. Use it, or list it as not modelled, and why."
    for row, reason in left_out.items():
        if row not in rows:
            yield f"row '{row}' is listed as not modelled, but the table of evidence has no such row."
        if not (reason or "").strip():
            yield f"row '{row}' is listed as not modelled without a reason. Add one."
