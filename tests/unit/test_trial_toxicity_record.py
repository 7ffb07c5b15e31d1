"""The record of toxicity: which toxicities it follows, what counts, and what it remembers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from trialkine.errors import InputError
from trialkine.model.declarations import Add
from trialkine.trial.adverse_events import adverse_events
from trialkine.trial.conduct import DISEASE, TREATMENT
from trialkine.trial.toxicity_record import ToxicityRecord

START = {"platelet_count": [250.0, 250.0, 60.0], "relative_hypotension": [0.0, 0.0, 0.0]}


class FakeEnsemble:
    """Three patients whose extremes the test sets by hand; platelets are driven and hypotension, no more."""

    size = 3

    def __init__(self, *totals: str, watched: tuple[str, ...] = tuple(START)) -> None:
        mechanism = SimpleNamespace(adds=tuple(Add(total, "1") for total in totals))
        agent = SimpleNamespace(mechanism=mechanism)
        totals_of_the_model = ("platelet_suppression", "hypotensive_stimulus")
        self.model = SimpleNamespace(agents={"agent": agent}, watched=watched, quantities=totals_of_the_model)
        self.lowest = {name: np.array(values) for name, values in START.items()}
        self.highest = {name: np.array(values) for name, values in START.items()}
        self.day = 0.0
        self.cleared: list[list[int]] = []

    def observe(self, *names: str) -> dict[str, Any]:
        return {name: np.array(START[name]) for name in names}

    def extremes(self, name: str) -> Any:
        day = np.full(3, self.day)
        return SimpleNamespace(
            lowest=self.lowest[name], lowest_day=day, highest=self.highest[name], highest_day=day
        )

    def clear_extremes(self, patients: Any) -> None:
        self.cleared.append(list(patients))


EVERYBODY = np.arange(3)
FIRST_LINE, SECOND_LINE = np.zeros(3, dtype=int), np.ones(3, dtype=int)


def record_of(*totals: str) -> tuple[FakeEnsemble, ToxicityRecord]:
    ensemble = FakeEnsemble(*(totals or ("platelet_suppression", "hypotensive_stimulus")))
    return ensemble, ToxicityRecord(ensemble, 2)  # type: ignore[arg-type]


def note(
    record: ToxicityRecord, ensemble: FakeEnsemble, day: float, platelets: list[float], line: Any
) -> None:
    ensemble.day, ensemble.lowest["platelet_count"] = day, np.array(platelets)
    record.note(EVERYBODY, line)


def test_only_toxicities_that_an_agent_drives_and_the_solver_watches_are_followed() -> None:
    _, record = record_of("platelet_suppression")
    assert [term.name for term in record.terms] == ["platelets"]
    unwatched = ToxicityRecord(FakeEnsemble("kidney_insult"), 1)  # type: ignore[arg-type]
    assert unwatched.terms == ()
    assert unwatched.worst_severe() is None


def test_a_grade_that_was_there_at_the_start_is_no_event_but_a_worse_one_is() -> None:
    ensemble, record = record_of()
    note(record, ensemble, 3.0, [250.0, 250.0, 55.0], FIRST_LINE)  # grade 2 was there before
    assert record.worst_grade("platelets", EVERYBODY, np.zeros(3)).tolist() == [0, 0, 0]
    note(record, ensemble, 4.0, [250.0, 250.0, 45.0], FIRST_LINE)
    assert record.worst_grade("platelets", EVERYBODY, np.zeros(3)).tolist() == [0, 0, 3]


def test_the_worst_grade_since_a_day_forgets_what_was_before_it() -> None:
    ensemble, record = record_of()
    for day, count in ((5.0, 20.0), (30.0, 100.0), (60.0, 70.0)):  # grades 4, 1 and 2
        note(record, ensemble, day, [count, 250.0, 250.0], FIRST_LINE)
    since = [
        record.worst_grade("platelets", np.array([0]), np.array([day]))[0] for day in (0.0, 6.0, 31.0, 61.0)
    ]
    assert since == [4, 2, 2, 0]
    assert record.worst_grade("platelets", np.array([0]), np.array([5.0])) == [4]  # the very day counts


def test_each_line_keeps_its_own_worst_grade_with_its_first_and_worst_day() -> None:
    ensemble, record = record_of()
    note(record, ensemble, 5.0, [100.0, 250.0, 250.0], FIRST_LINE)
    note(record, ensemble, 9.0, [40.0, 250.0, 250.0], FIRST_LINE)
    note(record, ensemble, 80.0, [60.0, 250.0, 250.0], SECOND_LINE)
    platelets = [term.name for term in record.terms].index("platelets")
    assert record.worst[platelets, :, 0].tolist() == [3, 2]
    assert record.first_day[platelets, :, 0].tolist() == [5.0, 80.0]
    assert record.worst_day[platelets, :, 0].tolist() == [9.0, 80.0]
    assert record.worst_value[platelets, :, 0].tolist() == [40.0, 60.0]
    assert record.worst_severe()[0] == 3
    assert record.worst_severe([1])[0] == 2


def test_extremes_begin_again_after_every_note_for_those_who_were_noted() -> None:
    ensemble, record = record_of()
    record.note(np.array([0, 2]), np.zeros(2, dtype=int))
    assert ensemble.cleared == [[0, 2]]


def test_the_worst_grade_of_what_is_not_followed_is_zero_and_an_unknown_name_is_refused() -> None:
    _, record = record_of()
    assert record.worst_grade("creatinine", EVERYBODY, np.zeros(3)).tolist() == [0, 0, 0]
    with pytest.raises(InputError, match="No toxicity is named 'kidneys'"):
        record.worst_grade("kidneys", EVERYBODY, np.zeros(3))


def test_a_death_from_treatment_is_grade_5_of_the_toxicity_that_causes_it_on_the_last_line_started() -> None:
    ensemble, record = record_of()
    ensemble.day, ensemble.highest["relative_hypotension"] = 7.0, np.array([0.5, 1.3, 0.0])
    record.note(EVERYBODY, FIRST_LINE)
    lines = tuple(
        SimpleNamespace(start=np.array(start)) for start in ([0.0, 0.0, 0.0], [np.nan, 50.0, np.nan])
    )
    arm = SimpleNamespace(
        toxicity=record,
        lines=lines,
        death_cause=np.array([0, TREATMENT, DISEASE]),
        death_day=np.array([np.nan, 55.0, 90.0]),
    )
    found = adverse_events(arm)  # type: ignore[arg-type]
    rows = list(
        zip(
            found.patients,
            found.line,
            found.grade,
            found.first_interval_worst_day,
            found.worst_day,
            strict=True,
        )
    )
    assert rows == [(0, 0, 1, 7.0, 7.0), (1, 0, 3, 7.0, 7.0), (1, 1, 5, 55.0, 55.0)]
    assert {record.terms[number].name for number in found.toxicity} == {"hypotension"}


def test_an_arm_that_drives_nothing_has_no_events() -> None:
    arm = SimpleNamespace(toxicity=ToxicityRecord(FakeEnsemble(), 1))  # type: ignore[arg-type]
    assert len(adverse_events(arm).patients) == 0  # type: ignore[arg-type]
