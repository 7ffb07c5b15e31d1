"""The tables of a trial's result, one row per patient, line, visit, lesion or cycle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from trialkine.endpoints.assessment import assess
from trialkine.endpoints.categories import reason_names, response_names
from trialkine.endpoints.criteria import AbstractCriteria
from trialkine.endpoints.relapse import RelapseCriteria
from trialkine.endpoints.scans import sum_of_diameters, sum_of_products
from trialkine.records import DAYS_PER_MONTH
from trialkine.solver.status import Status
from trialkine.trial.adverse_events import adverse_events
from trialkine.trial.conduct import DISEASE, TREATMENT, ArmRecord
from trialkine.trial.history import KINDS
from trialkine.trial.line_book import END_REASONS, LineBook
from trialkine.trial.outcomes import Outcomes, line_outcomes, strategy_outcomes, until_first_relapse

Array = np.ndarray[Any, np.dtype[Any]]

CAUSES = {DISEASE: "disease", TREATMENT: "treatment"}
PRODUCT_OUTCOMES = ("given", "failed", "died waiting", "lost waiting", "cut-off while waiting")
COVARIATES = ("age", "weight_kg", "body_surface_m2", "performance_status")


def arm_tables(
    record: ArmRecord, criteria: AbstractCriteria, confirm: float | None
) -> dict[str, pl.DataFrame]:
    """All tables of one arm."""
    lines = [line_outcomes(record, number, criteria, confirm) for number in range(len(record.lines))]
    strategy = strategy_outcomes(record, lines)
    if isinstance(criteria, RelapseCriteria):
        strategy = until_first_relapse(record, strategy, lines)
    return {
        "patients": _patients(record, strategy),
        "lines": pl.concat([_line(record, number, line) for number, line in enumerate(lines)]),
        "visits": _visits(record, criteria),
        "lesions": _lesions(record),
        "exposure": _exposure(record),
        "adverse_events": _adverse_events(record),
        "toxicities": _toxicities(record),
    }


def join_tables(arms: Sequence[dict[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """The tables of all arms, one below the other."""
    return {name: pl.concat([tables[name] for tables in arms]) for name in arms[0]}


def _keys(record: ArmRecord, who: Array) -> dict[str, Any]:
    return {
        "arm": pl.Series([record.arm.name] * len(who), dtype=pl.String),
        "trial": record.enrolled.replicate[who],
        "patient": record.enrolled.ids[who],
    }


def _time(value: Array) -> pl.Series:
    """Days with null where they do not exist."""
    return pl.Series(np.asarray(value, dtype=float)).fill_nan(None)


def _outcome_columns(outcomes: Outcomes) -> dict[str, Any]:
    o = outcomes
    return {
        "best_response": response_names(o.category),
        "response_day": _time(o.response_day),
        "progression_day": _time(o.progression_day),
        "progression_reason": pl.Series(reason_names(o.progression_reason), dtype=pl.String),
        "ttp_days": _time(o.to_progression.days),
        "ttp_event": o.to_progression.is_event,
        "pfs_days": _time(o.progression_free.days),
        "pfs_event": o.progression_free.is_event,
        "os_days": _time(o.overall.days),
        "os_event": o.overall.is_event,
        "dor_days": _time(o.of_response.days),
        "dor_event": o.of_response.is_event,
    }


def _doses(record: ArmRecord, numbers: Sequence[int], who: Array) -> dict[str, Any]:
    totals = np.zeros((3, len(record.status)), dtype=np.int64)
    for number in numbers:
        for row in record.lines[number].rows:
            for column, doses in enumerate((row.planned, row.given, row.held)):
                np.add.at(totals[column], row.patients, doses)
    names = ("doses_planned", "doses_given", "doses_held")
    counts = {name: totals[column][who] for column, name in enumerate(names)}
    books = [record.lines[number] for number in numbers]
    return {
        **counts,
        "relative_dose_intensity": _time(relative_dose_intensity(books, len(record.status))[who]),
    }


def relative_dose_intensity(books: Sequence[LineBook], patients: int) -> Array:
    """The amount given per time on treatment, as a fraction of what was planned; nan where nothing was due.

    Holds and reductions lower it, and so do cycles that were put off: the cycles begun took the time they
    were planned for and the time that was waited.
    """
    delivered, due = np.zeros(patients), np.zeros(patients)
    for book in books:
        given = np.zeros(patients)
        for row in book.rows:
            np.add.at(given, row.patients, row.given * row.factor)
            np.add.at(due, row.patients, row.planned)
        took = np.where(book.waited > 0.0, book.planned_days + book.waited, 1.0)
        delivered += given * (1.0 - book.waited / took)
    return np.where(due > 0.0, delivered / np.maximum(due, 1.0), np.nan)


def _patients(record: ArmRecord, outcomes: Outcomes) -> pl.DataFrame:
    n = len(record.status)
    everyone = np.arange(n)
    enrolled = record.enrolled
    baseline = record.history.scans(everyone, np.zeros(n, dtype=np.int64))
    lost = record.last_day >= enrolled.dropout - 1e-6
    left = np.isnan(record.death_day) & (record.status == 0)
    reason = [
        None if not gone else "dropout" if away else "data cut-off"
        for gone, away in zip(left, lost, strict=True)
    ]
    frame = pl.DataFrame(
        {
            **_keys(record, everyone),
            "status": ["ok" if s == 0 else Status(int(s)).name.lower() for s in record.status],
            "age": enrolled.covariates["age"],
            "sex": np.where(enrolled.covariates["is_male"] > 0.5, "male", "female"),
            **{name: enrolled.covariates[name] for name in COVARIATES[1:]},
            "baseline_sld_mm": sum_of_diameters(baseline)[:, 0],
            "baseline_spd_mm2": sum_of_products(baseline)[:, 0],
            "enrolled_month": enrolled.enrolled_day / DAYS_PER_MONTH,
            "follow_up_days": np.maximum(0.0, np.minimum(enrolled.cut_off, enrolled.dropout)),
            "death_cause": pl.Series([CAUSES.get(int(c)) for c in record.death_cause], dtype=pl.String),
            "off_study_reason": pl.Series(reason, dtype=pl.String),
            "product_outcome": pl.Series(_product_outcomes(record), dtype=pl.String),
            "worst_grade": _worst_grade(record, slice(None), everyone),
            **_doses(record, range(len(record.lines)), everyone),
        }
    )
    scored = pl.DataFrame({**_keys(record, outcomes.patients), **_outcome_columns(outcomes)})
    return frame.join(scored, on=["arm", "trial", "patient"], how="left", maintain_order="left").with_columns(
        pl.col("best_response").fill_null("NE")
    )


def _product_outcomes(record: ArmRecord) -> list[str | None]:
    """What became of the product each patient's arm waits for; None where there is none."""
    n = len(record.status)
    outcome: list[str | None] = [None] * n
    for order in record.orders[:1]:
        is_given = np.zeros(n, dtype=bool)
        for book in record.lines:
            if book.line.agent == order.agent:
                is_given |= ~np.isnan(book.start)
        is_dead, is_lost = ~np.isnan(record.death_day), record.last_day >= record.enrolled.dropout - 1e-6
        conditions = [is_given, order.is_told, is_dead, is_lost]
        number = np.select(conditions, range(len(conditions)), len(conditions))
        outcome = [PRODUCT_OUTCOMES[one] for one in number]
    return outcome


def _line(record: ArmRecord, number: int, outcomes: Outcomes) -> pl.DataFrame:
    book, who = record.lines[number], outcomes.patients
    return pl.DataFrame(
        {
            **_keys(record, who),
            "line": np.full(len(who), number + 1),
            "agent": [book.line.agent] * len(who),
            "start_day": outcomes.start,
            "end_day": _time(book.end[who]),
            "end_reason": pl.Series([END_REASONS[r] or None for r in book.end_reason[who]], dtype=pl.String),
            **_outcome_columns(outcomes),
            **_doses(record, [number], who),
            "worst_grade": _worst_grade(record, [number], who),
        }
    )


def _worst_grade(record: ArmRecord, lines: list[int] | slice, who: Array) -> pl.Series:
    """The worst grade, 0 to 4, of each patient's toxicities; null where the treatment drives none."""
    worst = None if record.toxicity is None else record.toxicity.worst_severe(lines)
    if worst is None:
        return pl.Series([None] * len(who), dtype=pl.Int64)
    return pl.Series(worst[who], dtype=pl.Int64)


def _adverse_events(record: ArmRecord) -> pl.DataFrame:
    events = adverse_events(record)
    terms = () if record.toxicity is None else record.toxicity.terms
    return pl.DataFrame(
        {
            **_keys(record, events.patients),
            "line": events.line + 1,
            "toxicity": pl.Series([terms[number].name for number in events.toxicity], dtype=pl.String),
            "grade": pl.Series(events.grade, dtype=pl.Int64),
            "first_interval_worst_day": _time(events.first_interval_worst_day),
            "worst_day": _time(events.worst_day),
            "worst_value": _time(events.worst_value),
            "unit": pl.Series([terms[number].unit for number in events.toxicity], dtype=pl.String),
        }
    )


def _toxicities(record: ArmRecord) -> pl.DataFrame:
    """The toxicities that the arm's treatment drives."""
    names = () if record.toxicity is None else tuple(term.name for term in record.toxicity.terms)
    return pl.DataFrame(
        {
            "arm": pl.Series([record.arm.name] * len(names), dtype=pl.String),
            "toxicity": pl.Series(names, dtype=pl.String),
        }
    )


def _visits(record: ArmRecord, criteria: AbstractCriteria) -> pl.DataFrame:
    history, n = record.history, len(record.status)
    everyone = np.arange(n)
    scans = history.scans(everyone, np.zeros(n, dtype=np.int64))
    width = scans.day.shape[1]
    response = np.zeros(scans.day.shape, dtype=np.int8)
    for book in record.lines:
        who = np.flatnonzero(~np.isnan(book.start))
        if len(who):
            judged = assess(history.scans(who, book.baseline_visit[who]), criteria).response
            for offset in range(judged.shape[1]):
                column = book.baseline_visit[who] + offset
                inside = column < width
                response[who[inside], column[inside]] = judged[inside, offset]
    rows, columns = np.nonzero(~np.isnan(scans.day))
    markers = {
        name: _time(history.values[rows, columns, number]) for number, name in enumerate(history.biomarkers)
    }
    return pl.DataFrame(
        {
            **_keys(record, rows),
            "day": scans.day[rows, columns],
            "kind": np.array(KINDS)[history.kind[rows, columns]],
            "line": history.line[rows, columns] + 1,
            "sld_mm": _time(sum_of_diameters(scans)[rows, columns]),
            "spd_mm2": _time(sum_of_products(scans)[rows, columns]),
            "new_lesion": history.new_lesion[rows, columns],
            "response": response_names(response[rows, columns]),
            **markers,
        }
    )


def _lesions(record: ArmRecord) -> pl.DataFrame:
    history = record.history
    there = ~np.isnan(history.day)[:, :, None] & ~np.isnan(history.diameters)
    rows, columns, lesion = np.nonzero(there)
    return pl.DataFrame(
        {
            **_keys(record, rows),
            "day": history.day[rows, columns],
            "lesion": lesion + 1,
            "diameter_mm": history.diameters[rows, columns, lesion],
        }
    )


def _exposure(record: ArmRecord) -> pl.DataFrame:
    frames = []
    for book in (*record.lines, *record.background):
        rows = [row for row in book.rows if len(row.patients)]
        if not rows or not book.has_doses:
            continue
        is_background = book in record.background
        who = np.concatenate([row.patients for row in rows])
        given = np.concatenate([row.given for row in rows])
        factor = np.concatenate([row.factor for row in rows])
        frames.append(
            pl.DataFrame(
                {
                    **_keys(record, who),
                    "line": np.full(len(who), 0 if is_background else book.number + 1),
                    "agent": [book.line.agent] * len(who),
                    "cycle": np.concatenate([row.cycle for row in rows]),
                    "start_day": np.concatenate([row.start for row in rows]),
                    "planned": np.concatenate([row.planned for row in rows]),
                    "given": given,
                    "held": np.concatenate([row.held for row in rows]),
                    "dose_factor": factor,
                    "amount_given": given * factor * book.amount[who],
                    "dose_unit": [book.regimen.unit] * len(who),
                    "is_background": [is_background] * len(who),
                }
            )
        )
    return pl.concat(frames) if frames else _no_exposure(record)


def _no_exposure(record: ArmRecord) -> pl.DataFrame:
    nobody = np.zeros(0, dtype=np.int64)
    whole = dict.fromkeys(("line", "cycle", "planned", "given", "held"), nobody)
    texts = {name: pl.Series([], dtype=pl.String) for name in ("agent", "dose_unit")}
    reals = {name: np.zeros(0) for name in ("start_day", "dose_factor", "amount_given")}
    flags = {"is_background": pl.Series([], dtype=pl.Boolean)}
    order = [
        "arm", "trial", "patient", "line", "agent", "cycle", "start_day", "planned", "given", "held",
        "dose_factor", "amount_given", "dose_unit", "is_background",
    ]  # fmt: skip
    return pl.DataFrame({**_keys(record, nobody), **whole, **texts, **reals, **flags}).select(order)
