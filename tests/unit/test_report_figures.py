"""Figures: the same bytes each time, plain text only, and every odd trial can be drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_sample_protocols import SINGLE_ARM_YAML, two_arm_text
from report_samples import SINGLE_ARM, TWO_ARMS, ArmSketch, sample_result, without_responders
from trialkine.errors import InputError
from trialkine.report.figure_set import draw_figures
from trialkine.report.figures.kaplan_meier import kaplan_meier
from trialkine.report.figures.style import (
    arm_styles,
    nice_month_step,
    spread_apart,
    svg_document,
    svg_inline,
)
from trialkine.report.outcomes import summarise
from trialkine.report.table_types import typed
from trialkine.trial.result import TrialResult

ODD_TRIALS: dict[str, Callable[[], TrialResult]] = {
    "nobody responds": lambda: without_responders(sample_result(patients=12)),
    "one patient": lambda: sample_result(patients=1, failed=0),
    "all failed": lambda: sample_result(patients=4, failed=4),
    "three trials": lambda: sample_result(patients=8, replicates=3),
    "single arm": lambda: sample_result(SINGLE_ARM, patients=25, failed=0, protocol_text=SINGLE_ARM_YAML),
    "diameters": lambda: sample_result(patients=12, protocol_text=two_arm_text(criteria="recist-1.1")),
}


def documents(result: TrialResult) -> dict[str, str]:
    figures = draw_figures(typed(result), summarise(result))
    return {name: figure.document for name, figure in figures.items()}


def test_figures_are_byte_identical_when_drawn_twice() -> None:
    first, second = (documents(sample_result(patients=20)) for _ in range(2))
    assert list(first) == [
        "kaplan_meier_os",
        "kaplan_meier_pfs",
        "waterfall",
        "spider",
        "swimmer",
        "biomarker_plasma_vegf",
        "dose_delivery",
    ]
    assert first == second


@pytest.mark.parametrize("trial", ODD_TRIALS)
def test_every_odd_trial_can_be_drawn_without_nan(trial: str) -> None:
    for name, document in documents(ODD_TRIALS[trial]()).items():
        ElementTree.fromstring(document)
        assert not re.search(r"\bnan\b", document), name


def test_the_drawing_leaves_the_readers_own_settings_alone() -> None:
    import matplotlib as mpl

    with mpl.rc_context({"font.size": 21.0}):
        svg_document(kaplan_meier(sample_result(patients=5), "os"), "name")
        assert mpl.rcParams["font.size"] == 21.0


def test_the_readers_settings_do_not_change_the_figure() -> None:
    import matplotlib as mpl

    plain = documents(sample_result(patients=6))
    with mpl.rc_context({"font.size": 21.0, "lines.linewidth": 9.0, "axes.facecolor": "red"}):
        assert documents(sample_result(patients=6)) == plain


def test_an_arm_name_with_dollar_signs_is_text_and_not_mathematics() -> None:
    named = (ArmSketch("cost $5 < $6 & more_", ("aldesleukin",), 0.2, 300.0), TWO_ARMS[1])
    document = svg_document(kaplan_meier(sample_result(named, patients=6), "os"), "name")
    assert "cost $5 &lt; $6 &amp;" in document


def test_an_unknown_endpoint_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no endpoint 'survival'.*'os', 'pfs', 'ttp', 'dor'"):
        kaplan_meier(sample_result(patients=2, failed=0), "survival")


def test_numbers_at_risk_begin_with_every_evaluable_patient() -> None:
    document = svg_document(kaplan_meier(sample_result(patients=17, failed=3), "os"), "name")
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", document)
    assert texts.count("14") == len(TWO_ARMS)
    assert "Number at risk" in texts


def test_an_inline_figure_has_its_own_identifiers_and_a_spoken_description() -> None:
    document = svg_document(kaplan_meier(sample_result(patients=5), "os"), "curve")
    inline = svg_inline(document, "curve", 'Survival of "A" & B')
    assert inline.startswith('<svg role="img" aria-label="Survival of &quot;A&quot; &amp; B"')
    assert all(name.startswith("curve-") for name in re.findall(r'\bid="([^"]+)"', inline))
    assert all(name.startswith("curve-") for name in re.findall(r"url\(#([^)]+)\)", inline))
    assert "<?xml" not in inline
    assert "<!DOCTYPE" not in inline


def test_arms_keep_their_colours_and_differ_from_each_other() -> None:
    styles = arm_styles(["a", "b", "c", "d", "e", "f"])
    assert len({style.line for style in styles.values()}) == 6
    assert len({style.dash for style in styles.values()}) == 6
    assert arm_styles(["a", "b"])["b"] == styles["b"]


def contrast_with_white(colour: str) -> float:
    """The contrast ratio of WCAG 2: 1 for white, 21 for black."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def test_text_in_an_arms_colour_can_be_read_on_white() -> None:
    # WCAG 2 asks 4.5 of small text.
    for style in arm_styles(list("abcdef")).values():
        assert contrast_with_white(style.text) >= 4.5, style


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_labels_never_overlap_and_stay_inside(heights: list[float]) -> None:
    moved = spread_apart(heights, 0.1, 0.05, 0.95)
    ordered = sorted(moved)
    assert all(later - earlier >= 0.1 - 1e-9 for earlier, later in pairwise(ordered))
    assert ordered[0] >= 0.05 - 1e-9
    assert ordered[-1] <= 0.95 + 1e-9


@given(st.floats(0.5, 900))
def test_a_time_axis_has_at_most_nine_ticks(last_month: float) -> None:
    assert last_month / nice_month_step(last_month) <= 8
