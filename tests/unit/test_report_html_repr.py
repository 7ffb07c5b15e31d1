"""How a result shows itself in a notebook."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from report_samples import TWO_ARMS, ArmSketch, sample_result
from trialkine.report.html_repr import result_html


def test_a_result_shows_one_row_per_arm_and_the_banner() -> None:
    html = result_html(sample_result(patients=6))
    assert html.count("<tr>") == 1 + 2
    assert "Simulated data. Not for treating patients." in html
    assert "95 % confidence" in html


def test_arm_names_cannot_become_markup() -> None:
    html = result_html(
        sample_result((ArmSketch("<b>x", ("aldesleukin",), 0.1, 90.0), TWO_ARMS[1]), patients=3)
    )
    assert "<b>x" not in html
    assert "&lt;b&gt;x" in html


def test_what_follow_up_does_not_reach_is_undefined_for_a_stated_reason() -> None:
    result = sample_result(TWO_ARMS[:1], patients=6, failed=0)
    relapse = result.protocol.assessments.model_copy(update={"criteria": "relapse", "also_score": ()})
    short = replace(
        result,
        protocol=result.protocol.model_copy(update={"assessments": relapse}),
        patients=result.patients.with_columns(follow_up_days=pl.lit(300.0)),
    )
    assert "undefined (follow-up ends before this landmark)" in result_html(short)
