"""The file of claims is read strictly, and its faults are told together with their lines."""

import pytest

from claims_samples import CLAIMS, HEAD, catalogue_text, small_catalogue
from trialkine.claims.catalogue import choose, parse_catalogue
from trialkine.errors import InputError, ProblemsError


def complaint(claims=CLAIMS, head=HEAD):
    with pytest.raises(ProblemsError) as caught:
        small_catalogue(claims, head)
    return str(caught.value)


def test_a_check_compares_with_a_reading_that_differs_only_in_what_it_says():
    (_, second, _) = small_catalogue().claims
    (check,) = second.checks
    assert (check.than.arm, check.than.metric, check.than.run) == ("HD IL-2", "orr", "long_trial")


def test_a_claim_is_slow_when_one_of_its_runs_is():
    catalogue = small_catalogue()
    assert [catalogue.is_slow(claim) for claim in catalogue.claims] == [False, True, False]


def test_a_value_of_the_protocol_as_written_needs_no_run():
    written = CLAIMS.replace(
        'metric = "orr"\nis = "below"\nvalue = 0.2', 'path = "title"\nis = "equals"\nvalue = "x"'
    )
    catalogue = small_catalogue(written)
    assert catalogue.runs_of(catalogue.claims[:1]) == ()


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
    catalogue = small_catalogue()
    assert [claim.id for claim in choose(catalogue, ["A2"])] == ["A2"]
    assert [claim.id for claim in choose(catalogue, ["A3", "A"])] == ["A3", "A1", "A2"]
    assert choose(catalogue, []) == catalogue.claims
    with pytest.raises(InputError, match="No claim is called 'A9'"):
        choose(catalogue, ["A9"])
