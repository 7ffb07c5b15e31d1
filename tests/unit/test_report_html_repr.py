"""How a result shows itself in a notebook."""

from __future__ import annotations

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
