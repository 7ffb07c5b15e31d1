"""A finished run as a comparison sees it: who the patients were, and what became of them.

Runs are read from their folders or taken from memory; both go through the analysis data sets, so that they
cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import polars as pl

from trialkine.report.adam import adam_tables
from trialkine.report.manifest import data_file_hashes, digest, package_versions
from trialkine.report.run_folder import agent_copies, own_model_copies
from trialkine.report.table_types import typed
from trialkine.trial.protocol_parts import Eligibility

if TYPE_CHECKING:
    from trialkine.trial.result import TrialResult

ENDPOINT_CODES = {"os": ("OS",), "pfs": ("PFS", "RFS")}
"""Under which parameter a data set keeps each endpoint; after complete resection relapse takes its place."""
_OF_THE_MODEL = ("agents/", "diseases/", "endpoints/", "mechanisms/", "population/", "toxicity/", "trial/")
BASELINE = {
    "AGE": "age",
    "SEX": "sex",
    "WEIGHTBL": "weight",
    "BSABL": "body surface",
    "ECOGBL": "performance status",
    "SLDBL": "tumour size",
}
"""What is known of a patient before treatment, by column of ADSL."""


@final
@dataclass(frozen=True)
class Provenance:
    """What decides whether two runs drew the same patients and rest on the same model.

    `eligibility` is the protocol's own; `model_files` maps every file that results can rest on to its hash.
    """

    disease: str
    seed: int
    ensemble: str
    case_mix: tuple[float, ...]
    eligibility: Mapping[str, Any]
    version: str
    model_files: Mapping[str, str]


@final
@dataclass(frozen=True)
class RunData:
    """One run.

    `patients` has one row per arm, trial and patient, with the columns of `BASELINE`, `arm`, `trial`,
    `patient`, `status`, `best_response`, and `os_days`, `os_event`, `pfs_days`, `pfs_event`. `lines` counts
    each arm's lines of treatment; `criteria` is how responses were judged, empty where none was;
    `endpoints` names the endpoints in full.
    """

    name: str
    title: str
    trials: int
    arms: tuple[str, ...]
    lines: Mapping[str, int]
    criteria: str
    endpoints: Mapping[str, str]
    provenance: Provenance
    patients: pl.DataFrame


def run_in_memory(result: TrialResult, name: str) -> RunData:
    """A run that was not written to a folder."""
    tables = adam_tables(typed(result))
    copies = [*agent_copies(result), *own_model_copies(result)]
    own = {own_file(place.as_posix()): digest(text.encode("utf-8")) for place, text in copies}
    provenance = Provenance(
        disease=result.protocol.population,
        seed=result.seed,
        ensemble=result.ensemble,
        case_mix=tuple(result.case_mix),
        eligibility=rules_of(result.protocol.eligibility),
        version=package_versions()["trialkine"],
        model_files={**files_of_the_model(data_file_hashes()), **own},
    )
    return run_data(name, result.protocol.title, result.arms, result.replicates, tables, provenance)


def own_file(place: str) -> str:
    """What a file that came with the protocol is called among the model's files."""
    return f"own: {place}"


def files_of_the_model(hashes: Mapping[str, str]) -> dict[str, str]:
    """Of the package's data files those that results rest on; catalogues of sources and claims are none."""
    return {place: value for place, value in hashes.items() if place.startswith(_OF_THE_MODEL)}


def rules_of(eligibility: Eligibility) -> Mapping[str, Any]:
    """The rules that decide who is enrolled, defaults included; the case mix is a run's own."""
    return eligibility.model_dump(mode="json", exclude={"prior_therapy", "excluded_fraction"})


def run_data(
    name: str,
    title: str,
    arms: tuple[str, ...],
    trials: int,
    tables: Mapping[str, pl.DataFrame],
    provenance: Provenance,
) -> RunData:
    """A run from its analysis data sets."""
    times = tables["ADTTE"]
    whole = times.filter(pl.col("LINE") == 0)
    reached = dict(times.group_by("TRTP").agg(pl.col("LINE").max()).iter_rows())
    judged = tables["ADRS"].filter(pl.col("PARAMCD") == "OVRLRESP")["PARAM"].unique().to_list()
    return RunData(
        name=name,
        title=title,
        trials=trials,
        arms=arms,
        lines={arm: int(reached.get(arm, 0)) for arm in arms},
        criteria=judged[0].removeprefix("Overall response by ") if judged else "",
        endpoints=_endpoint_names(whole),
        provenance=provenance,
        patients=_patients(tables["ADSL"], whole, tables["ADRS"]),
    )


def _endpoint_names(whole: pl.DataFrame) -> dict[str, str]:
    names = {}
    for endpoint, codes in ENDPOINT_CODES.items():
        labels = whole.filter(pl.col("PARAMCD").is_in(codes))["PARAM"].unique(maintain_order=True).to_list()
        if labels:
            names[endpoint] = str(labels[0])
    return names


def _patients(subjects: pl.DataFrame, whole: pl.DataFrame, responses: pl.DataFrame) -> pl.DataFrame:
    rows = subjects.select(
        "USUBJID",
        pl.col("ARM").alias("arm"),
        pl.col("TRIALN").alias("trial"),
        pl.col("SUBJID").alias("patient"),
        *BASELINE,
        pl.when(pl.col("EVALFL") == "Y").then(pl.lit("ok")).otherwise(pl.lit("failed")).alias("status"),
    )
    for endpoint, codes in ENDPOINT_CODES.items():
        times = whole.filter(pl.col("PARAMCD").is_in(codes)).select(
            "USUBJID",
            pl.col("AVAL").cast(pl.Float64).alias(f"{endpoint}_days"),
            (pl.col("CNSR") == 0).alias(f"{endpoint}_event"),
        )
        rows = rows.join(times, on="USUBJID", how="left", maintain_order="left")
    best = responses.filter((pl.col("LINE") == 0) & pl.col("PARAMCD").is_in(["BESRSP", "BESRSPC"])).select(
        "USUBJID", pl.col("AVALC").cast(pl.String).alias("best_response")
    )
    return rows.join(best, on="USUBJID", how="left", maintain_order="left").drop("USUBJID")
