"""Products made to order: who gets them, who dies or fails waiting, and that all are followed."""

import numpy as np
import pytest

from trial_care_samples import care_patients, care_protocol, cared_for, graft_line
from trial_samples import line, read_exactly, visit_days
from trialkine.endpoints.registry import find_criteria
from trialkine.trial.line_book import A_MOMENT, END_REASONS
from trialkine.trial.tables import arm_tables


def tables_of(record):
    return arm_tables(record, find_criteria("who-1979"), None)


def reasons(book):
    return [END_REASONS[number] for number in book.end_reason]


def test_a_product_is_given_on_the_day_it_is_ready_in_the_agents_unit():
    made_in = np.array([20.0, 45.0])
    record, ensemble = cared_for(care_protocol([graft_line()]), care_patients(2, graft_made_in=made_in))
    waiting, graft = record.lines
    np.testing.assert_allclose(graft.start, made_in)
    np.testing.assert_allclose(waiting.end, made_in)
    assert reasons(waiting) == ["completed", "completed"]
    assert ensemble.observe("graft_cells")["graft_cells"] == pytest.approx([50.0, 50.0])  # 5e10 cells
    exposure = tables_of(record)["exposure"]
    assert exposure.select("amount_given", "dose_unit").rows() == [(50.0, "Gcell")] * 2


def test_those_who_wait_are_scanned_and_have_a_new_baseline_at_the_product():
    record, _ = cared_for(care_protocol([graft_line()]), care_patients(graft_made_in=70.0, cut_off=200.0))
    assert visit_days(record) == [0.0, 56.0, 70.0, 126.0, 182.0]
    assert record.lines[1].baseline_visit == [2]


def test_conditioning_starts_when_the_product_is_ready_and_the_product_after_it():
    conditioning = line("alpha", "daily, days 1 to 7", "when graft is ready")
    protocol = care_protocol([conditioning, graft_line("at once after alpha ends")])
    record, _ = cared_for(protocol, care_patients(graft_made_in=30.0))
    assert record.lines[1].start == [30.0]
    assert record.lines[2].start == pytest.approx([36.0], abs=2 * A_MOMENT)


def test_bridging_treatment_goes_on_without_an_observation_line():
    protocol = care_protocol([line("alpha", "weekly, until progression"), graft_line()])
    record, _ = cared_for(protocol, care_patients(graft_made_in=30.0))
    assert [book.line.agent for book in record.lines] == ["alpha", "graft"]
    assert record.lines[0].start == [0.0]
    assert record.lines[1].start == [30.0]


def test_those_whose_product_fails_stay_in_follow_up_and_are_counted(monkeypatch):
    read_exactly(monkeypatch)
    patients = care_patients(300, graft_failure=0.25, graft_made_in=40.0, cut_off=120.0)
    record, _ = cared_for(care_protocol([graft_line()]), patients)
    failed = record.orders[0].has_failed
    assert abs(failed.mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 300)
    np.testing.assert_array_equal(np.isnan(record.lines[1].start), failed)
    assert set(np.array(reasons(record.lines[0]))[failed]) == {"product failed"}
    np.testing.assert_allclose(record.lines[0].end[failed], 40.0)
    assert visit_days(record, int(np.argmax(failed))) == [0.0, 56.0, 112.0]  # scans go on
    found = tables_of(record)["patients"]
    assert found["product_outcome"].value_counts().sort("count").rows() == [
        ("failed", failed.sum()), ("given", (~failed).sum()),
    ]  # fmt: skip
    assert found["os_days"].to_list() == pytest.approx([120.0] * 300)


def test_the_same_patients_fail_in_every_arm():
    protocol = care_protocol([graft_line()], [line(), graft_line()])
    patients = care_patients(100, graft_failure=0.3)
    orders = [cared_for(protocol, patients, arm)[0].orders[0] for arm in (0, 1)]
    np.testing.assert_array_equal(orders[0].has_failed, orders[1].has_failed)


def test_who_dies_or_is_lost_while_waiting_is_counted_and_stays_in_the_denominator():
    patients = care_patients(
        4,
        graft_made_in=[50.0, 50.0, 50.0, 500.0],
        disease_death_day=[1000.0, 20.0, 1000.0, 1000.0],
        dropout=[np.inf, np.inf, 10.0, np.inf],
    )
    record, _ = cared_for(care_protocol([graft_line()]), patients)
    found = tables_of(record)
    outcomes = ["given", "died waiting", "lost waiting", "cut-off while waiting"]
    assert found["patients"]["product_outcome"].to_list() == outcomes
    assert found["patients"]["best_response"].null_count() == 0
    assert found["lines"].filter(line=2).height == 1


def test_a_product_that_would_take_for_ever_is_never_given_and_never_told_of():
    record, _ = cared_for(care_protocol([graft_line()]), care_patients(graft_made_in=np.inf, cut_off=100.0))
    assert np.isnan(record.lines[1].start).all()
    assert tables_of(record)["patients"]["product_outcome"].to_list() == ["cut-off while waiting"]


def test_arms_without_a_product_have_no_product_outcome():
    record, _ = cared_for(care_protocol([line()]), care_patients())
    assert tables_of(record)["patients"]["product_outcome"].to_list() == [None]
