"""The file of claims is read strictly, and its faults are told together with their lines."""

import pytest

from claims_samples import CLAIMS, HEAD, catalogue_text, small_catalogue
from trialkine.claims.catalogue import catalogue, choose, parse_catalogue, slow_by_name
from trialkine.errors import InputError, ProblemsError


def complaint(claims=CLAIMS, head=HEAD):
    with pytest.raises(ProblemsError) as caught:
        small_catalogue(claims, head)
    return str(caught.value)


def test_a_check_compares_with_a_reading_that_differs_only_in_what_it_says():
    (_, second, _) = small_catalogue().claims
    (check,) = second.checks
    assert (check.than.arm, check.than.metric, check.than.run) == ("HD IL-2", "orr", "long_trial")


def test_the_smallest_difference_that_matters_is_that_of_the_check_or_of_the_file():
    own = CLAIMS.replace('is = "higher than"', 'is = "higher than"\nby = 0.1')
    assert [small_catalogue(text).claims[1].checks[0].by for text in (CLAIMS, own)] == [0.05, 0.1]


def test_how_wide_a_prediction_may_be_is_a_difference_of_shares_and_a_ratio_of_times():
    share = CLAIMS.replace('is = "below"', 'is = "predicts"')
    time = share.replace('metric = "orr"', 'metric = "os_median_months"', 1)
    found = [small_catalogue(text).claims[0].checks[0] for text in (share, time)]
    assert [(check.apart, check.factor) for check in found] == [(0.5, None), (None, 4.0)]


def test_no_check_of_the_founding_texts_calls_every_difference_one_or_every_interval_a_prediction():
    checks = [check for claim in catalogue().claims for check in claim.checks]
    compared = [check.by for check in checks if check.rule in ("higher than", "lower than")]
    predicted = [check for check in checks if check.rule == "predicts"]
    assert compared
    assert min(compared) > 0.0
    assert [check.about for check in predicted if (check.apart is None) == (check.factor is None)] == []


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "fraction = 0.05",
            "",
            "'higher than' needs a number above 0. Write `fraction` in [matters], or `by`",
        ),
        ("fraction = 0.05", "fraction = 0", "'higher than' needs a number above 0"),
        ("fraction = 0.05", "fractoin = 0.05", "unknown field 'fractoin'"),
        ("apart = 0.5", "apart = true", "'predicts' needs a number above 0. Write `apart` in [widest]."),
    ],
)
def test_a_file_that_does_not_say_what_matters_is_refused(before, after, message):
    assert before in HEAD
    predicted = CLAIMS.replace('is = "below"', 'is = "predicts"')
    assert message in complaint(predicted, HEAD.replace(before, after))


def test_a_claim_is_slow_when_one_of_its_runs_is():
    sample = small_catalogue()
    assert [sample.is_slow(claim) for claim in sample.claims] == [False, True, False]


def test_a_value_of_the_protocol_as_written_needs_no_run():
    written = CLAIMS.replace(
        'metric = "orr"\nis = "below"\nvalue = 0.2', 'path = "title"\nis = "equals"\nvalue = "x"'
    )
    sample = small_catalogue(written)
    assert sample.runs_of(sample.claims[:1]) == ()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('kind = "fact"', 'kind = "rumour"', "unknown kind 'rumour'"),
        (
            'source = "assumption"',
            'source = "asumption"',
            "unknown source 'asumption'. Did you mean 'assumption'?",
        ),
        ('is = "below"', 'is = "bellow"', "no rule is called 'bellow'"),
        ("value = 0.2", "", "the rule 'below' needs value"),
        ('run = "trial"', 'run = "trail"', "no run is called 'trail'. Did you mean 'trial'?"),
        (
            'metric = "orr"\nis = "below"',
            'measure = "volume_respons"\nis = "below"',
            "Did you mean 'volume_response'?",
        ),
        ('metric = "orr"\nis = "below"', 'is = "below"', "must read one thing"),
        ('run = "trial"\n', "", "names no run"),
        ('standing = "free"', "", "needs a standing"),
        ('not_testable = "It describes a record."', "", "needs checks, or `not_testable`"),
        ('id = "A3"', 'id = "A2"', "The id 'A2' is given twice"),
        ('id = "A3"', 'id = "Z3"', "name 'Z' in [parts]"),
        ('id = "A3"', 'id = "A3"\ncolour = "red"', "unknown field 'colour'"),
        (
            'not_testable = "It describes a record."',
            'standing = "stated"\nfollows = ["A1"]',
            "no entry for the clinic",
        ),
    ],
)
def test_every_fault_is_named(before, after, message):
    assert before in CLAIMS
    assert message in complaint(CLAIMS.replace(before, after, 1))


def test_faults_are_told_together_with_their_lines():
    spoilt = CLAIMS.replace('kind = "fact"', 'kind = "x"').replace('kind = "design"', 'kind = "y"')
    lines = complaint(spoilt).splitlines()
    text = catalogue_text(spoilt).splitlines()
    numbers = [int(line.split(":")[1]) for line in lines]
    assert [text[number - 1] for number in numbers] == ['kind = "x"', 'kind = "y"']


def test_a_run_that_nobody_reads_is_a_fault():
    assert "No claim reads the run 'idle'" in complaint(
        head=HEAD + '[runs.idle]\nexample = "im862-renal.yaml"\n'
    )


def test_what_is_not_toml_is_refused_with_its_line():
    with pytest.raises(ProblemsError, match=r"sample.toml:2: This is not TOML"):
        parse_catalogue("[parts]\nA = \n", "sample.toml")


def test_claims_are_chosen_by_id_or_by_the_letter_of_their_text():
    sample = small_catalogue()
    assert [claim.id for claim in choose(sample, ["A2"])] == ["A2"]
    assert [claim.id for claim in choose(sample, ["A3", "A"])] == ["A3", "A1", "A2"]
    assert choose(sample, []) == sample.claims
    with pytest.raises(InputError, match="No claim is called 'A9'"):
        choose(sample, ["A9"])


def test_a_slow_claim_counts_as_named_by_its_id_and_not_by_its_letter():
    sample = small_catalogue()
    assert slow_by_name(sample, ["A1", "A2", "A3"]) == ("A2",)
    assert slow_by_name(sample, ["A"]) == ()
