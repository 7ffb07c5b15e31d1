"""Plausible finished trials for tests of the report: the tables of a real run, without the run.

The numbers come from simple random draws and mean nothing; only the shapes and column names do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from report_sample_protocols import protocol_from_text, two_arm_text
from trialkine.records import ParameterRecord
from trialkine.trial.result import Accounting, TrialResult

FOLLOW_UP_DAYS = 900.0
SCAN_DAYS = 56.0


@dataclass(frozen=True)
class ArmSketch:
    """What the synthetic patients of one arm are like."""

    name: str
    agents: tuple[str, ...]
    response_rate: float
    median_survival_days: float


TWO_ARMS = (
    ArmSketch("HD IL-2", ("aldesleukin",), 0.17, 360.0),
    ArmSketch("HD IL-2 then temozolomide", ("aldesleukin", "temozolomide"), 0.35, 480.0),
)
SINGLE_ARM = (ArmSketch("IM862", ("im862",), 0.0, 240.0),)

PARAMETERS = (
    ParameterRecord("killing_rate", 0.57, "1/day", "calibrated", "starting_calibration", "42 summaries"),
    ParameterRecord(
        "chemotherapy_susceptibility",
        {"sensitive": 1.0, "resistant": 0.03},
        "",
        "assumed",
        "assumption",
        "section 2.3",
        low=0.01,
        high=1.0,
    ),
    ParameterRecord("temozolomide_clearance", 10.0, "L/h", "measured", "no_such_source", "Table 2"),
)

EQUATIONS = "d tumour[lesion, clone] / dt = growth_rate * tumour - kill_rate * effector_cells * tumour\n"


def _patient_rows(sketch: ArmSketch, trial: int, count: int, seed: int) -> dict[str, list[object]]:
    random = np.random.default_rng([seed, trial])
    rows: dict[str, list[object]] = {
        key: [] for key in ("patients", "visits", "lesions", "lines", "exposure")
    }
    for patient in range(count):
        is_responder = random.random() < sketch.response_rate
        death = float(random.exponential(sketch.median_survival_days / np.log(2))) * (
            2.0 if is_responder else 1
        )
        cut_off = FOLLOW_UP_DAYS - 20.0 * 30.4375 * patient / count
        is_lost = random.random() < 0.05
        last = min(death, cut_off, float(random.uniform(30, cut_off)) if is_lost else cut_off)
        base = float(random.lognormal(np.log(90), 0.5))
        depth = float(random.uniform(0.5, 1.0)) if is_responder else float(random.uniform(-0.2, 0.25))
        growth = float(random.uniform(0.0005, 0.004))
        nadir, sizes, days = base, [base], [0.0]
        response_day = progression = None
        best = "NE"
        visits = [(0.0, base, "NE")]
        for day in np.arange(SCAN_DAYS, last, SCAN_DAYS):
            size = base * (1 - depth * (1 - np.exp(-day / 60))) * np.exp(growth * max(0.0, day - 100))
            size = 0.0 if size < 0.08 * base else float(size * random.lognormal(0, 0.04))
            change = size / base - 1
            word = "CR" if size == 0 else "PR" if change <= -0.3 else "SD"
            if nadir > 0 and size >= 1.2 * nadir and word != "CR":
                word = "PD"
            if word in ("CR", "PR") and response_day is None and progression is None:
                response_day = float(day)
            if progression is None and (
                best == "NE" or "CR PR SD PD NE".index(word) < "CR PR SD PD NE".index(best)
            ):
                best = word
            if word == "PD" and progression is None:
                progression = float(day)
            nadir = min(nadir, size)
            sizes.append(size)
            days.append(float(day))
            visits.append((float(day), size, word))
        is_dead = death <= last
        end = min(last, progression) if progression else last
        facts: dict[str, object] = {
            "arm": sketch.name,
            "trial": trial,
            "patient": patient,
            "status": "ok",
            "age": float(random.uniform(25, 75)),
            "sex": "female" if random.random() < 0.4 else "male",
            "weight_kg": float(random.normal(75, 12)),
            "body_surface_m2": float(random.normal(1.85, 0.15)),
            "performance_status": int(random.integers(0, 2)),
            "baseline_sld_mm": base,
            "baseline_spd_mm2": base**2 / 3,
            "enrolled_month": 20.0 * patient / count,
            "follow_up_days": cut_off if last in (death, cut_off) else last,
            "best_response": best,
            "response_day": response_day,
            "progression_day": progression,
            "progression_reason": "target growth" if progression else None,
            "ttp_days": progression or last,
            "ttp_event": progression is not None,
            "pfs_days": end,
            "pfs_event": progression is not None or is_dead,
            "os_days": last,
            "os_event": is_dead,
            "dor_days": end - response_day if response_day is not None else None,
            "dor_event": (progression is not None or is_dead) if response_day is not None else None,
            "death_cause": "disease" if is_dead else None,
            "off_study_reason": None if is_dead else "dropout" if last < cut_off else "data cut-off",
            "doses_planned": 56,
            "doses_given": int(random.integers(25, 50)),
        }
        facts["doses_held"] = 56 - int(str(facts["doses_given"]))
        rows["patients"].append(facts)
        for day, size, word in visits:
            rows["visits"].append(
                {
                    "arm": sketch.name,
                    "trial": trial,
                    "patient": patient,
                    "day": day,
                    "kind": "scheduled",
                    "line": 1,
                    "sld_mm": size,
                    "spd_mm2": size**2 / 3,
                    "new_lesion": False,
                    "response": word,
                    "plasma_vegf": float(350 * np.exp(-0.3 * min(day, 56) / 56) * random.lognormal(0, 0.3)),
                }
            )
            rows["lesions"] += [
                {
                    "arm": sketch.name,
                    "trial": trial,
                    "patient": patient,
                    "day": day,
                    "lesion": str(lesion),
                    "diameter_mm": size / 3,
                }
                for lesion in (1, 2, 3)
            ]
        line_keys = (
            "arm",
            "trial",
            "patient",
            "best_response",
            "response_day",
            "progression_day",
            "ttp_days",
        )
        line_keys += ("ttp_event", "pfs_days", "pfs_event", "os_days", "os_event", "dor_days", "dor_event")
        for number, agent in enumerate(sketch.agents, start=1):
            start = 0.0 if number == 1 else (progression or last) + 14.0
            if start >= last and number > 1:
                continue
            line = {key: facts[key] for key in line_keys}
            line |= {"line": number, "agent": agent, "start_day": start, "end_day": min(last, start + 150.0)}
            line |= {"end_reason": "progression", "doses_planned": 28, "doses_given": 20, "doses_held": 8}
            if number > 1:
                line |= {"os_days": last - start, "pfs_days": last - start, "ttp_days": last - start}
                line |= {"response_day": None, "dor_days": None, "dor_event": None, "best_response": "SD"}
            rows["lines"].append(line)
            for cycle in (1, 2):
                held = int(random.integers(0, 8))
                rows["exposure"].append(
                    {
                        "arm": sketch.name,
                        "trial": trial,
                        "patient": patient,
                        "line": number,
                        "agent": agent,
                        "cycle": cycle,
                        "start_day": start + 84.0 * (cycle - 1),
                        "planned": 28,
                        "given": 28 - held,
                        "held": held,
                        "amount_given": (28 - held) * 45e6,
                        "dose_unit": "IU" if agent == "aldesleukin" else "mg",
                        "dose_factor": 1.0,
                        "is_background": False,
                    }
                )
    return rows


def _fail(facts: dict[str, object], reason: str) -> dict[str, object]:
    kept = ("arm", "trial", "patient", "age", "sex", "weight_kg", "body_surface_m2", "performance_status")
    kept += ("baseline_sld_mm", "baseline_spd_mm2", "enrolled_month", "follow_up_days")
    failed = {key: value if key in kept else None for key, value in facts.items()}
    return failed | {"status": reason}


def sample_result(
    arms: Sequence[ArmSketch] = TWO_ARMS,
    *,
    patients: int = 60,
    replicates: int = 1,
    failed: int = 2,
    protocol_text: str | None = None,
    seed: int = 7,
) -> TrialResult:
    """A finished trial; the last `failed` patients of every arm failed."""
    tables: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("patients", "visits", "lesions", "lines", "exposure")
    }
    for sketch in arms:
        for trial in range(replicates):
            rows = _patient_rows(sketch, trial, patients, seed)
            lost = set(range(patients - failed, patients))
            for name, found in rows.items():
                for row in found:
                    assert isinstance(row, dict)
                    if row["patient"] not in lost:
                        tables[name].append(row)
                    elif name == "patients":
                        tables[name].append(_fail(row, "too many steps"))
    frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}
    whole = _schema_sample(arms)
    frames = {name: frame if frame.height else whole[name] for name, frame in frames.items()}
    return TrialResult(
        protocol=protocol_from_text(protocol_text or two_arm_text()),
        arms=tuple(sketch.name for sketch in arms),
        replicates=replicates,
        seed=seed,
        biomarkers={"plasma_vegf": "pg/mL"},
        case_mix=(0.35,) * replicates,
        accounting=Accounting(
            drawn=patients * 3,
            rejections={"performance status": patients, "age": patients // 2, "tumour already controlled": 3},
            failures={"too many steps": failed * len(arms) * replicates} if failed else {},
        ),
        parameters=PARAMETERS,
        equations=EQUATIONS,
        model_hash="0" * 64,
        work={"steps": 12345.0},
        **frames,
    )


def _schema_sample(arms: Sequence[ArmSketch]) -> Mapping[str, pl.DataFrame]:
    rows = _patient_rows(arms[0], 0, 3, 1)
    return {name: pl.DataFrame(found, infer_schema_length=None).clear() for name, found in rows.items()}


def without_responders(result: TrialResult) -> TrialResult:
    """The same trial in which nobody responds and nobody dies."""
    is_response = pl.col("best_response").is_in(["CR", "PR"])
    patients = result.patients.with_columns(
        best_response=pl.when(is_response).then(pl.lit("SD")).otherwise(pl.col("best_response")),
        response_day=pl.lit(None, dtype=pl.Float64),
        dor_days=pl.lit(None, dtype=pl.Float64),
        dor_event=pl.lit(None, dtype=pl.Boolean),
        os_event=pl.when(pl.col("status") == "ok").then(pl.lit(False)),
        death_cause=pl.lit(None, dtype=pl.String),
    )
    return replace(result, patients=patients)


def as_text(folder: Path, pattern: str) -> str:
    """All text of the files that match, together."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob(pattern)))
