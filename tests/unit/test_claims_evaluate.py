"""Judging: shared runs, slow runs, failed runs, and what each leaves on the page."""

import json
import re
from dataclasses import replace

import pytest

from claims_samples import CLAIMS, HEAD, outcome_of, small_catalogue, with_responses
from report_samples import SINGLE_ARM, TWO_ARMS, sample_result
from trialkine.claims.evaluate import evaluate
from trialkine.claims.markdown import claims_markdown
from trialkine.claims.page import claims_page
from trialkine.claims.record import STANDINGS, Verdict
from trialkine.claims.summary_json import claims_text
from trialkine.errors import SimulationError


def no_responses():
    result = sample_result(SINGLE_ARM, patients=60, failed=0)
    return outcome_of(with_responses(result, "IM862", ["SD"] * 20 + ["PD"] * 40))


def two_arms():
    """12 of 60 respond to one line and 42 of 60 to two."""
    result = sample_result(TWO_ARMS, patients=60, failed=0)
    result = with_responses(result, "HD IL-2", ["PR"] * 12 + ["PD"] * 48)
    return outcome_of(
        with_responses(result, "HD IL-2 then temozolomide", ["CR"] * 20 + ["PR"] * 22 + ["PD"] * 18)
    )


def simulator(made, failing=()):
    def simulate(run, file, seed, jobs, progress):
        made.append((run.name, file.name, seed))
        if run.name in failing:
            raise SimulationError(f"{file}: too many patients failed.")
        return no_responses() if run.name == "trial" else two_arms()

    return simulate


def judged(with_slow=True, failing=(), catalogue=None, claims=None):
    made = []
    found = catalogue or small_catalogue()
    evaluation = evaluate(
        found, claims or found.claims, with_slow=with_slow, seed=3, simulate=simulator(made, failing)
    )
    return evaluation, made


def verdicts(evaluation):
    return {each.claim.id: each.verdict for each in evaluation.judged}


def test_claims_get_the_verdicts_their_counts_deserve():
    """0 of 60 is below 20 %, and 42 of 60 is more than 12 of 60."""
    evaluation, _ = judged()
    assert verdicts(evaluation) == {
        "A1": Verdict.REPRODUCED, "A2": Verdict.REPRODUCED, "A3": Verdict.NOT_TESTABLE,
    }  # fmt: skip
    assert evaluation.judged[0].findings[0].found == "0.0 % (0.0 to 6.0)"
    assert evaluation.judged[2].why == "It describes a record."


def test_a_claim_the_numbers_are_against_is_contradicted():
    catalogue = small_catalogue(CLAIMS.replace('is = "higher than"', 'is = "lower than"'))
    evaluation, _ = judged(catalogue=catalogue)
    assert verdicts(evaluation)["A2"] is Verdict.CONTRADICTED


def test_the_contrast_of_the_same_patients_is_the_paired_one_in_either_direction():
    catalogue = small_catalogue()
    (check,) = catalogue.claims[1].checks
    turned = replace(check, reading=check.than, than=check.reading, rule="lower than")
    claim = replace(catalogue.claims[1], checks=(check, turned))
    evaluation, _ = judged(catalogue=catalogue, claims=[claim])
    first, second = evaluation.judged[0].findings
    assert (first.verdict, second.verdict) == (Verdict.REPRODUCED, Verdict.REPRODUCED)
    assert first.found.startswith("difference +50.0 points (+")
    assert second.found.startswith("difference −50.0 points (−")


def test_a_run_is_made_once_for_all_claims_that_read_it():
    catalogue = small_catalogue()
    twice = [catalogue.claims[0], replace(catalogue.claims[0], id="A4")]
    evaluation, made = judged(catalogue=catalogue, claims=twice)
    assert made == [("trial", "im862-renal.yaml", 3)]
    assert len(evaluation.judged) == 2


def test_slow_runs_are_left_out_unless_asked_for():
    evaluation, made = judged(with_slow=False)
    assert [name for name, *_ in made] == ["trial"]
    assert verdicts(evaluation)["A2"] is Verdict.NOT_RUN
    assert not evaluation.has_failed


def test_a_run_that_fails_is_a_verdict_and_the_others_go_on():
    evaluation, _ = judged(failing=("trial",))
    assert verdicts(evaluation)["A1"] is Verdict.FAILED
    assert verdicts(evaluation)["A2"] is Verdict.REPRODUCED
    assert evaluation.has_failed
    assert evaluation.failures == {"trial": "examples/im862-renal.yaml: too many patients failed."}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('arm = "IM862"', 'arm = "IM826"', "has no arm 'IM826'. Did you mean 'IM862'?"),
        (
            'metric = "orr"\nis = "below"',
            'metric = "ors"\nis = "below"',
            "the metric 'ors'. Did you mean 'orr'?",
        ),
        ('metric = "orr"\nis = "below"', 'path = "arms/IM862/n/x"\nis = "below"', "'x' is not there"),
        (
            'metric = "orr"\nis = "below"',
            'measure = "progressed_before"\nis = "below"',
            "without its option 'weeks'",
        ),
    ],
)
def test_a_claim_that_names_what_is_not_there_fails_with_a_sentence(before, after, message):
    evaluation, _ = judged(catalogue=small_catalogue(CLAIMS.replace(before, after, 1)))
    assert verdicts(evaluation)["A1"] is Verdict.FAILED
    assert message in evaluation.judged[0].why


def test_a_missing_example_is_a_failed_run():
    catalogue = small_catalogue(head=HEAD.replace("im862-renal.yaml", "nowhere.yaml"))
    evaluation, _ = judged(catalogue=catalogue)
    assert "'nowhere.yaml' is not there" in evaluation.failures["trial"]


def test_a_path_reads_the_summary_and_the_protocol_as_written():
    summary = CLAIMS.replace(
        'metric = "orr"\nis = "below"', 'path = "arms/IM862/metrics/orr"\nis = "below"', 1
    )
    evaluation, _ = judged(catalogue=small_catalogue(summary))
    assert evaluation.judged[0].findings[0].found == "0.0 % (0.0 to 6.0)"
    written = CLAIMS.replace(
        'metric = "orr"\nis = "below"\nvalue = 0.2',
        'path = "arms/IM862/treatment/im862/dose"\nis = "equals"\nvalue = "20 mg"', 1,
    )  # fmt: skip
    for text, verdict in (
        (written, Verdict.REPRODUCED),
        (written.replace('"20 mg"', '"5 mg"'), Verdict.CONTRADICTED),
    ):
        evaluation, made = judged(with_slow=False, catalogue=small_catalogue(text))
        assert (verdicts(evaluation)["A1"], made) == (verdict, [])


def test_a_path_without_a_run_reads_the_map_of_receptors():
    written = CLAIMS.replace(
        'run = "trial"\narm = "IM862"\nmetric = "orr"\nis = "below"\nvalue = 0.2',
        'path = "ligands_with/p40"\nis = "equals"\nvalue = "interleukin-12, interleukin-23"',
    )
    head = HEAD.replace('[runs.trial]\nexample = "im862-renal.yaml"\npatients = 60\n', "")
    evaluation, _ = judged(with_slow=False, catalogue=small_catalogue(written, head))
    assert verdicts(evaluation)["A1"] is Verdict.REPRODUCED


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        (("held", "held", "mixed"), Verdict.REPRODUCED),
        (("held", "mixed", "failed"), Verdict.UNDECIDED),
        (("failed", "failed", "held"), Verdict.CONTRADICTED),
    ],
)
def test_a_claim_about_others_counts_what_became_of_them_in_patients(entries, verdict):
    claims = CLAIMS
    for place, entry in enumerate(entries, 1):
        claims = claims.replace(f'id = "A{place}"', f'id = "A{place}"\nclinic = "{entry}"')
    claims += (
        '[[claims]]\nid = "A4"\ntext = "t"\nkind = "verdict"\nsource = "assumption"\nstanding = "stated"\n'
    )
    claims += 'follows = ["A1", "A2", "A3"]\n'
    evaluation, _ = judged(with_slow=False, catalogue=small_catalogue(claims))
    assert verdicts(evaluation)["A4"] is verdict


def test_slow_runs_of_some_claims_only_are_made_when_they_are_named():
    found, made = small_catalogue(), []
    claims = [replace(claim, id=f"{claim.id}x") for claim in found.claims[1:2]] + list(found.claims)
    evaluation = evaluate(found, claims, slow_for=["A2"], seed=3, simulate=simulator(made))
    assert [name for name, *_ in made] == ["long_trial", "trial"]
    assert verdicts(evaluation)["A2"] is Verdict.REPRODUCED
    made.clear()
    evaluate(found, found.claims, slow_for=["A1"], seed=3, simulate=simulator(made))
    assert [name for name, *_ in made] == ["trial"]


# -- what is written -------------------------------------------------------------------------------


def test_page_markdown_and_json_hold_every_claim_with_its_verdict_and_figures():
    catalogue = small_catalogue()
    evaluation, _ = judged(failing=("long_trial",))
    page = claims_page(catalogue, evaluation, "1.0")
    markdown = claims_markdown(catalogue, evaluation, "1.0")
    for text in (re.sub(r"<[^>]+>", "", page), markdown):
        for each in evaluation.judged:
            assert each.claim.id in text
            assert each.claim.text in text
        assert "0.0 % (0.0 to 6.0)" in text
        assert "It describes a record." in text
    record = json.loads(claims_text(evaluation))
    assert [entry["verdict"] for entry in record["claims"]] == ["reproduced", "failed to run", "not testable"]
    assert record["counts"]["reproduced"] == 1


@pytest.mark.parametrize("standing", STANDINGS)
def test_what_was_reproduced_is_counted_by_what_the_model_knew_of_it(standing):
    catalogue = small_catalogue(CLAIMS.replace('standing = "free"', f'standing = "{standing}"'))
    evaluation, _ = judged(with_slow=False, catalogue=catalogue)
    of = dict.fromkeys(STANDINGS, 0) | {standing: 1}
    assert json.loads(claims_text(evaluation))["reproduced_by_standing"] == of
    words = f"of them {of['free']} free of calibration and assumption and not merely stated; "
    words += f"{of['calibrated']} calibrated, {of['assumed']} assumed, {of['stated']} merely stated"
    assert f"1 reproduced ({words})" in claims_markdown(catalogue, evaluation, "1.0")
    assert words in claims_page(catalogue, evaluation, "1.0")


def test_the_page_loads_nothing_and_escapes_what_it_is_given():
    catalogue = small_catalogue(CLAIMS.replace("Nobody responds.", "Nobody <script> responds."))
    evaluation, _ = judged(catalogue=catalogue)
    page = claims_page(catalogue, evaluation, "1.0")
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "Not for treating patients" in page


def test_the_ledger_says_what_patients_showed_beside_the_verdict():
    head = HEAD.replace('A = "A text"', 'A = "A text"\nE = "Lessons"')
    claims = CLAIMS.replace('id = "A1"', 'id = "E1"\nclinic = "mixed"\nrecord = "5 against 10 %."')
    catalogue = small_catalogue(claims, head)
    evaluation, _ = judged(catalogue=catalogue)
    assert "In patients: mixed." in claims_page(catalogue, evaluation, "1.0")
    assert "| E1 | Nobody responds. | mixed | reproduced |" in claims_markdown(catalogue, evaluation, "1.0")


def test_the_same_runs_give_the_same_page():
    catalogue = small_catalogue()
    pages = [claims_page(catalogue, judged()[0], "1.0") for _ in range(2)]
    assert pages[0] == pages[1]
