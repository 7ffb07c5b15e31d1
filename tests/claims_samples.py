"""A small catalogue of claims and a simulated trial of known counts, for tests of the claims room."""

from __future__ import annotations

import polars as pl

from trialkine.claims.catalogue import parse_catalogue
from trialkine.claims.readings import Outcome
from trialkine.claims.record import Catalogue, Check, Reading
from trialkine.report.outcomes import summarise
from trialkine.report.summary_json import summary_record
from trialkine.trial.result import TrialResult

HEAD = """
[parts]
A = "A text"

[matters]
fraction = 0.05

[widest]
apart = 0.5
factor = 4.0

[runs.trial]
example = "im862-renal.yaml"
patients = 60

[runs.long_trial]
example = "il2-then-temozolomide-melanoma.yaml"
is_slow = true
"""
CLAIMS = """
[[claims]]
id = "A1"
text = "Nobody responds."
kind = "fact"
source = "assumption"
standing = "free"

[[claims.checks]]
about = "responses"
run = "trial"
arm = "IM862"
metric = "orr"
is = "below"
value = 0.2

[[claims]]
id = "A2"
text = "The order matters."
kind = "hypothesis"
source = "assumption"
standing = "calibrated"

[[claims.checks]]
about = "responses"
run = "long_trial"
arm = "HD IL-2 then temozolomide"
metric = "orr"
is = "higher than"
than = { arm = "HD IL-2" }

[[claims]]
id = "A3"
text = "It was written down."
kind = "design"
source = "assumption"
not_testable = "It describes a record."
"""


def catalogue_text(claims: str = CLAIMS, head: str = HEAD) -> str:
    return head + claims


def small_catalogue(claims: str = CLAIMS, head: str = HEAD) -> Catalogue:
    return parse_catalogue(catalogue_text(claims, head), "sample.toml")


def outcome_of(result: TrialResult) -> Outcome:
    summary = summarise(result)
    return Outcome(summary_record(result, summary), result, summary)


def with_responses(result: TrialResult, arm: str, responses: list[str]) -> TrialResult:
    """The same trial in which the patients of an arm have these best responses, in order."""
    from dataclasses import replace

    rows = result.patients.with_row_index()
    places = rows.filter(pl.col("arm") == arm)["index"].to_list()
    column = rows["best_response"].cast(pl.String).to_list()
    for place, response in zip(places, responses, strict=True):
        column[place] = response
    return replace(result, patients=result.patients.with_columns(best_response=pl.Series(column)))


def check(rule: str, reading: Reading | None = None, **fields: object) -> Check:
    return Check("it", reading or Reading("trial", "IM862", metric="orr"), rule, **fields)  # type: ignore[arg-type]
