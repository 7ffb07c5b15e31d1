"""Which patients a figure of individuals shows."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from report_sample_protocols import SINGLE_ARM_YAML
from report_samples import SINGLE_ARM, sample_result
from trialkine.report.picks import pick_by_response
from trialkine.trial.result import TrialResult


def hundred(responses: list[str]) -> TrialResult:
    result = sample_result(SINGLE_ARM, patients=100, failed=0, protocol_text=SINGLE_ARM_YAML)
    return replace(result, patients=result.patients.with_columns(pl.Series("best_response", responses)))


def counts(result: TrialResult, at_most: int) -> dict[str, int]:
    chosen = pick_by_response(result, "IM862", at_most)
    assert chosen["patient"].is_sorted()
    assert chosen["patient"].n_unique() == chosen.height
    return dict(chosen.group_by("best_response").len().iter_rows())


def test_responses_are_shown_in_their_shares() -> None:
    assert counts(hundred(["PR"] * 20 + ["SD"] * 30 + ["PD"] * 50), 30) == {"PR": 6, "SD": 9, "PD": 15}


def test_a_rare_response_is_shown_at_least_once() -> None:
    assert counts(hundred(["CR"] + ["PD"] * 99), 10) == {"CR": 1, "PD": 9}


def test_few_patients_are_all_shown() -> None:
    assert counts(hundred(["SD"] * 60 + ["PD"] * 40), 200) == {"SD": 60, "PD": 40}
