"""Each fault between trials and the table of evidence is found, and a user's folder is read whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from trialkine.errors import InputError, ProblemsError
from trialkine.published_trials import catalogue
from trialkine.published_trials.catalogue import read_what_is_sound
from trialkine.published_trials.faults import faults_between
from trialkine.trial.protocol import Protocol

COLUMNS = (
    "id", "n_enrolled", "n_evaluable", "cr_n", "pr_n", "sd_n", "pd_n", "orr_pct", "orr_ci_low", "orr_ci_high",
    "mpfs_months", "mpfs_ci_low", "mpfs_ci_high", "pfs_type", "mos_months", "mos_ci_low", "mos_ci_high",
    "surv_1yr_pct", "year",
)  # fmt: skip

COUNTS = {"n_evaluable": "40", "cr_n": "2", "pr_n": "6", "sd_n": "10", "pd_n": "22", "orr_pct": "20"}
TIMES = {"mpfs_months": "1.9", "pfs_type": "TTP", "mos_months": "7.9", "surv_1yr_pct": "36.5"}
REPORTED = {
    "n": 40,
    "cr": 2,
    "pr": 6,
    "sd": 10,
    "pd": 22,
    "metrics": {"ttp_median_months": 1.9, "os_median_months": 7.9, "os_rate_12m": 0.365},
}
YAML = """\
schema: 1
title: IM862 in renal cell carcinoma
disease: renal_cell
arms:
  - name: IM862
    treatment: [{agent: im862, dose: 20 mg, route: intranasal, schedule: three times daily}]
assessments: {criteria: who-1979, every: 8 weeks}
enrolment: {patients: 25, per_month: 2}
follow_up: 18 months
"""
PUBLISHED = f"{YAML}reported: [{{arm: IM862, n: 25, cr: 0}}]\nsource: {{citation: 'Deplanque 2004'}}\n"


def row(name: str = "FIRST", **cells: str) -> dict[str, dict[str, str]]:
    """One row of the table of evidence, by its id."""
    return {name: {**dict.fromkeys(COLUMNS, ""), "year": "2004", **COUNTS, **TIMES, **cells, "id": name}}


def trial(
    rows: tuple[str, ...] = ("FIRST",),
    disease: str = "renal_cell",
    arms: tuple[str, ...] = ("IM862",),
    reported: Mapping[str, Any] = REPORTED,
    **source: Any,
) -> Protocol:
    """A published trial of which one number, or several, are reported for the first arm."""
    line = {"agent": "im862", "dose": "20 mg", "route": "intranasal", "schedule": "daily"}
    data: dict[str, Any] = {
        "schema": 1,
        "title": "A trial",
        "disease": disease,
        "arms": [{"name": name, "treatment": [line]} for name in arms],
        "assessments": {"criteria": "who-1979", "every": "8 weeks"},
        "enrolment": {"patients": 40, "per_month": 2},
        "follow_up": "18 months",
        "reported": [{"arm": arms[0], "rows": list(rows), **reported}],
        "source": {"citation": "Somebody 2004", "year": 2004, "use": "calibration", **source},
    }
    if len(arms) > 1:
        data["arms_are"] = "randomised"
    return Protocol.from_dict(data)


def only_fault(
    trials: Mapping[str, Protocol],
    rows: Mapping[str, Mapping[str, str]],
    left_out: Mapping[str, str] | None = None,
) -> str:
    (fault,) = faults_between(trials, rows, left_out)
    return fault


# -- rows -------------------------------------------------------------------------------------------


def test_a_catalogue_that_uses_every_row_once_has_no_fault() -> None:
    assert faults_between({"one": trial()}, row(), {}) == []


def test_a_row_that_is_not_in_the_table_is_named() -> None:
    assert "no row 'FRIST'" in only_fault({"one": trial(("FRIST",))}, row())


def test_calibration_needs_rows() -> None:
    assert "calibration needs rows" in only_fault({"one": trial(())}, row())
    assert faults_between({"one": trial((), use="prediction")}, row()) == []


def test_a_row_belongs_to_one_arm() -> None:
    trials = {"one": trial(family="A"), "two": trial(family="B")}
    assert "'FIRST' is used twice, in one, arm 'IM862' and two, arm 'IM862'" in only_fault(trials, row())


def test_a_row_is_used_or_left_out() -> None:
    rows = {**row(), **row("SECOND")}
    assert "'SECOND' is neither used nor left out" in only_fault({"one": trial()}, rows, {})
    assert faults_between({"one": trial()}, rows, {"SECOND": "several diseases"}) == []
    assert "used by a trial and listed" in only_fault({"one": trial()}, row(), {"FIRST": "several diseases"})


def test_what_is_left_out_is_in_the_table_and_has_a_reason() -> None:
    assert "no such row" in only_fault({"one": trial()}, row(), {"THIRD": "several diseases"})
    rows = {**row(), **row("SECOND")}
    assert "without a reason" in only_fault({"one": trial()}, rows, {"SECOND": " "})


# -- sources ----------------------------------------------------------------------------------------


def test_a_year_is_needed_unless_the_table_has_none_either() -> None:
    assert "no year of publication" in only_fault({"one": trial(year=None)}, row())
    assert faults_between({"one": trial(year=None)}, row(year="n/s")) == []
    assert "no year of publication" in only_fault({"one": trial((), year=None, use="prediction")}, {})


def test_a_citation_is_needed() -> None:
    one = trial()
    without = one.model_copy(update={"source": None})
    assert any("one: it has no citation" in fault for fault in faults_between({"one": without}, row()))
    assert one.source is not None
    blank = one.model_copy(update={"source": one.source.model_copy(update={"citation": " "})})
    assert "one: it has no citation" in only_fault({"one": blank}, row())


# -- patients who would count twice -----------------------------------------------------------------

TWO_ROWS = {**row(), **row("SECOND")}


def two(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Protocol]:
    return {"one": trial(**first), "two": trial(("SECOND",), **second)}


def test_one_family_counts_in_one_file() -> None:
    fault = only_fault(two({"family": "Atkins"}, {"family": "Atkins"}), TWO_ROWS)
    assert fault.startswith("one and two: both count for the family 'Atkins'")
    assert faults_between(two({"family": "Atkins"}, {"family": "Atkins", "counted": False}), TWO_ROWS) == []
    assert (
        faults_between(two({"family": "Atkins"}, {"family": "Atkins", "disease": "melanoma"}), TWO_ROWS) == []
    )


def test_a_trial_without_a_family_is_a_family_under_its_name() -> None:
    assert faults_between(two({}, {}), TWO_ROWS) == []
    assert "'one'" in only_fault(two({}, {"family": "one"}), TWO_ROWS)


def test_two_overlapping_series_do_not_both_count() -> None:
    shared = {"overlaps": ["NCI"]}
    assert "series of the group 'NCI'" in only_fault(two(shared, shared), TWO_ROWS)


@pytest.mark.parametrize(
    "second",
    [
        {"overlaps": ["NCI"], "counted": False},
        {"overlaps": ["NCI"], "use": "prediction"},
        {"overlaps": ["NCI"], "disease": "melanoma"},
        {"overlaps": ["NCI"], "arms": ("IM862", "Another")},
        {"overlaps": ["PROCLAIM"]},
    ],
    ids=["not counted", "never fitted", "another disease", "a comparison", "another group"],
)
def test_series_that_share_nothing_counted_are_no_fault(second: Mapping[str, Any]) -> None:
    assert faults_between(two({"overlaps": ["NCI"]}, second), TWO_ROWS) == []


# -- numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reported", "words"),
    [
        ({"n": 41, "cr": 2}, "n is 41, and 40 were evaluable"),
        ({"n": 40, "cr": 3}, "cr is 3, and cr_n of the table is 2"),
        ({"n": 40, "pr": 5}, "pr is 5, and pr_n of the table is 6"),
        ({"n": 40, "sd": 11}, "sd is 11, and sd_n of the table is 10"),
        ({"n": 40, "pd": 21}, "pd is 21, and pd_n of the table is 22"),
        ({"n": 40, "responders": 9}, "9 responders are not cr_n + pr_n of the table (8)"),
        ({"metrics": {"orr": 0.21}}, "'orr' has 0.21, and orr_pct of the table is 20"),
        (
            {"metrics": {"orr": {"value": 0.2, "low": 0.1}}},
            "'orr' has 0.1, and orr_ci_low of the table is 9.1",
        ),
        (
            {"metrics": {"os_median_months": 8.0}},
            "'os_median_months' has 8, and mos_months of the table is 7.9",
        ),
        ({"metrics": {"ttp_median_months": 2.0}}, "mpfs_months of the table is 1.9"),
        ({"metrics": {"pfs_median_months": 1.9}}, "the table's is of another kind: TTP"),
        ({"metrics": {"os_rate_12m": 0.36}}, "surv_1yr_pct of the table is 36.5"),
    ],
)
def test_a_number_that_is_not_the_rows_is_found(reported: Mapping[str, Any], words: str) -> None:
    assert words in only_fault({"one": trial(reported=reported)}, row(orr_ci_low="9.1"))


@pytest.mark.parametrize(
    "reported",
    [
        {"n": 40, "responders": 8},
        {"metrics": {"orr": 0.2}},
        {"metrics": {"os_rate_12m": 0.3655}},
        {"metrics": {"os_rate_24m": 0.11}},
        {"metrics": {"orr": {"value": 0.3, "n": 20, "note": "of those who were men"}}},
    ],
    ids=["sum of the counts", "per cent", "rounded", "in words alone", "of a part"],
)
def test_numbers_that_agree_or_cannot_be_compared_are_no_fault(reported: Mapping[str, Any]) -> None:
    assert faults_between({"one": trial(reported=reported)}, row()) == []


def test_a_denominator_of_its_own_excuses_nothing_without_a_note_or_where_the_table_has_none() -> None:
    without_note = {"metrics": {"orr": {"value": 0.3, "n": 20}}}
    assert "'orr' has 0.3" in only_fault({"one": trial(reported=without_note)}, row())
    inferred = {"metrics": {"orr": {"value": 0.3, "n": 20, "note": "half of those randomised"}}}
    assert "'orr' has 0.3" in only_fault({"one": trial(reported=inferred)}, row(n_evaluable=""))


def test_a_count_that_the_row_does_not_have_is_found() -> None:
    one = {"one": trial(reported={"n": 40, "cr": 2})}
    assert "cr is 2, and cr_n of the table is empty" in only_fault(one, row(cr_n=""))


def test_a_denominator_may_be_inferred_where_the_table_has_none() -> None:
    assert faults_between({"one": trial(reported={"n": 41, "cr": 2})}, row(n_evaluable="")) == []


def test_responders_alone_must_round_to_the_printed_per_cent() -> None:
    """23 of 180 are 12.78 %, which rounds to 12.8; 24 are 13.33 %, which rounds to 13."""
    blank = {"cr_n": "", "pr_n": "", "n_evaluable": "180"}
    some = {"one": trial(reported={"n": 180, "responders": 23})}
    more = {"one": trial(reported={"n": 180, "responders": 24})}
    assert faults_between(some, row(**blank, orr_pct="12.8")) == []
    assert faults_between(more, row(**blank, orr_pct="13")) == []
    assert "24 responders of 180 are 13.3 %" in only_fault(more, row(**blank, orr_pct="12.8"))


def test_an_arm_of_two_rows_may_report_their_sum_or_either() -> None:
    rows = {**row(), **row("SECOND", n_evaluable="30", cr_n="1", orr_pct="25")}
    both = ("FIRST", "SECOND")
    assert faults_between({"one": trial(both, reported={"n": 70, "cr": 3})}, rows) == []
    assert faults_between({"one": trial(both, reported={"metrics": {"orr": 0.25}})}, rows) == []
    assert "cr is 4" in only_fault({"one": trial(both, reported={"n": 70, "cr": 4})}, rows)


def test_a_mean_is_no_median() -> None:
    one = {"one": trial(reported={"metrics": {"pfs_median_months": 5.55}})}
    rows = row(mpfs_months="5.55", pfs_type="PFS (mean, not median)")
    assert "of another kind: PFS (mean, not median)" in only_fault(one, rows)


def test_disease_free_survival_is_relapse_free_survival() -> None:
    one = {"one": trial(reported={"metrics": {"rfs_median_months": 28.8}})}
    assert faults_between(one, row(mpfs_months="28.8", pfs_type="DFS median 2.4 y")) == []


# -- a user's folder --------------------------------------------------------------------------------


def test_a_folder_gives_its_trials_by_name(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text(PUBLISHED, "utf-8")
    (tmp_path / "a.yaml").write_text(PUBLISHED, "utf-8")
    (tmp_path / "notes.txt").write_text("nothing", "utf-8")
    sound, faulty = read_what_is_sound(tmp_path)
    assert (list(sound), faulty) == (["a", "b"], {})


def test_all_faults_of_a_folder_come_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(YAML, "utf-8")
    (tmp_path / "b.yaml").write_text(PUBLISHED.replace("arm: IM862", "arm: IM826"), "utf-8")
    (tmp_path / "c.yaml").write_text(PUBLISHED.replace("renal_cell", "renal"), "utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_what_is_sound(tmp_path)
    first, *others = map(str, caught.value.problems)
    assert first.startswith(str(tmp_path / "a.yaml"))
    assert "Add 'reported: [{arm: ..., ...}]' and 'source: {citation: ...}'" in first
    assert any("b.yaml" in fault and "no arm is named 'IM826'" in fault for fault in others)
    assert any("c.yaml" in fault and "'renal'" in fault for fault in others)


def test_two_files_of_one_name_are_a_fault(tmp_path: Path) -> None:
    for name in ("a.yaml", "a.yml"):
        (tmp_path / name).write_text(PUBLISHED, "utf-8")
    sound, faulty = read_what_is_sound(tmp_path)
    assert list(sound) == ["a"]
    assert list(faulty) == ["a.yml"]
    assert "another file is named 'a', too. Rename one." in faulty["a.yml"]


def test_sound_files_are_read_and_the_faults_of_others_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PUBLISHED, "utf-8")
    (tmp_path / "b.yaml").write_text(PUBLISHED.replace("renal_cell", "renal"), "utf-8")
    sound, faulty = read_what_is_sound(tmp_path)
    assert list(sound) == ["a"]
    assert "'renal'" in faulty["b.yaml"]


def test_a_folder_without_trials_or_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no protocol file"):
        read_what_is_sound(tmp_path)
    with pytest.raises(InputError, match="is no folder"):
        read_what_is_sound(tmp_path / "nowhere")


def test_a_mapping_file_may_lie_beside_the_trials(tmp_path: Path) -> None:
    own = Path(__file__).parents[2] / "examples" / "own-model" / "growth-inhibition.mapping.yaml"
    (tmp_path / own.name).write_text(own.read_text("utf-8"), "utf-8")
    (tmp_path / "a.yaml").write_text(PUBLISHED, "utf-8")
    assert list(read_what_is_sound(tmp_path)[0]) == ["a"]


# -- the tables -------------------------------------------------------------------------------------


def test_reasons_are_read_from_every_table_of_rows_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "not_modelled_one.csv").write_text('id,reason\nA,"Several diseases, pooled."\n', "utf-8")
    (tmp_path / "not_modelled.csv").write_text("id,reason\nB,Toxicity alone.\n", "utf-8")
    monkeypatch.setattr(catalogue, "_folder", lambda: tmp_path)
    assert catalogue.not_modelled() == {"A": "Several diseases, pooled.", "B": "Toxicity alone."}


def test_an_id_that_stands_twice_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("not_modelled_one.csv", "not_modelled_two.csv"):
        (tmp_path / name).write_text("id,reason\nA,Toxicity alone.\n", "utf-8")
    monkeypatch.setattr(catalogue, "_folder", lambda: tmp_path)
    with pytest.raises(InputError, match=r"'A' in not_modelled_two\.csv stands twice"):
        catalogue.not_modelled()


def test_changing_what_is_handed_out_leaves_the_catalogue_whole() -> None:
    first = catalogue.published_trials()
    first.clear()
    assert catalogue.published_trials()
