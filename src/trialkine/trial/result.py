"""What a simulated trial gives back: tables and the facts needed to judge them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from trialkine.evidence.sources import Source
    from trialkine.records import ParameterRecord
    from trialkine.trial.protocol import Protocol


def no_adverse_events() -> pl.DataFrame:
    """The table of adverse events where there are none: one row per patient, line and toxicity."""
    import polars as pl

    texts, wholes = ("arm", "toxicity", "unit"), ("trial", "patient", "line", "grade")
    order = (
        "arm",
        "trial",
        "patient",
        "line",
        "toxicity",
        "grade",
        "first_interval_worst_day",
        "worst_day",
        "worst_value",
        "unit",
    )
    kinds = {
        name: pl.String if name in texts else pl.Int64 if name in wholes else pl.Float64 for name in order
    }
    return pl.DataFrame(schema=kinds)


def no_toxicities() -> pl.DataFrame:
    """The table of toxicities where no treatment drives any: one row per arm and toxicity."""
    import polars as pl

    return pl.DataFrame(schema={"arm": pl.String, "toxicity": pl.String})


@dataclass(frozen=True)
class Accounting:
    """How many virtual patients were drawn, turned away, lost and failed.

    `rejections` counts draws by reason (`"performance status"`, `"tumour already controlled"`, ...);
    `failures` counts simulated patients by the solver's reason, over all arms.
    """

    drawn: int
    rejections: Mapping[str, int]
    failures: Mapping[str, int]


@dataclass(frozen=True)
class ArmEquations:
    """The equations that some arms share, and the numbers in which they differ from the other arms."""

    arms: tuple[str, ...]
    equations: str
    model_hash: str
    own_parameters: tuple[ParameterRecord, ...] = ()


@dataclass(frozen=True)
class TrialResult:
    """A finished in-silico trial.

    `replicates` is the number of repetitions of the trial (1 unless repeated); every table carries
    the repetition in its column `trial`. `case_mix` is the excluded fraction of each repetition. `models`
    says which arms have which equations; `citations` holds every source that a number may name, by key.
    `screening` lists the candidates of the first repetition; `baseline` the quantities whose thirds are
    compared; `scores` and `calls` what other criteria made of the same patients and visits. `toxicities`
    lists what each arm's treatment drives, `adverse_events` what happened. `ensemble` names the parameter
    sets that repetitions took in turn; empty where all had the usual one.
    """

    protocol: Protocol
    arms: tuple[str, ...]
    replicates: int
    seed: int
    patients: pl.DataFrame
    lines: pl.DataFrame
    visits: pl.DataFrame
    lesions: pl.DataFrame
    exposure: pl.DataFrame
    biomarkers: Mapping[str, str]
    case_mix: tuple[float, ...]
    accounting: Accounting
    parameters: tuple[ParameterRecord, ...]
    equations: str
    model_hash: str
    work: Mapping[str, float]
    methods: Mapping[str, str] = field(default_factory=dict)
    models: tuple[ArmEquations, ...] = ()
    citations: Mapping[str, Source] = field(default_factory=dict)
    screening: pl.DataFrame | None = None
    baseline: pl.DataFrame | None = None
    scores: pl.DataFrame | None = None
    calls: pl.DataFrame | None = None
    adverse_events: pl.DataFrame = field(default_factory=no_adverse_events)
    toxicities: pl.DataFrame = field(default_factory=no_toxicities)
    ensemble: str = ""
