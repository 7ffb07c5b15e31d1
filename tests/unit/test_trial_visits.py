"""Who is seen when, and what a visit shows, on tumours whose course is known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from trial_samples import (
    NEVER,
    conducted,
    line,
    read_exactly,
    toy_patients,
    toy_protocol,
    visit_days,
)
from trialkine.endpoints.registry import find_criteria
from trialkine.trial.luck import Luck
from trialkine.trial.tables import arm_tables

GROWING = {"early_slope": 0.004, "turn_day": NEVER}  # progression 112 days after a baseline
EXACT = 1e-6  # days; milestones are located to a tenth of this
SWITCH = [line(), line("beta", starts="2 weeks after alpha fails")]


@pytest.fixture(autouse=True)
def _exact_readings(monkeypatch):
    read_exactly(monkeypatch)


def tables_of(record):
    return arm_tables(record, find_criteria("who-1979"), None)


def reason_and_day(record, number=0):
    table = tables_of(record)["lines"].filter(line=number + 1)
    return table["progression_reason"].to_list(), table["progression_day"].to_list()


def test_scans_come_at_their_interval_to_the_last_day_of_follow_up():
    record, _ = conducted(toy_protocol([line()]), toy_patients(cut_off=168.0))
    assert visit_days(record) == [0.0, 56.0, 112.0, 168.0]


def test_the_first_scan_may_have_its_own_time():
    protocol = toy_protocol([line()], assessments={"first_at": "4 weeks"})
    record, _ = conducted(protocol, toy_patients(cut_off=150.0))
    assert visit_days(record) == [0.0, 28.0, 84.0, 140.0]


def test_scans_stop_at_progression_and_begin_anew_with_the_next_line():
    record, _ = conducted(toy_protocol(SWITCH), toy_patients(**GROWING))
    assert visit_days(record) == [0.0, 56.0, 112.0, 126.0, 182.0, 238.0]
    assert record.history.line[0, :6].tolist() == [0, 0, 0, 1, 1, 1]


def test_the_first_scan_time_counts_again_after_a_switch():
    protocol = toy_protocol(SWITCH, assessments={"first_at": "16 weeks"})
    record, _ = conducted(protocol, toy_patients(cut_off=300.0, **GROWING))
    assert visit_days(record) == [0.0, 112.0, 126.0, 238.0]


@pytest.mark.parametrize("cause", ["disease_death_day", "treatment_death_day"])
def test_the_dead_are_not_seen(cause):
    record, _ = conducted(toy_protocol([line()]), toy_patients(**{cause: 60.0}))
    assert visit_days(record) == [0.0, 56.0]
    assert record.death_day[0] == pytest.approx(60.0, abs=EXACT)
    assert record.last_day[0] == record.death_day[0]


def test_who_drops_out_is_not_seen_and_not_known_to_die():
    record, _ = conducted(toy_protocol([line()]), toy_patients(dropout=100.0, disease_death_day=200.0))
    assert visit_days(record) == [0.0, 56.0]
    (row,) = tables_of(record)["patients"].to_dicts()
    assert (row["off_study_reason"], row["os_days"], row["os_event"]) == ("dropout", 100.0, False)
    assert tables_of(record)["lines"]["end_reason"].to_list() == ["lost to follow-up"]


def test_a_patient_enrolled_after_the_data_cut_off_contributes_no_time():
    record, _ = conducted(toy_protocol([line()]), toy_patients(2, cut_off=[-20.0, 60.0]))
    assert record.last_day.tolist() == [0.0, 60.0]
    assert visit_days(record, 0) == [0.0]


def test_about_the_stated_share_of_scans_is_missed_and_never_a_baseline():
    protocol = toy_protocol([line()], assessments={"missed_fraction": 0.3})
    record, _ = conducted(protocol, toy_patients(300, cut_off=340.0))
    kinds = record.history.kind[:, : record.history.count[0]]
    assert kinds.shape == (300, 7)
    assert not kinds[:, 0].any()
    missed = kinds[:, 1:] == 2
    share = np.sqrt(0.3 * 0.7 / missed.size)  # standard error; four of them
    assert missed.mean() == pytest.approx(0.3, abs=4 * share)
    assert np.isnan(record.history.diameters[:, 1:7][missed]).all()
    assert not np.isnan(record.history.diameters[:, 1:7][~missed]).any()


def test_progression_at_a_missed_scan_is_found_at_the_next_one_that_is_kept():
    protocol = toy_protocol([line()], assessments={"missed_fraction": 0.5})
    record, _ = conducted(protocol, toy_patients(60, **GROWING))
    for patient in range(60):
        kept = [day for day in visit_days(record, patient, "scheduled") if day >= 112.0]
        expected = kept[0] if kept else np.nan
        assert record.lines[0].progression_day[patient] == pytest.approx(expected, nan_ok=True)


def test_symptoms_bring_an_assessment_that_finds_progression_that_day():
    record, _ = conducted(toy_protocol([line()]), toy_patients(symptom_day=30.0))
    assert visit_days(record, kind="unscheduled") == pytest.approx([30.0], abs=EXACT)
    assert visit_days(record, kind="scheduled") == [0.0]
    assert reason_and_day(record) == (["symptoms"], [pytest.approx(30.0, abs=EXACT)])
    assert sum(row.planned[0] for row in record.lines[0].rows) == 5  # days 0 to 28


def test_symptoms_between_two_lines_bring_no_assessment():
    record, _ = conducted(toy_protocol(SWITCH), toy_patients(symptom_day=120.0, **GROWING))
    assert visit_days(record, kind="unscheduled") == []


def test_a_new_lesion_is_progression_at_the_next_scan():
    new = {"new_lesion_rate": 0.01, "new_lesion_threshold": 0.6}  # appears on day 60
    record, _ = conducted(toy_protocol([line()]), toy_patients(**new))
    assert reason_and_day(record) == (["new lesion"], [112.0])
    assert record.history.new_lesion[0, :3].tolist() == [False, False, True]


def test_growth_is_named_before_a_new_lesion_seen_on_the_same_day():
    new = {"new_lesion_rate": 0.01, "new_lesion_threshold": 0.6}
    record, _ = conducted(toy_protocol([line()]), toy_patients(**new, **GROWING))
    assert reason_and_day(record) == (["target growth"], [112.0])


def lesions_by_hand(patients, seed, rate, first, horizon):
    """The days of each patient's new lesions: the hazard is `rate * t`, each takes an exponential more."""
    luck = Luck(seed, patients.ids, patients.replicate)
    days = []
    for row in range(len(patients)):
        threshold, mine, number = first, [], 0
        while threshold / rate < horizon:
            mine.append(threshold / rate)
            number += 1
            threshold += luck.exponentials(f"new lesion {number}", np.array([row]))[0, 0]
        days.append(mine)
    return days


def test_a_second_line_counts_only_the_new_lesions_after_its_own_baseline():
    rate, first, horizon = 0.01, 0.6, 1500.0
    patients = toy_patients(40, cut_off=horizon, new_lesion_rate=rate, new_lesion_threshold=first)
    record, _ = conducted(toy_protocol(SWITCH), patients, seed=3)
    unseen = 0
    for row, days in enumerate(lesions_by_hand(patients, 3, rate, first, horizon)):
        assert record.lines[0].progression_day[row] == 112.0
        later = [day for day in days if day > 126.0]
        unseen += any(112.0 < day <= 126.0 for day in days)
        expected = 126.0 + 56.0 * np.ceil((later[0] - 126.0) / 56.0)
        found = record.lines[1].progression_day[row]
        assert found == pytest.approx(expected if expected <= horizon else np.nan, nan_ok=True)
    assert unseen > 0  # some had a lesion between the lines, which must not count


def test_new_lesions_are_the_same_in_every_arm():
    protocol = toy_protocol([line()], [line("beta", schedule="daily, until progression")])
    patients = toy_patients(30, new_lesion_rate=0.01, new_lesion_threshold=0.6, cut_off=700.0)
    one, other = (conducted(protocol, patients, arm)[0] for arm in (0, 1))
    np.testing.assert_array_equal(one.lines[0].progression_day, other.lines[0].progression_day)


def markers(record, patient=0):
    history = record.history
    return [
        (float(day), *(float(value) for value in values))
        for day, values in zip(
            history.day[patient, : history.count[patient]],
            history.values[patient, : history.count[patient]],
            strict=True,
        )
    ]


def test_a_biomarker_without_days_is_measured_at_every_scan():
    protocol = toy_protocol([line()], assessments={"biomarkers": ["plasma_vegf"]})
    record, _ = conducted(protocol, toy_patients(cut_off=120.0))
    assert_allclose(markers(record), [(0.0, 100.0), (56.0, 156.0), (112.0, 212.0)])


def test_a_biomarker_with_days_is_measured_first_and_on_them():
    at = {"plasma_vegf": {"at": ["4 weeks", "8 weeks", "10 weeks"]}}
    protocol = toy_protocol([line()], assessments={"biomarkers": at})
    record, _ = conducted(protocol, toy_patients(cut_off=120.0))
    expected = [(0.0, 100.0), (28.0, 128.0), (56.0, 156.0), (70.0, 170.0), (112.0, np.nan)]
    assert_allclose(markers(record), expected)
    assert np.isnan(record.history.diameters[0, [1, 3]]).all()  # blood alone


def test_each_biomarker_keeps_its_own_days():
    at = {"plasma_vegf": {"at": ["4 weeks"]}, "lymphocyte_count": {"at": ["8 weeks"]}}
    protocol = toy_protocol([line()], assessments={"biomarkers": at})
    record, _ = conducted(protocol, toy_patients(cut_off=60.0))
    expected = [(0.0, 100.0, 100.0), (28.0, 128.0, np.nan), (56.0, np.nan, 100.0)]
    assert_allclose(markers(record), expected)


def test_blood_drawn_on_a_missed_scan_day_is_still_drawn():
    assessments = {"biomarkers": {"plasma_vegf": {"at": ["8 weeks"]}}, "missed_fraction": 0.5}
    record, _ = conducted(toy_protocol([line()], assessments=assessments), toy_patients(30, cut_off=60.0))
    history = record.history
    for patient in range(30):
        drawn = [
            float(history.values[patient, visit, 0])
            for visit in range(history.count[patient])
            if history.day[patient, visit] == 56.0
        ]
        assert np.nansum(drawn) == pytest.approx(156.0)


def test_days_of_a_biomarker_count_from_the_first_line_through_a_switch():
    at = {"plasma_vegf": {"at": ["17 weeks", "20 weeks"]}}  # between the lines, and on the second
    record, _ = conducted(toy_protocol(SWITCH, assessments={"biomarkers": at}), toy_patients(**GROWING))
    drawn = [(day, value) for day, value in markers(record) if not np.isnan(value)]
    assert_allclose(drawn, [(0.0, 100.0), (119.0, 219.0), (140.0, 240.0)])


def test_no_blood_is_drawn_from_the_dead():
    at = {"plasma_vegf": {"at": ["4 weeks", "12 weeks"]}}
    protocol = toy_protocol([line()], assessments={"biomarkers": at})
    record, _ = conducted(protocol, toy_patients(disease_death_day=60.0))
    assert visit_days(record) == [0.0, 28.0, 56.0]


def test_progress_rises_to_one():
    heard = []
    patients = toy_patients(5, cut_off=[50.0, 100.0, 200.0, 300.0, 0.0], disease_death_day=150.0)
    conducted(toy_protocol([line()]), patients, progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert all(0.0 <= done <= 1.0 for done in heard)
