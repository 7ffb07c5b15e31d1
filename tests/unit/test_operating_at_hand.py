"""What the rules of other designs say of the trial at hand, and where the report says it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from protocol_samples import EXAMPLES
from report_samples import sample_result
from trialkine.operating.at_hand import design_verdicts, responses_in_order
from trialkine.report.answer import answer
from trialkine.report.outcomes import summarise
from trialkine.report.summary_json import summary_record
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.result import TrialResult


def designed(result: TrialResult, design: dict[str, Any]) -> TrialResult:
    """The same patients under another design; nothing is confirmed, as in the sample's visits."""
    data = {**result.protocol.to_dict(), "design": design}
    data["assessments"].pop("confirm_after", None)
    return replace(result, protocol=Protocol.model_validate(data))


def test_one_look_judges_the_first_patients_enrolled() -> None:
    result = designed(
        sample_result(patients=40, failed=0), {"single_stage": {"total": 20, "success_above": 3}}
    )
    found = design_verdicts(result)
    assert found is not None
    first = found.found[0]
    responses = responses_in_order(result, first.name, float("inf"))[0][:20]
    assert first.detail == f"{responses.sum()} of 20"
    assert first.verdict == ("promising" if responses.sum() > 3 else "not promising")
    short = designed(
        sample_result(patients=10, failed=0), {"single_stage": {"total": 20, "success_above": 3}}
    )
    incomplete = design_verdicts(short)
    assert incomplete is not None
    assert {one.verdict for one in incomplete.found} == {"not complete"}


def test_patients_are_read_in_the_order_of_enrolment_whatever_their_numbers() -> None:
    result = designed(
        sample_result(patients=12, failed=0), {"single_stage": {"total": 4, "success_above": 1}}
    )
    name = result.arms[0]
    forwards = responses_in_order(result, name, float("inf"))[0]
    backwards = replace(
        result,
        patients=result.patients.with_columns(enrolled_month=100.0 - pl.col("patient").cast(pl.Float64)),
    )
    assert 0 < forwards.sum() < 12
    numbered = responses_in_order(
        replace(
            result, patients=result.patients.with_columns(enrolled_month=pl.col("patient").cast(pl.Float64))
        ),
        name,
        float("inf"),
    )[0]
    assert responses_in_order(backwards, name, float("inf"))[0].tolist() == numbered[::-1].tolist()


def test_two_stage_designs_are_judged_elsewhere() -> None:
    assert design_verdicts(sample_result(patients=10)) is None


def test_a_response_that_comes_too_late_for_the_rule_does_not_count_in_the_verdict() -> None:
    rule = {"first_stage": 30, "stop_at_or_below": 29}
    result = designed(sample_result(patients=40, failed=0), {"two_stage": rule})
    (usual, *_) = summarise(result).verdicts
    soon = designed(result, {"two_stage": {**rule, "response_within": "9 weeks"}})
    (strict, *_) = summarise(soon).verdicts
    assert strict.result.responses <= usual.result.responses
    never = designed(result, {"two_stage": {**rule, "response_within": "1 week"}})
    assert summarise(never).verdicts[0].result.responses == 0


@pytest.fixture(scope="module")
def compared() -> TrialResult:
    path = EXAMPLES / "dacarbazine-v-temozolomide.yaml"
    return run_protocol(Protocol.read(path), patients=8, seed=3)


def test_a_comparison_is_judged_at_its_last_event_or_the_cut_off(compared: TrialResult) -> None:
    summary = summarise(compared)
    found = summary.rule_verdicts
    assert found is not None
    (verdict,) = found.found
    # 240 events never come in 16 patients: one look, at the cut-off, 18 months after the last of them came.
    last = compared.patients["enrolled_month"].max()
    assert verdict.detail == f"16 patients, after {last + 18:.1f} months"  # type: ignore[operator]
    assert verdict.verdict.startswith("superiority")
    text = answer(summary).text
    assert text.endswith(f"Temozolomide against Dacarbazine: {verdict.verdict} ({verdict.detail}).")
    assert summary_record(compared, summary)["design"][0]["verdict"] == verdict.verdict
    assert summary_record(compared, summary)["operating_characteristics"] is None


def test_a_repeated_comparison_counts_its_verdicts() -> None:
    protocol = Protocol.read(EXAMPLES / "dacarbazine-v-temozolomide.yaml")
    found = design_verdicts(run_protocol(protocol, patients=4, trials=3, seed=3))
    assert found is not None
    assert sum(count for _, count in found.found[0].counts) == 3


def test_an_escalation_is_conducted_in_the_patients_of_the_trial() -> None:
    result = run_protocol(Protocol.read(EXAMPLES / "imp321-dose-escalation-renal.yaml"), patients=4, seed=1)
    summary = summarise(result)
    assert summary.rule_verdicts is not None
    (verdict,) = summary.rule_verdicts.found
    assert verdict.verdict == "selects 30 mg"  # no dose of IMP321 is toxic in the model, nor was in the trial
    assert verdict.detail.endswith("0 of 3 at 6 mg, 0 of 6 at 30 mg")
    assert answer(summary).text.endswith(f"3+3 over 5 doses: selects 30 mg ({verdict.detail}).")
