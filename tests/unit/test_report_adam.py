"""The analysis data sets: recognisably synthetic, and true to the tables they come from."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from report_samples import TWO_ARMS, sample_result
from trialkine.report.adam import adam_tables
from trialkine.report.table_types import typed

KEYS = ["arm", "trial", "patient"]
PARAMETER = pl.col("PARAMCD")


def tables(**options: int) -> Mapping[str, pl.DataFrame]:
    return adam_tables(typed(sample_result(**options)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("patients", "failed"), [(10, 2), (3, 3), (1, 0)])
def test_every_row_of_every_data_set_is_marked_as_simulated(patients: int, failed: int) -> None:
    found = tables(patients=patients, failed=failed)
    assert sorted(found) == ["ADAE", "ADEX", "ADLB", "ADRS", "ADSL", "ADTR", "ADTTE"]
    for name, table in found.items():
        assert table.columns[:2] == ["STUDYID", "USUBJID"], name
        assert table.height == 0 or table["STUDYID"].unique().to_list() == ["SIM-000000"], name
        assert table.height == 0 or table["SIMFL"].unique().to_list() == ["Y"], name
        assert all("not for treating patients" in text for text in table["SYNTHETIC"].unique()), name


def test_subjects_are_unique_even_where_arms_share_their_patients() -> None:
    subjects = tables(patients=10, replicates=3)["ADSL"]
    assert subjects["USUBJID"].n_unique() == subjects.height == 2 * 3 * 10
    assert subjects["SUBJID"].n_unique() == 10


def test_failed_patients_stand_in_the_subject_table_with_their_reason_and_nowhere_else() -> None:
    found = tables(patients=10, failed=3)
    failed = found["ADSL"].filter(pl.col("EVALFL") == "N")
    assert failed["FAILREAS"].to_list() == ["too many steps"] * 6
    for name in ("ADRS", "ADTR", "ADTTE", "ADLB", "ADEX"):
        assert not set(found[name]["USUBJID"]) & set(failed["USUBJID"]), name


def test_censoring_is_one_and_an_event_is_zero() -> None:
    result = typed(sample_result(patients=30, failed=0))
    survival = adam_tables(result)["ADTTE"].filter(PARAMETER == "OS", pl.col("LINE") == 0)
    assert (survival["CNSR"] == 0).sum() == result.patients["os_event"].sum()
    assert survival["AVAL"].sum() == pytest.approx(result.patients["os_days"].sum())
    assert survival.filter(pl.col("CNSR") == 0)["EVNTDESC"].unique().to_list() == ["death"]
    assert survival.filter(pl.col("CNSR") == 1)["EVNTDESC"].null_count() == (survival["CNSR"] == 1).sum()


def test_duration_of_response_starts_on_the_day_of_response() -> None:
    result = typed(sample_result(patients=30, failed=0))
    found = adam_tables(result)
    strategy = found["ADTTE"].filter(pl.col("LINE") == 0)
    duration = strategy.filter(PARAMETER == "DOR")
    until = strategy.filter(PARAMETER == "TTR").select("USUBJID", pl.col("AVAL").alias("until"))
    joined = duration.join(until, on="USUBJID").join(found["ADSL"].select("USUBJID", "TRTSDT"), on="USUBJID")
    assert joined.height == result.patients["response_day"].drop_nulls().len() > 0
    days = (joined["STARTDT"] - joined["TRTSDT"]).dt.total_days().to_list()
    assert days == [round(day) for day in joined["until"]]


def test_the_first_day_of_treatment_is_day_one_and_no_date_can_be_real() -> None:
    found = tables(patients=6)
    baseline = found["ADTR"].filter(pl.col("ADT") == found["ADSL"]["TRTSDT"].min())
    assert baseline["ADY"].unique().to_list() == [1]
    assert min(table["ADT"].dt.year().min() for table in (found["ADTR"], found["ADTTE"])) >= 2900


def test_laboratory_values_and_lesions_keep_their_number_of_records() -> None:
    result = typed(sample_result(patients=9, failed=0))
    found = adam_tables(result)
    assert found["ADLB"].height == result.visits["plasma_vegf"].drop_nulls().len()
    assert found["ADLB"]["AVALU"].unique().to_list() == ["pg/mL"]
    assert (found["ADTR"]["PARAMCD"] == "LDIAM").sum() == result.lesions.height
    assert found["ADEX"]["EXGIVEN"].sum() == result.exposure["given"].sum()


def test_every_line_has_its_own_times_from_its_own_first_dose() -> None:
    result = typed(sample_result(patients=30, failed=0))
    found = adam_tables(result)
    second = found["ADTTE"].filter(PARAMETER == "OS", pl.col("LINE") == 2)
    lines = result.lines.filter(pl.col("line") == 2).sort("patient")
    assert second["AVAL"].to_list() == lines["os_days"].to_list()
    starts = second.join(found["ADSL"].select("USUBJID", "TRTSDT"), on="USUBJID", maintain_order="left")
    days = (starts["STARTDT"] - starts["TRTSDT"]).dt.total_days().to_list()
    assert days == [round(day) for day in lines["start_day"]]
    best = found["ADRS"].filter(PARAMETER == "BESRSPC")
    assert best.filter(pl.col("LINE") == 0).height == result.patients.height
    assert best.filter(pl.col("LINE") > 0).height == result.lines.height


def test_a_baseline_has_no_response() -> None:
    result = typed(sample_result(patients=9, failed=0))
    responses = adam_tables(result)["ADRS"].filter(PARAMETER == "OVRLRESP")
    assert responses.height == result.visits.filter(pl.col("day") > 0).height
    assert responses["ADY"].min() > 1


def test_progression_censored_by_death_says_so() -> None:
    result = typed(sample_result(patients=40, failed=0))
    died = result.patients.filter(pl.col("os_event") & ~pl.col("ttp_event"))
    rows = adam_tables(result)["ADTTE"].filter(PARAMETER == "TTP", pl.col("LINE") == 0, pl.col("CNSR") == 1)
    counts = dict(rows.group_by("CNSDTDSC").len().iter_rows())
    assert counts["death without progression"] == died.height > 0
    assert counts["no progression at the last scan"] == rows.height - died.height > 0


def test_subjects_carry_enrolment_and_end_of_treatment_and_one_cut_off_in_calendar_time() -> None:
    result = typed(sample_result(patients=10, failed=0))
    subjects = adam_tables(result)["ADSL"]
    assert subjects["ARM"].unique(maintain_order=True).to_list() == list(result.arms)
    assert (subjects["ENROLDY"].min(), subjects["ENROLDY"].max()) == (0, round(18 * 30.4375))
    # The protocol follows for 36 months after the last patient; whole days round apart by one at most.
    assert (subjects["DCUTDT"].max() - subjects["DCUTDT"].min()).days <= 1
    assert abs((subjects["DCUTDT"].max() - subjects["TRTSDT"].max()).days - 36 * 30.4375) <= 1
    assert (subjects["TRTEDT"] >= subjects["TRTSDT"]).all()


def test_arms_stand_in_the_order_of_the_protocol() -> None:
    reversed_arms = tuple(reversed(TWO_ARMS))
    found = adam_tables(typed(sample_result(reversed_arms, patients=3, failed=0)))
    for name, table in found.items():
        if name == "ADAE":  # the sample has no adverse events
            continue
        column = "ARM" if name == "ADSL" else "TRTP"
        assert table[column].unique(maintain_order=True).to_list() == [arm.name for arm in reversed_arms], (
            name
        )
