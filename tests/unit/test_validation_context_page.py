"""The page of a review: its numbers are those of the ledger, the records and the recorded checks."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ledger_samples import empty_ledger, only, sample_ledger
from page_reader import Page, unspaced
from trialkine.diseases.disease import load_disease
from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble
from trialkine.published_trials.catalogue import trial_files
from trialkine.records import KINDS
from trialkine.trial.protocol import Protocol
from trialkine.validation.assumed_numbers import assumptions_of, only_assumed
from trialkine.validation.context import Credibility, Stated, credibility
from trialkine.validation.context_json import context_record, context_text
from trialkine.validation.context_page import context_page, write_context
from trialkine.validation.ledger_answer import NOTHING_SIMULATED
from trialkine.validation.limits_of_use import Limit, arm_agents, limits_of_use
from trialkine.validation.spread_layers import spread_layers
from trialkine.validation.verification import verification

ROOT = Path(__file__).parents[2]


@cache
def review() -> Credibility:
    return credibility(sample_ledger(), Stated(agents=("aldesleukin", "temozolomide")), {})


# -- the context of use -----------------------------------------------------------------------------


def test_the_default_use_names_agents_and_diseases() -> None:
    found = review()
    assert found.use.startswith(
        "Predict response, progression and survival of a trial of aldesleukin or temozo"
    )
    assert "in metastatic melanoma, metastatic renal cell carcinoma or high-risk melanoma" in found.use
    assert found.use.endswith("before it is run.")
    assert (found.influence, found.consequence) == ("not stated", "not stated")
    assert found.use in Page(context_page(found)).text


def test_what_the_user_states_is_shown() -> None:
    stated = Stated("Which dose?", "Choose a dose.", "medium", "low", ("aldesleukin",), ("melanoma",))
    text = Page(context_page(credibility(sample_ledger(), stated, {}))).text
    for words in ("Which dose?", "Choose a dose.", "medium", "low"):
        assert words in text


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"influence": "huge"}, "Model influence is 'huge'. Write 'low'"),
        ({"consequence": "none"}, "Decision consequence is 'none'"),
    ],
)
def test_unknown_grades_are_refused_when_they_are_stated(stated: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        Stated(**stated)


def test_unknown_agents_are_refused() -> None:
    with pytest.raises(InputError, match=re.escape("Did you mean 'aldesleukin'?")):
        credibility(sample_ledger(), Stated(agents=("aldesleukine",)), {})


def test_numbers_are_counted_by_kind_and_assumed_ones_have_ranges() -> None:
    found = assumptions_of(["melanoma"], ["aldesleukin"])
    melanoma = next(scope for scope in found.scopes if scope.name == "melanoma")
    records = load_disease("melanoma").records.values()
    assert melanoma.kinds == {kind: sum(record.kind == kind for record in records) for kind in KINDS}
    assert found.kinds["assumed"] == len(found.assumed)
    assert all(number.low and number.high for number in found.assumed)
    assert any(number.scopes == ("Aldesleukin",) for number in found.assumed)


def test_numbers_that_an_ensemble_sets_count_as_calibrated() -> None:
    name = next(one.name for one in load_disease("melanoma").records.values() if one.kind == "assumed")
    values = np.array([[1.0, 0.4, 0.2], [2.0, 0.6, 0.4]])
    names = (f"melanoma:{name}", "trial.discrepancy.response", "trial.case_mix.sd")
    members = ParameterEnsemble(names, values, np.full(2, 0.5), "made up")
    before, after = (assumptions_of(["melanoma"], [], one) for one in (None, members))
    assert after.kinds["assumed"] == before.kinds["assumed"] - 1
    assert name not in {number.name for number in after.assumed}
    layers = {layer.name: layer for layer in spread_layers(sample_ledger(), members)}
    assert layers["Ensemble of parameter sets"].numbers["members"] == 2
    assert layers["Discrepancy between model and trials"].numbers == {"trial.discrepancy.response": 0.5}
    assert layers["Differences between trials"].numbers["trial.case_mix.sd"] == pytest.approx(0.3)


def test_without_an_ensemble_the_intervals_say_that_they_are_conditional() -> None:
    layers = spread_layers(empty_ledger(), None)
    assert [layer.is_held for layer in layers] == [True, True, False, False, False]
    assert "conditional on one set" in layers[2].words


def test_the_page_says_what_classes_of_agents_are_given_and_what_no_interval_holds() -> None:
    members = ParameterEnsemble(("trial.response_spread",), np.array([[0.2], [0.6]]), np.full(2, 0.5), "two")
    layers = {layer.name: layer for layer in spread_layers(sample_ledger(), members)}
    offsets = layers["What the mechanism misses of a class of agents"]
    assert offsets.numbers == {"trial.response_spread": pytest.approx(0.4)}
    assert layers["What was known beforehand"].is_held is False


def test_agents_without_a_calibrated_number_are_only_assumed() -> None:
    found = {one.agent for one in only_assumed(["interleukin_21", "temozolomide", "placebo"], None)}
    assert found == {"interleukin_21"}


def limit(limits: tuple[Limit, ...], name: str) -> tuple[str, ...]:
    return next(one.found for one in limits if one.name == name)


def test_limits_follow_from_the_ledger() -> None:
    ledger = sample_ledger()
    agents = {(row.trial, row.arm): ("aldesleukin",) for row in ledger.rows if "il2" in row.trial}
    limits = limits_of_use(ledger, agents, None)
    assert "Metastatic breast cancer" in limit(limits, "Diseases without any validated trial")
    assert "Metastatic melanoma" not in limit(limits, "Diseases without any validated trial")
    untried = limit(limits, "Agents without any validated trial")
    assert "Aldesleukin" not in untried
    assert "Temozolomide" in untried
    assert "Placebo" not in untried
    assert any("Response rate" in one for one in limit(limits, "Outcomes whose coverage is outside nominal"))
    few = limit(limits, "Outcomes of too few families to tell")
    assert few
    assert all(int(one.split()[-2]) < 10 for one in few)
    assert any(
        "9.6 against 3.5 points" in one for one in limit(limits, "Outcomes predicted worse than by history")
    )


def test_trials_that_calibration_saw_are_fit_alone_unless_left_out() -> None:
    ledger = only("calibration")
    agents = {(row.trial, row.arm): ("aldesleukin",) for row in ledger.rows}
    seen = limits_of_use(ledger, agents, None)
    assert "Metastatic melanoma" in limit(seen, "Diseases with fit alone")
    assert limit(seen, "Agents with fit alone") == ("Aldesleukin",)
    left_out = limits_of_use(replace(ledger, leave_out=True), agents, None)
    assert limit(left_out, "Diseases with fit alone") == ()
    assert limit(left_out, "Agents with fit alone") == ()


def test_the_agents_of_an_arm_come_from_its_protocol() -> None:
    file = next(path for path in trial_files() if path.stem == "im862-renal-2004")
    trials = {file.stem: Protocol.read(file)}
    arm = trials[file.stem].arms[0]
    row = replace(sample_ledger().rows[0], trial=file.stem, arm=arm.name)
    assert arm_agents([row, replace(row, trial="another")], trials) == {(row.trial, arm.name): ("im862",)}


def test_recorded_results_stand_in_the_pages_that_they_name() -> None:
    found = verification()
    assert found.suites
    assert found.results
    for suite in found.suites:
        assert (ROOT / suite.where).is_file(), suite.where
    for result in found.results:
        page = plain_numbers((ROOT / result.recorded_in).read_text("utf-8"))
        for stated in re.findall(r"\d[\d,.]*(?:e-\d+)?", plain_numbers(f"{result.what} {result.result}")):
            assert stated.rstrip(",.") in page, f"{stated} is not in {result.recorded_in}"
        for path in re.findall(r"(?:tests|benchmarks)/\S+", result.command):
            assert (ROOT / path).is_file(), path


def plain_numbers(text: str) -> str:
    """Powers of ten as 1e-3, whatever a page writes."""
    superscripts = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    text = re.sub(r"10(⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda found: f"1e{found[1].translate(superscripts)}", text)
    text = re.sub(r"·1e", "e", text)
    return re.sub(r"e-0(\d)", r"e-\1", text)


def test_the_page_and_the_json_hold_the_same_review(tmp_path: Path) -> None:
    write_context(sample_ledger(), tmp_path, stated=Stated(agents=("aldesleukin",)), protocols={})
    data = json.loads((tmp_path / "context.json").read_text("utf-8"))
    text = unspaced(Page((tmp_path / "context.html").read_text("utf-8")).text)
    assert unspaced(data["context_of_use"]) in text
    for found in data["limits_of_use"]:
        for one in (found["name"], found["rule"], *found["found"]):
            assert unspaced(one) in text
    for result in data["verification"]["results"]:
        assert unspaced(result["result"]) in text
        assert result["date"] in text
    for number in data["assumptions"]["assumed"]:
        assert unspaced(number["where"]) in text
    for layer in data["uncertainty"]:
        assert unspaced(layer["how"]) in text
    assert {one["disease"] for one in data["validation"]["coverage"]} == {
        row.disease for row in sample_ledger().rows
    }


def test_the_same_review_gives_the_same_text() -> None:
    assert context_text(review()) == context_text(review())
    assert json.loads(context_text(review())) == context_record(review())


def test_an_empty_ledger_gives_a_review_too() -> None:
    found = credibility(empty_ledger(), Stated(), {})
    text = Page(context_page(found)).text
    assert found.use == "Predict response, progression and survival of a trial before it is run."
    assert NOTHING_SIMULATED in text
    assert "Metastatic melanoma" in text  # among the diseases without a validated trial
