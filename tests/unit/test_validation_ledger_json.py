import json
import math
from dataclasses import replace

from ledger_samples import empty_ledger, sample_ledger
from trialkine.validation.ledger import Ledger
from trialkine.validation.ledger_json import ledger_record, ledger_text
from validation_rows import ROW, WIDE, in_months, row_of, scored

REACHED_BY_HALF = in_months({0.50: (9.0, math.inf), 0.80: (8.0, math.inf), 0.95: (7.0, math.inf)}, math.inf)


def ledger_of(*rows):
    return Ledger(rows, (("trial-9", "several diseases"),), {"seed": "1"}, leave_out=True)


def metric_of(row):
    """The record of one row."""
    (trial,) = ledger_record(ledger_of(row))["trials"]
    ((record,),) = [arm["metrics"].values() for arm in trial["arms"]]
    return record


def test_one_row_has_every_number_under_its_name():
    pool = replace(WIDE, median=0.16, crps=0.03)
    record = metric_of(replace(ROW, reported=0.20, reported_low=0.1, baselines={"same class": pool}))
    assert record == {
        "reported": 0.20,
        "reported_low": 0.1,
        "reported_high": None,
        "n": 50,
        "at_least": False,
        "predicted": {
            "median": 0.12,
            "low_50": 0.10,
            "high_50": 0.15,
            "low_80": 0.08,
            "high_80": 0.18,
            "low_95": 0.05,
            "high_95": 0.21,
        },
        "inside_50": False,
        "inside_80": False,
        "inside_95": True,
        "crps": 0.02,
        "log_score": -3.0,
        "pit": 0.4,
        "baseline": record["baseline"],
        "baseline_disease": None,
        "baseline_disease_why": "no other trial in this disease reports it",
        "scored": True,
        "why": "",
    }
    assert record["baseline"]["median"] == 0.16
    assert record["baseline"]["crps"] == 0.03
    assert record["baseline"]["inside_95"] is True


def test_rows_are_in_trials_and_arms_and_lines_in_their_order():
    rows = (
        row_of("b", 0.1),
        row_of("a", 0.1),
        row_of("b", 0.2, "cr_rate"),
        row_of("b", 0.3, line="temozolomide"),
        row_of("b", 0.3, arm="Other"),
    )
    found = ledger_record(ledger_of(*rows))
    assert [trial["trial"] for trial in found["trials"]] == ["b", "a"]
    arms = found["trials"][0]["arms"]
    assert [(arm["arm"], arm["line"], list(arm["metrics"])) for arm in arms] == [
        ("Interleukin-2", None, ["orr", "cr_rate"]),
        ("Interleukin-2", "temozolomide", ["orr"]),
        ("Other", None, ["orr"]),
    ]


def test_what_was_not_predicted_is_null_with_the_reason():
    record = metric_of(replace(ROW, predicted=None, why="too few responders", is_scored=False))
    assert record["predicted"] is record["inside_80"] is record["crps"] is None
    assert record["why"] == "too few responders"
    assert metric_of(replace(ROW, predicted=None))["why"] == "the model gives no number"


def test_limits_that_are_not_reached_are_null_with_the_reason():
    record = metric_of(row_of("a", 9.0, "os_median_months", predicted=REACHED_BY_HALF))
    assert record["predicted"]["median"] is record["predicted"]["high_95"] is None
    assert record["predicted"]["low_95"] == 7.0
    assert "not reached" in record["predicted"]["why"]


def test_a_lower_bound_is_neither_inside_nor_outside():
    record = metric_of(replace(ROW, at_least=True, predicted=scored(None, -0.2, None)))
    assert [record[f"inside_{level}"] for level in (50, 80, 95)] == [None] * 3
    assert record["log_score"] == -0.2
    assert record["why"] == "only a lower bound is reported"


def test_a_score_that_is_missing_has_a_reason_in_baselines_too():
    record = metric_of(replace(ROW, baselines={"same disease": scored(None)}))
    assert record["why"] == ""
    assert record["baseline_disease"]["crps"] is None
    assert "no horizon" in record["baseline_disease"]["why"]


def test_the_whole_reads_back_and_has_no_number_that_json_does_not_know():
    ledger = sample_ledger(leave_out=True)
    found = json.loads(ledger_text(ledger), parse_constant=lambda name: f"bad {name}")
    assert "bad" not in json.dumps(found)
    assert found == ledger_record(ledger)
    assert (found["schema"], found["leave_out"]) == (1, True)
    metrics = [arm["metrics"] for trial in found["trials"] for arm in trial["arms"]]
    assert sum(len(each) for each in metrics) == len(ledger.rows)
    assert found["left_out"][0].keys() == {"name", "why"}


def test_the_summary_says_how_often_reports_lay_inside():
    rows = (row_of("a", 0.12, baselines={"same class": scored(0.04)}), row_of("b", 0.40))
    first = ledger_record(ledger_of(*rows))["summary"][0]
    assert (first["group"], first["use"], first["rows"], first["families"]) == ("all", "all", 2, 2)
    assert [each["share"] for each in first["coverage"]] == [0.5, 0.5, 0.5]
    assert first["comparisons"][0]["baseline_crps"] == 0.04
    assert first["comparisons"][0]["crps_ratio"] == 0.5
    assert sum(first["pit_counts"]) == 2


def test_an_empty_ledger_has_no_trials_and_no_summary():
    found = ledger_record(empty_ledger())
    assert (found["trials"], found["summary"]) == ([], [])
