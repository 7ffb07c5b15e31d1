"""The sentences about a single arm and its controlled trial follow its numbers."""

from dataclasses import replace

import pytest

from confirmation_samples import BACKGROUND, SMALL, kill_rates, single_arm
from trialkine.calibration.confirm import confirm
from trialkine.calibration.confirmation import Ridge
from trialkine.validation.confirmation_words import (
    assumptions,
    chance_words,
    headline,
    reasons,
    reasons_title,
    warning,
)


@pytest.fixture(scope="module")
def trapped():
    return confirm(single_arm(background=BACKGROUND), plan=SMALL, simulate=kill_rates)


@pytest.fixture(scope="module")
def working():
    return confirm(single_arm("antiretrovirals"), plan=SMALL, simulate=kill_rates)


def _with(found, **parts):
    return replace(found, verdict=replace(found.verdict, **parts))


def test_a_trap_names_both_readings(trapped):
    said = warning(trapped)
    assert said is not None
    assert chance_words(trapped.verdict.after.success) in said
    assert "antiretrovirals in the model" in said
    assert "16 of 44 responded (36 %)" in headline(trapped)
    assert reasons_title(trapped) == "Why it is low"


def test_no_warning_where_the_naive_reading_is_low_too(trapped):
    naive = replace(trapped.verdict.naive, success=0.4)
    assert warning(_with(trapped, naive=naive)) is None


def test_no_warning_where_the_trial_is_likely_to_succeed(trapped):
    after = replace(trapped.verdict.after, success=0.6)
    likely = _with(trapped, after=after)
    assert warning(likely) is None
    assert reasons_title(likely) == "Why it is high"


@pytest.mark.parametrize(
    ("factor", "words"),
    [(12.0, "12.0 times as likely"), (1.2, "hardly tells"), (0.1, "speaks against")],
)
def test_the_bayes_factor_is_put_into_words(trapped, factor, words):
    after = replace(trapped.verdict.after, bayes_factor=factor)
    assert any(words in reason for reason in reasons(_with(trapped, after=after)))


def test_a_ridge_is_told_only_where_there_is_one(trapped):
    telling, flat = (Ridge(0.0, posterior, 0.3, 0.9) for posterior in (-0.6, 0.1))
    sentences = [" ".join(reasons(_with(trapped, ridge=one))) for one in (telling, flat)]
    assert "not which of them gives it" in sentences[0]
    assert "−0.60" in sentences[0]
    assert "not which of them gives it" not in sentences[1]


def test_without_background_the_responses_are_the_drugs(working):
    assert warning(working) is None
    said = " ".join(reasons(working))
    assert "Nothing runs in the background" in said
    assert "antiretrovirals" in said
    assert not any("Share of patients" in one for one in assumptions(working))


def test_what_is_assumed_says_why_the_drug_may_equal_the_background(trapped):
    said = " ".join(assumptions(trapped))
    assert "in 0 % of the draws, fewer than 5 %" in said
    assert "prior probability 0.50" in said
    assert "0.90, as stated" in said


def test_a_probability_is_never_quite_nought_or_one():
    assert [chance_words(chance) for chance in (0.001, 0.5, 0.999)] == ["below 0.01", "0.50", "above 0.99"]
