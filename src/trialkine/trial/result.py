"""What a simulated trial gives back: tables and the facts needed to judge them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from trialkine.records import ParameterRecord
    from trialkine.trial.protocol import Protocol


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
class TrialResult:
    """A finished in-silico trial.

    `replicates` is the number of repetitions of the trial (1 unless repeated); every table carries
    the repetition in its column `trial`. `case_mix` is the excluded fraction of each repetition.
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
