"""Arms without doses, and background treatment that is no line."""

import numpy as np
import polars as pl
import pytest

from trial_care_samples import care_patients, care_protocol, cared_for
from trial_samples import line, read_exactly, visit_days
from trialkine.endpoints.registry import find_criteria
from trialkine.trial.line_book import END_REASONS
from trialkine.trial.tables import arm_tables

WEEKS_8 = 56.0


def tables_of(record):
    return arm_tables(record, find_criteria("who-1979"), None)


def background(**keys):
    return {"agent": "delta", "dose": "1 mg", "route": "oral", "schedule": "weekly", **keys}


def end_reasons(book):
    return [END_REASONS[number] for number in book.end_reason]


def test_an_observation_arm_is_scanned_from_its_first_day_on_and_given_nothing(monkeypatch):
    read_exactly(monkeypatch)
    record, ensemble = cared_for(care_protocol([]), care_patients(2, cut_off=200.0))
    assert visit_days(record) == [0.0, WEEKS_8, 2 * WEEKS_8, 3 * WEEKS_8]
    assert ensemble.observe("alpha_amount")["alpha_amount"] == pytest.approx([0.0, 0.0])
    (book,) = record.lines
    assert book.line.agent == "observation"
    assert end_reasons(book) == ["data cut-off"] * 2


def test_observation_ends_at_progression_and_scans_with_it(monkeypatch):
    read_exactly(monkeypatch)
    record, _ = cared_for(care_protocol([]), care_patients(late_slope=0.05))
    assert visit_days(record) == [0.0, WEEKS_8]
    assert record.lines[0].end == [WEEKS_8]
    assert end_reasons(record.lines[0]) == ["progression"]


def test_an_observation_arm_has_outcomes_and_no_exposure(monkeypatch):
    read_exactly(monkeypatch)
    patients = care_patients(3, late_slope=0.05, disease_death_day=[20.0, 100.0, 1000.0])
    found = tables_of(cared_for(care_protocol([]), patients)[0])
    assert found["exposure"].height == 0
    assert found["patients"]["pfs_days"].to_list() == pytest.approx([20.0, WEEKS_8, WEEKS_8], abs=1e-6)
    assert found["patients"]["os_event"].to_list() == [True, True, False]
    assert found["patients"]["doses_planned"].to_list() == [0, 0, 0]
    assert found["lines"]["relative_dose_intensity"].null_count() == 3


def test_tables_of_observation_and_of_treatment_have_the_same_columns():
    protocol = care_protocol([], [line()])
    both = [tables_of(cared_for(protocol, care_patients(2), arm)[0]) for arm in (0, 1)]
    for name in both[0]:
        assert both[0][name].schema == both[1][name].schema, name


def test_background_treatment_with_a_share_of_zero_goes_to_nobody():
    protocol = care_protocol([line()], background=[background(share=0)])
    record, _ = cared_for(protocol, care_patients(50, cut_off=30.0))
    assert np.isnan(record.background[0].start).all()
    assert not tables_of(record)["exposure"]["is_background"].any()


def test_background_treatment_goes_to_its_share_and_to_the_same_patients_in_every_arm():
    protocol = care_protocol([], [line()], background=[background(share=0.6, starts="within 8 weeks")])
    patients = care_patients(400, cut_off=100.0)
    books = [cared_for(protocol, patients, arm)[0].background[0] for arm in (0, 1)]
    received = ~np.isnan(books[0].start)
    assert abs(received.mean() - 0.6) < 4 * np.sqrt(0.6 * 0.4 / 400)
    np.testing.assert_array_equal(books[0].start, books[1].start)
    starts = books[0].start[received]
    assert starts.min() >= 0.0
    assert starts.max() <= WEEKS_8
    assert abs(starts.mean() - WEEKS_8 / 2) < 4 * WEEKS_8 / np.sqrt(12 * received.sum())


def test_background_treatment_is_no_line_and_is_flagged_in_the_exposure():
    protocol = care_protocol([line()], background=[background()])
    record, ensemble = cared_for(protocol, care_patients(cut_off=28.0))
    found = tables_of(record)
    assert found["lines"]["agent"].to_list() == ["alpha"]
    assert found["patients"]["doses_given"].to_list() == [4]  # those of alpha alone
    assert ensemble.observe("delta_amount")["delta_amount"] == pytest.approx([4.0])
    flagged = found["exposure"].filter(pl.col("is_background"))
    assert flagged.select("line", "agent", "given").rows() == [(0, "delta", 3), (0, "delta", 1)]


@pytest.mark.parametrize(
    ("condition", "doses"), [("", 20.0), (", until progression", 8.0), (", regardless of progression", 20.0)]
)
def test_background_treatment_goes_on_after_progression_unless_its_schedule_says_otherwise(
    condition, doses, monkeypatch
):
    read_exactly(monkeypatch)
    protocol = care_protocol([line()], background=[background(schedule=f"weekly{condition}")])
    record, ensemble = cared_for(protocol, care_patients(cut_off=140.0, late_slope=0.05))
    assert record.lines[0].progression_day == [WEEKS_8]  # doses of days 0 to 49 come before
    assert ensemble.observe("delta_amount")["delta_amount"] == pytest.approx([doses])


def test_background_treatment_that_comes_after_death_is_not_given():
    protocol = care_protocol([], background=[background(starts="after 8 weeks")])
    record, ensemble = cared_for(protocol, care_patients(disease_death_day=30.0))
    assert np.isnan(record.background[0].start).all()
    assert ensemble.observe("delta_amount")["delta_amount"] == pytest.approx([0.0])
