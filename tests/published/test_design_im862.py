"""IM862 in renal cell carcinoma, 25 evaluable, no response (Deplanque et al., Br J Cancer)."""

from trialkine.design.two_stage import FirstStageRule, Verdict, judge, naive_estimate


def test_any_first_stage_of_twenty_five_stops_without_a_response():
    result = judge(FirstStageRule(r1=0, n1=25), [False] * 25)
    assert result.verdict is Verdict.stopped
    interval = naive_estimate(result.responses, result.patients)
    assert interval.low == 0.0
    assert round(100 * interval.high, 1) == 13.7  # 1 - 0.025 ** (1 / 25)
