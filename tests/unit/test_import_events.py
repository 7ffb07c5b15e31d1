"""Events of a file as planned doses, as infusions, or as events that are found while the model runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from numpy.testing import assert_allclose

from import_samples import simulate
from sbml_samples import document, event, imported, parameter, rate_rule, reaction, species
from trialkine.errors import ProblemsError
from trialkine.model.standalone import StandaloneModel

pytest.importorskip("libsbml")

BOX = ('<compartment id="c" spatialDimensions="3" size="4" constant="true"/>',)


def file_of(tmp_path: Path, *events: str, rate: str = "-0.5 * x", **more: Any) -> StandaloneModel:
    """A state x, constants and some events."""
    constants = [parameter("D", 6.0), parameter("T", 2.0), parameter("v", 4.0)]
    states = [parameter("x", 1.0, False), parameter("r", 0.0, False), parameter("z", 0.0, False)]
    return imported(
        tmp_path,
        document(parameters=[*constants, *states], rules=[rate_rule("x", rate)], events=events, **more),
    )


def planned(found: StandaloneModel) -> list[tuple[float, float, float]]:
    """Time, amount and duration of every dose."""
    return [(dose.time, dose.amount, dose.duration) for dose in found.doses]


@pytest.mark.parametrize(
    "trigger",
    ["time >= 2", "time > 2", "2 <= time", "2 < time", "time >= T", "not(time < 2)", "time > 2 && time < 3"],
)
@pytest.mark.parametrize("amount", ["x + 6", "6 + x", "x + D", "x - (-D)", "x + 3 * T", "x + D / 2 + 3"])
def test_an_amount_added_at_a_time_is_a_dose(tmp_path: Path, trigger: str, amount: str) -> None:
    found = file_of(tmp_path, event("E", trigger, {"x": amount}))
    assert planned(found) == [(2.0, 6.0, 0.0)]
    assert not found.model.events
    assert "time" not in found.model.states


def test_doses_come_in_order_of_time_each_with_its_agent(tmp_path: Path) -> None:
    found = file_of(
        tmp_path,
        event("late", "time > 5", {"x": "x + 1"}),
        event("soon", "time > 1", {"x": "x + 2", "z": "z + 3"}),
    )
    assert [(d.agent, d.route, d.time, d.amount) for d in found.doses] == [
        ("dose_into_x", "bolus", 1.0, 2.0),
        ("dose_into_z", "bolus", 1.0, 3.0),
        ("dose_into_x", "bolus", 5.0, 1.0),
    ]


@pytest.mark.parametrize("amount", ["x - 0.25", "x + time", "2 * x", "x + x", "7"])
def test_what_is_no_constant_amount_becomes_a_located_event(tmp_path: Path, amount: str) -> None:
    found = file_of(tmp_path, event("E", "time >= 2", {"x": amount}), rate="0 * x")
    assert (found.doses, [one.when.text for one in found.model.events]) == ((), ["time > 2"])
    expected = {"x - 0.25": 0.75, "x + time": 3.0, "2 * x": 2.0, "x + x": 2.0, "7": 7.0}[amount]
    assert_allclose(simulate(found, [3.0], ["x"])["x"], expected, rtol=1e-9)  # found within 1e-10 days


def test_a_time_before_the_start_never_comes(tmp_path: Path) -> None:
    found = file_of(
        tmp_path, event("E", "time >= 0", {"x": "x + 1"}), event("F", "time >= -1", {"x": "x + 1"})
    )
    assert planned(found) == []
    assert sum("never happens" in note for note in found.notes) == 2


@pytest.mark.parametrize("trigger", ["time >= 0", "time >= -1", "time > 0", "time < 1"])
def test_a_time_at_the_start_counts_if_the_initial_value_is_false(tmp_path: Path, trigger: str) -> None:
    assert planned(file_of(tmp_path, event("E", trigger, {"x": "x + 1"}, initial=False))) == [(0.0, 1.0, 0.0)]


def test_amounts_of_one_moment_are_added_if_the_file_says_so(tmp_path: Path) -> None:
    events = [event(name, "time > 1", {"x": "x + 2"}, from_trigger=False) for name in "EF"]
    assert planned(file_of(tmp_path, *events)) == [(1.0, 2.0, 0.0)] * 2


def test_a_reset_and_a_dose_of_one_moment_are_one_located_event(tmp_path: Path) -> None:
    found = file_of(
        tmp_path, event("E", "time > 1", {"x": "x + 2"}), event("F", "time > 1", {"z": "x"}), rate="0 * x"
    )
    assert found.doses == ()
    values = simulate(found, [2.0], ["x", "z"])
    assert (values["x"][0], values["z"][0]) == (3.0, 1.0)  # z takes the x of before


ON_AND_OFF = {
    "by values": [("on", 1, "3"), ("off", 3, "0")],
    "by steps": [("on", 1, "r + 3"), ("off", 3, "r - 3")],
    "by a constant": [("on", 1, "D / T"), ("off", 3, "0 * D")],
    "by steps that overlap": [("e1", 1, "r + 3"), ("e2", 2, "r + 1"), ("e3", 3, "r - 3"), ("e4", 4, "r - 1")],
}
PIECES = {
    "by values": [(1, 6, 2)], "by steps": [(1, 6, 2)], "by a constant": [(1, 6, 2)],
    "by steps that overlap": [(1, 3, 1), (2, 4, 1), (3, 1, 1)],
}  # fmt: skip


@pytest.mark.parametrize("how", ON_AND_OFF)
def test_a_rate_that_is_switched_is_an_infusion(tmp_path: Path, how: str) -> None:
    events = [event(name, f"time >= {time}", {"r": value}) for name, time, value in ON_AND_OFF[how]]
    found = file_of(tmp_path, *events, rate="r - 0.5 * x")
    assert planned(found) == PIECES[how]
    assert found.model.state_names == ("x",)
    assert found.model.routes["r", "infusion"].amount.text == "dose"


@pytest.mark.parametrize(
    ("rate", "amount"),
    [
        ("r / v - 0.5 * x", "dose / v"),
        ("-0.5 * x + 2 * r", "dose * 2"),
        ("D * r / (v * T)", "dose * D / v / T"),
        ("-(0.5 * x - r)", "dose"),
    ],
)
def test_constants_beside_the_rate_go_into_the_route(tmp_path: Path, rate: str, amount: str) -> None:
    events = [event("on", "time >= 1", {"r": "3"}), event("off", "time >= 3", {"r": "0"})]
    found = file_of(tmp_path, *events, rate=rate)
    assert planned(found) == [(1.0, 6.0, 2.0)]
    assert found.model.routes["r", "infusion"].amount.text == amount


@pytest.mark.parametrize("rate", ["r * x", "-r", "r + r * x", "max(r, 0)", "0.1 / (1 + r)"])
def test_a_rate_that_does_more_than_flow_in_stays_a_state(tmp_path: Path, rate: str) -> None:
    events = [event("on", "time >= 1", {"r": "3"}), event("off", "time >= 3", {"r": "0"})]
    found = file_of(tmp_path, *events, rate=rate)
    assert found.doses == ()
    assert "r" in found.model.states


def test_an_infusion_that_is_read_elsewhere_or_never_ends_stays_a_state(tmp_path: Path) -> None:
    on, off = event("on", "time >= 1", {"r": "3"}), event("off", "time >= 3", {"r": "0"})
    assert "r" in file_of(tmp_path, on, rate="r - x").model.states
    assert "r" in file_of(tmp_path, on, off, event("E", "r + x > 8", {"x": "1"}), rate="r - x").model.states


def test_an_infusion_by_a_reaction_enters_over_the_size_of_the_compartment(tmp_path: Path) -> None:
    found = imported(tmp_path, document(
        compartments=BOX, of_species=[species("A", 'initialConcentration="0"')],
        parameters=[parameter("r", 2.0, False)], reactions=[reaction("J", "r", {}, {"A": 1})],
        events=[event("off", "time >= 3", {"r": "0"})],
    ))  # fmt: skip
    assert planned(found) == [(0.0, 6.0, 3.0)]
    assert found.model.routes["r", "infusion"].amount.text == "dose / c"
    assert_allclose(simulate(found, [5.0], ["A"])["A"], 6 / 4, rtol=1e-9)  # a straight line


def test_a_dose_that_plans_the_next_one_is_a_located_event(tmp_path: Path) -> None:
    found = file_of(
        tmp_path, event("E", "time >= z", {"x": "x + 1", "z": "z + 2"}, initial=False), rate="0 * x"
    )
    values = simulate(found, [0.5, 1.5, 2.5, 4.5, 9.0], ["x"])["x"]
    assert_allclose(values, [2, 2, 3, 4, 6], rtol=1e-12)  # whole numbers


def test_conditions_are_joined_as_the_smallest_or_largest_margin(tmp_path: Path) -> None:
    found = file_of(tmp_path, event("E", "x > 3 && (z > 1 || x > 5)", {"z": "0"}), rate="1")
    assert found.model.events[0].when.text == "min(x - E_offset, max(z - 1, x - E_offset_2)) > 0"


def test_an_event_that_changes_nothing_is_a_note(tmp_path: Path) -> None:
    text = document(
        parameters=[parameter("x", 1.0, False)],
        rules=[rate_rule("x", "-x")],
        events=[event("E", "x < 0.5", {})],
    )
    assert any("'E' changes nothing" in note for note in imported(tmp_path, text).notes)


def test_reading_what_another_event_sets_at_that_moment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match="'F' reads what another event sets at the same moment"):
        file_of(
            tmp_path,
            event("E", "time > 1", {"x": "5"}),
            event("F", "time > 1", {"z": "x"}, from_trigger=False),
        )
