"""Units of a file: kept where they agree, and given up as a whole, with the reason, where they do not."""

from __future__ import annotations

from math import exp
from pathlib import Path

import pytest
from numpy.testing import assert_allclose

from import_samples import simulate
from sbml_samples import document, event, imported, parameter, rate_rule, reaction, species, unit
from trialkine.errors import InputError
from trialkine.model.standalone import StandaloneModel

pytest.importorskip("libsbml")

MG = unit("mg", ("gram", 1, -3, 1.0))
HOUR = unit("hour", ("second", 1, 0, 3600.0))
PER_HOUR = unit("per_hour", ("second", -1, 0, 3600.0))
MG_PER_HOUR = unit("mg_per_hour", ("gram", 1, -3, 1.0), ("second", -1, 0, 3600.0))
IN_UNITS = 'substanceUnits="mg" timeUnits="hour" volumeUnits="litre" extentUnits="mg"'
BOX = ('<compartment id="c" spatialDimensions="3" size="2" constant="true"/>',)


def one_compartment(tmp_path: Path, law: str = "k * A * c", k_unit: str = "per_hour", **more: object):
    text = document(
        units=[MG, HOUR, PER_HOUR, MG_PER_HOUR, *more.pop("units", [])], compartments=BOX, model=IN_UNITS,
        of_species=[species("A", 'initialConcentration="3"')],
        parameters=[parameter("k", 0.4, units=k_unit), *more.pop("parameters", [])],
        reactions=[reaction("J", law, {"A": 1}, {})], **more,
    )  # fmt: skip
    return imported(tmp_path, text)


def is_pure(found: StandaloneModel) -> bool:
    """Whether all but the conversion of time is a pure number."""
    units = [parameter.unit for name, parameter in found.model.parameters.items() if "per_day" not in name]
    return not any([*units, *(state.unit for state in found.model.states.values())])


def test_units_that_agree_are_kept(tmp_path: Path) -> None:
    found = one_compartment(tmp_path)
    model = found.model
    assert (model.states["A"].unit, model.quantities["J"].unit) == ("mg/L", "mg/hour")
    assert {n: p.unit for n, p in model.parameters.items()} == {
        "A_start": "mg/L", "k": "1/hour", "c": "L", "hours_per_day": "hour/day", "scale_mg_L": "mg/L",
    }  # fmt: skip
    assert found.records["hours_per_day"].value == 24.0


def test_rates_per_hour_become_rates_per_day(tmp_path: Path) -> None:
    values = simulate(one_compartment(tmp_path), [0.25], ["A"])
    # 1e-8: what a hundred steps at 1e-10 may leave
    assert_allclose(values["A"], 3 * exp(-0.4 * 6), rtol=1e-8)


def test_a_number_takes_the_unit_of_what_it_stands_next_to(tmp_path: Path) -> None:
    found = one_compartment(tmp_path, "k * A * c * A / (A + 0.5)")
    assert found.model.parameters["J_offset"].unit == "mg/L"


def test_a_number_in_a_product_takes_the_unit_that_is_lacking(tmp_path: Path) -> None:
    found = one_compartment(tmp_path, parameters=[
        parameter("x", 0.0, False, units="mg"), parameter("y", 0.0, False, units="mg"),
    ], rules=[rate_rule("x", "0.3 * x"), rate_rule("y", "y / 7")])  # fmt: skip
    assert found.model.parameters["x_factor"].unit == "1/hour"
    assert found.model.parameters["y_factor"].unit == "hour"


def test_doses_have_the_unit_of_their_amount(tmp_path: Path) -> None:
    found = one_compartment(tmp_path, parameters=[
        parameter("D", 5.0, units="mg"), parameter("rate", 0.0, False, units="mg_per_hour"),
        parameter("x", 0.0, False, units="mg"),
    ], rules=[rate_rule("x", "rate - k * x")], events=[
        event("one", "time >= 12", {"A": "A + D / c"}), event("on", "time >= 24", {"rate": "rate + 2"}),
        event("off", "time >= 36", {"rate": "rate - 2"}),
    ])  # fmt: skip
    routes = found.model.routes
    planned = [(d.time, d.amount, d.duration, routes[d.agent, d.route].dose_unit) for d in found.doses]
    assert planned == [(0.5, 5.0, 0.0, "mg"), (1.0, 24.0, 0.5, "mg")]
    assert [route.amount.text for route in routes.values()] == ["dose / c", "dose"]


PARTS = {
    "g": [("gram", 1, 0, 1.0)], "mg": [("gram", 1, -3, 1.0)], "ug": [("gram", 1, 0, 1e-6)],
    "nmol/L": [("mole", 1, -9, 1.0), ("litre", -1, 0, 1.0)], "1/mL": [("litre", -1, -3, 1.0)],
    "cm**3": [("metre", 3, -2, 1.0)], "1/(nmol*hour)": [("mole", -1, -9, 1.0), ("second", -1, 0, 3600.0)],
    "day": [("second", 1, 0, 86400.0)], "cell": [("item", 1, 0, 1.0)], "": [("dimensionless", 1, 0, 1.0)],
    "hour": [("dimensionless", 1, 0, 3600.0), ("second", 1, 0, 1.0)], "ms": [("second", 1, -3, 1.0)],
    "kg": [("kilogram", 1, 0, 1.0)], "kelvin": [("kelvin", 1, 0, 1.0)],
}  # fmt: skip


@pytest.mark.parametrize("wanted", PARTS)
def test_a_unit_definition_becomes_the_unit_a_reader_knows(tmp_path: Path, wanted: str) -> None:
    text = document(
        units=[unit("u", *PARTS[wanted]), HOUR], model='timeUnits="hour"',
        parameters=[parameter("x", 3.0, False, units="u")], rules=[rate_rule("x", "-0.1 * x")],
    )  # fmt: skip
    assert imported(tmp_path, text).model.states["x"].unit == wanted


@pytest.mark.parametrize("text", ["IU/mL", "cell/mL", "MIU", "mg/(L*cell)"])
def test_a_unit_definition_with_trialkines_own_text_as_its_name_is_that_text(
    tmp_path: Path, text: str
) -> None:
    parts = {
        "IU/mL": [("item", 1, 0, 1.0), ("litre", -1, -3, 1.0)], "MIU": [("item", 1, 6, 1.0)],
        "cell/mL": [("item", 1, 0, 1.0), ("litre", -1, -3, 1.0)],
        "mg/(L*cell)": [("gram", 1, -3, 1.0), ("litre", -1, 0, 1.0), ("item", -1, 0, 1.0)],
    }  # fmt: skip
    named = unit("u", *parts[text]).replace('id="u"', f'id="u" name="{text}"')
    found = imported(tmp_path, document(
        units=[named, HOUR], model='timeUnits="hour"', parameters=[parameter("x", 3.0, False, units="u")],
        rules=[rate_rule("x", "-0.1 * x")],
    ))  # fmt: skip
    from trialkine.units import dimension

    assert dimension(found.model.states["x"].unit).is_same(dimension(text))


def test_a_name_that_says_something_else_than_its_parts_is_not_believed(tmp_path: Path) -> None:
    named = unit("u", ("gram", 1, -3, 1.0)).replace('id="u"', 'id="u" name="IU"')
    found = imported(tmp_path, document(
        units=[named, HOUR], model='timeUnits="hour"', parameters=[parameter("x", 3.0, False, units="u")],
        rules=[rate_rule("x", "-0.1 * x")],
    ))  # fmt: skip
    assert found.model.states["x"].unit == "mg"


@pytest.mark.parametrize(
    ("law", "k_unit", "said"),
    [
        ("k * A * c", "mg", "rate of 'A'|flow A"),
        ("k * A * c * (A + k)", "per_hour", "reaction 'J' joins 'mg/L' and '1/hour'"),
        ("k * A * c * exp(A)", "per_hour", "Expected a pure number, found 'mg/L'"),
        ("k * A", "per_hour", "flow A"),
    ],
)
def test_units_that_clash_make_all_of_the_model_pure_numbers_and_are_named(
    tmp_path: Path, law: str, k_unit: str, said: str
) -> None:
    found = one_compartment(tmp_path, law, k_unit)
    assert is_pure(found)
    (note,) = [note for note in found.notes if note.startswith("Everything is a pure number")]
    assert any(part in note for part in said.split("|")), note
    assert found.records["hours_per_day"].value == 24.0  # the file's hour still counts


def test_parameters_without_a_unit_are_named_where_units_clash(tmp_path: Path) -> None:
    text = document(
        units=[MG, HOUR], compartments=BOX, model=IN_UNITS, of_species=[species("A")],
        parameters=[parameter("k", 0.4)], reactions=[reaction("J", "k * A * c", {"A": 1}, {})],
    )  # fmt: skip
    found = imported(tmp_path, text)
    assert is_pure(found)
    assert any("gives no unit to parameter 'k'" in note for note in found.notes)


def test_a_unit_that_trialkine_has_no_name_for_is_named(tmp_path: Path) -> None:
    found = one_compartment(tmp_path, units=[unit("odd", ("gram", 1, 0, 0.37))], parameters=[
        parameter("z", 1.0, False, units="odd"),
    ], rules=[rate_rule("z", "z * k")])  # fmt: skip
    assert is_pure(found)
    assert any("unit 'odd': 0.37 gram has no name" in note for note in found.notes)


def test_a_file_without_units_is_in_days(tmp_path: Path) -> None:
    text = document(parameters=[parameter("x", 1.0, False)], rules=[rate_rule("x", "-x")])
    found = imported(tmp_path, text)
    assert found.records["per_day"].value == 1.0
    assert any("no unit of time" in note and "days" in note for note in found.notes)


@pytest.mark.parametrize(
    ("word", "per_day"), [("hour", 24.0), ("minutes", 1440.0), ("week", 1 / 7), ("day", 1.0)]
)
def test_the_caller_may_say_how_time_is_counted(tmp_path: Path, word: str, per_day: float) -> None:
    text = document(
        parameters=[parameter("x", 0.0, False)], rules=[rate_rule("x", "1")],
        events=[event("E", "time >= 3", {"x": "x + 5"})],
    )  # fmt: skip
    found = imported(tmp_path, text, word)
    assert_allclose(found.doses[0].time, 3 / per_day, rtol=1e-15)
    assert_allclose(simulate(found, [2.9 / per_day], ["x"])["x"], 2.9, rtol=1e-9)  # a straight line


def test_a_caller_who_contradicts_the_file_is_believed_and_told(tmp_path: Path) -> None:
    text = document(
        units=[MG, HOUR, PER_HOUR], compartments=BOX, model=IN_UNITS, of_species=[species("A")],
        parameters=[parameter("k", 0.4, units="per_hour")],
        reactions=[reaction("J", "k * A * c", {"A": 1}, {})],
    )  # fmt: skip
    found = imported(tmp_path, text, "day")
    assert is_pure(found)
    assert found.records["per_day"].value == 1.0
    assert any("'hour', and you said 'day'" in note for note in found.notes)


def test_a_word_that_is_no_time_is_refused(tmp_path: Path) -> None:
    text = document(parameters=[parameter("x", 1.0, False)], rules=[rate_rule("x", "-x")])
    with pytest.raises(InputError, match=r"'hoour' is not a unit of time\. Did you mean 'hour'"):
        imported(tmp_path, text, "hoour")


def test_an_old_file_that_says_nothing_about_units_is_told_what_its_level_means(tmp_path: Path) -> None:
    text = document(parameters=[parameter("x", 1.0, False)], rules=[rate_rule("x", "-x")])
    old = text.replace("level3/version2/core", "level2/version4").replace(
        'level="3" version="2"', 'level="2" version="4"'
    )
    found = imported(tmp_path, old)
    assert any("moles, litres and seconds" in note for note in found.notes)
    assert found.records["per_day"].value == 1.0
