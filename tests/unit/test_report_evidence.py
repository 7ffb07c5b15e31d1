"""What a report says of the evidence behind its agents, and of the same patients seen in other ways."""

from __future__ import annotations

from dataclasses import replace

from report_samples import TWO_ARMS, ArmSketch, sample_result
from trialkine.report.agent_evidence import AgentEvidence, ModelEvidence, evidence_words, model_evidence
from trialkine.report.answer import answer
from trialkine.report.answer_splits import criteria_sentence, thirds_sentence
from trialkine.report.baseline_thirds import THIRDS, BaselineThird
from trialkine.report.criteria_scores import CriterionScore
from trialkine.report.figures.style import arm_styles
from trialkine.report.outcomes import BiomarkerTest, Summary, summarise
from trialkine.report.tables import evidence_table
from trialkine.statistics.estimate import Estimate
from trialkine.statistics.paired_change import mean_change, signed_rank_change
from trialkine.statistics.proportions import exact_interval

GUESSED = AgentEvidence("im862", {"assumed": 8}, ())
FITTED = AgentEvidence(
    "temozolomide", {"assumed": 1, "calibrated": 1, "derived": 4}, ("row of rietschel_2008",)
)


def summary_with(**changes: object) -> Summary:
    return replace(summarise(sample_result(TWO_ARMS, patients=4, failed=0)), **changes)


def test_of_an_agent_without_a_calibrated_number_no_more_is_said_than_that() -> None:
    words = evidence_words(ModelEvidence(20, 12, (GUESSED, FITTED)))
    assert words.startswith(
        "Nobody has measured 12 of the model's 20 numbers, among them all 8 of IM862 and 1 of"
    )
    assert words.endswith("No number of IM862 itself was adjusted to published outcomes.")
    assert "predict" not in words


def test_of_two_such_agents_one_sentence_speaks() -> None:
    words = evidence_words(ModelEvidence(20, 12, (GUESSED, replace(GUESSED, agent="interleukin_12"))))
    assert words.endswith(
        "No number of IM862 and interleukin-12 themselves was adjusted to published outcomes."
    )


def test_where_every_agent_has_a_calibrated_number_none_is_named_as_unadjusted() -> None:
    assert "adjusted" not in evidence_words(ModelEvidence(6, 1, (FITTED,)))


def test_an_agent_of_which_nothing_is_assumed_is_not_named() -> None:
    placebo = AgentEvidence("placebo", {"derived": 1}, ())
    assert "placebo" not in evidence_words(ModelEvidence(6, 1, (FITTED, placebo)))


def test_the_table_of_agents_names_what_each_was_adjusted_to() -> None:
    table = evidence_table(summary_with(evidence=ModelEvidence(20, 12, (GUESSED, FITTED))))
    assert [row.head for row in table.rows] == ["IM862", "Temozolomide"]
    assert [[cell.value for cell in row.cells[:3]] for row in table.rows] == [
        ["8", "8", "0"],
        ["6", "1", "1"],
    ]
    assert [row.cells[3].remark for row in table.rows] == [
        "no published outcome",
        "row of rietschel_2008",
    ]


def test_the_counts_of_a_result_are_those_of_its_records() -> None:
    result = sample_result(TWO_ARMS, patients=4, failed=0)
    found = model_evidence(result)
    assert found.numbers == len(result.parameters)
    assert found.assumed == sum(record.kind == "assumed" for record in result.parameters)


def test_the_answer_tells_every_criterion_that_scored() -> None:
    months = Estimate(3.2, 1.8, 3.7, 0.95, "confidence", "test")
    scores = tuple(
        CriterionScore("First", name, {"orr": exact_interval(count, 20), "pfs_median_months": months})
        for name, count in (("who-1979", 2), ("irecist", 5))
    )
    words = criteria_sentence(summary_with(scores=scores))
    assert "by WHO criteria 10.0 %" in words
    assert "by iRECIST 25.0 %" in words
    assert words.count("median progression-free survival was 3.2 months") == 2
    assert criteria_sentence(summary_with(scores=())) == ""


def test_the_answer_tells_response_by_thirds_before_treatment() -> None:
    months = Estimate(3.2, 1.8, 3.7, 0.95, "confidence", "test")
    thirds = tuple(
        BaselineThird("First", "regulatory_t_cells", third, 10, 0.0, 1.0, exact_interval(count, 10), months)
        for third, count in zip(THIRDS, (4, 2, 1), strict=True)
    )
    assert thirds_sentence(summary_with(thirds=thirds)).endswith(
        "10 patients each: First, Regulatory T cells 40.0, 20.0 and 10.0 %."
    )


def test_of_many_biomarker_tests_the_answer_tells_the_last_time_alone() -> None:
    summary = summary_with()
    before, after = [1.0, 2.0, 4.0], [2.0, 5.0, 8.0]
    changes = mean_change(before, after), signed_rank_change(before, after)
    tests = tuple(BiomarkerTest("plasma_vegf", 7.0 * week, *changes) for week in range(9))
    words = answer(replace(summary, arms=(replace(summary.arms[0], biomarker_tests=tests),))).biomarkers
    assert words.count("Plasma VEGF") == 1
    assert "at week 8" in words
    assert "p = " not in words


def test_no_two_of_twelve_arms_are_drawn_alike() -> None:
    styles = arm_styles([f"Arm {number}" for number in range(12)])
    assert len({(style.line, style.dash) for style in styles.values()}) == 12


def test_arms_whose_many_pairs_are_left_out_still_have_one_finding_each() -> None:
    arms = tuple(ArmSketch(f"Arm {number}", ("aldesleukin",), 0.2, 300.0) for number in range(5))
    found = answer(summarise(sample_result(arms, patients=4, failed=0)))
    assert [finding.arm for finding in found.findings] == [arm.name for arm in arms]
