"""Reading parameter files: what is wrong is said once, with its line."""

from __future__ import annotations

import pytest

from trialkine.errors import InputError, ProblemsError
from trialkine.evidence.parameter_files import in_unit, parse_parameters
from trialkine.evidence.sources import parse_sources, source

GOOD = """
[parameters.clearance]
value = 10.0
unit = "L/hour"
kind = "measured"
source = "ostermann_2004"
where = "abstract"
variability = { distribution = "lognormal", sd = 0.15 }
"""


def fault(text: str) -> str:
    with pytest.raises(ProblemsError) as caught:
        parse_parameters(text, "numbers.toml")
    return str(caught.value)


def test_a_good_record_is_read_whole() -> None:
    record = parse_parameters(GOOD, "numbers.toml").records["clearance"]
    assert (record.value, record.unit, record.kind, record.source) == (
        10.0,
        "L/hour",
        "measured",
        "ostermann_2004",
    )
    assert record.variability is not None
    assert record.variability.sd == 0.15


def test_a_record_names_the_facts_it_rests_on_and_keeps_them_in_another_unit() -> None:
    record = parse_parameters(GOOD + 'facts = ["PK_TMZ_POP_CLF"]\n', "numbers.toml").records["clearance"]
    assert record.facts == ("PK_TMZ_POP_CLF",)
    assert in_unit(record, "mL/min").facts == ("PK_TMZ_POP_CLF",)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('["PK_TMZ_POP_CFL"]', "names the unknown fact 'PK_TMZ_POP_CFL'. Did you mean 'PK_TMZ_POP_CLF'?"),
        ('["clearance"]', "names the unknown fact 'clearance'. The ids are in evidence/pharmacology.csv."),
        ('["PK_TMZ_F", "PK_TMZ_F"]', "names the fact 'PK_TMZ_F' twice. Name it once."),
    ],
)
def test_facts_that_are_unknown_or_named_twice_are_faults_with_their_line(written: str, said: str) -> None:
    text = GOOD + f"facts = {written}\n"
    assert fault(text) == f"numbers.toml:9: Parameter 'clearance' {said}"


def test_facts_that_are_no_list_of_ids_are_a_fault() -> None:
    for written in ('"PK_TMZ_F"', "[1]"):
        said = fault(GOOD + f"facts = {written}\n")
        assert said.startswith("numbers.toml:9: The facts of parameter 'clearance' are ")
        assert said.endswith('Write a list of ids: ["PK_IL2_CL"].')


def test_a_plausibility_rule_names_facts_too() -> None:
    rule = """
[[plausibility]]
quantity = "doubling_time"
at_least = 8.0
unit = "day"
kind = "measured"
source = "carlson_2003"
facts = ["GROW_MEL_MET_DT"]
reason = "faster than the fastest"
"""
    (bound,) = parse_parameters(rule, "numbers.toml").plausibility
    assert bound.facts == ("GROW_MEL_MET_DT",)
    said = fault(rule.replace("MET_DT", "MET_TD"))
    assert said == (
        "numbers.toml:8: A plausibility rule names the unknown fact 'GROW_MEL_MET_TD'. "
        "Did you mean 'GROW_MEL_MET_DT'?"
    )


def test_a_record_is_expressed_in_another_unit_with_its_range_and_normal_spread() -> None:
    text = GOOD.replace('"lognormal", sd = 0.15', '"normal", sd = 0.5') + "low = 5\nhigh = 20\n"
    record = in_unit(parse_parameters(text, "numbers.toml").records["clearance"], "mL/min")
    per_hour = 1000.0 / 60.0  # 1 L/h is 16.67 mL/min
    assert record.value == pytest.approx(10.0 * per_hour)
    assert (record.low, record.high) == (pytest.approx(5 * per_hour), pytest.approx(20 * per_hour))
    assert record.variability is not None
    assert record.variability.sd == pytest.approx(0.5 * per_hour)


def test_a_lognormal_spread_does_not_depend_on_the_unit() -> None:
    record = in_unit(parse_parameters(GOOD, "numbers.toml").records["clearance"], "mL/min")
    assert record.variability is not None
    assert record.variability.sd == 0.15


def test_a_unit_of_something_else_is_refused_by_name() -> None:
    record = parse_parameters(GOOD, "numbers.toml").records["clearance"]
    with pytest.raises(InputError, match=r"Parameter 'clearance': 'L/hour' cannot be turned into 'mg'"):
        in_unit(record, "mg")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value = 10.0", "", "Parameter 'clearance' has no 'value'."),
        ("unit =", "units =", "unknown field 'units'. Did you mean 'unit'?"),
        ("value = 10.0", "value = nan", "Write a finite number."),
        (
            "value = 10.0",
            'value = "ten"',
            "The value of parameter 'clearance' is 'ten'. Write a finite number.",
        ),
        ("value = 10.0", "value = true", "Write a finite number."),
        ('"L/hour"', '"litres an hour"', "is not a unit"),
        ('"measured"', '"guessed"', "has the kind 'guessed'. Write one of measured, fitted_in_source"),
        (
            '"ostermann_2004"',
            '"osterman_2004"',
            "unknown source 'osterman_2004'. Did you mean 'ostermann_2004'?",
        ),
        ('"abstract"', '" "', "does not say where its value stands"),
        ('"measured"', '"assumed"', "is assumed and needs a range"),
        ('where = "abstract"', 'where = "abstract"\nlow = 11\nhigh = 12', "lies outside its own range"),
        ('"lognormal"', '"triangular"', "needs a distribution. Write one of lognormal"),
        (", sd = 0.15", "", "needs an 'sd' from 0 up"),
        ("sd = 0.15", "sd = -1", "needs an 'sd' from 0 up"),
        ("sd = 0.15", "std = 0.15", "unknown field 'std'"),
        (
            "[parameters.clearance]",
            "[parameter.clearance]",
            "Unknown entry 'parameter'. Did you mean 'parameters'?",
        ),
    ],
)
def test_each_fault_is_a_sentence(old: str, new: str, said: str) -> None:
    assert said in fault(GOOD.replace(old, new))


def test_all_faults_are_reported_at_once_with_their_lines() -> None:
    text = GOOD.replace("value = 10.0", "") + GOOD.replace("clearance", "volume").replace(
        '"measured"', '"wrong"'
    )
    message = fault(text)
    assert "numbers.toml:2: Parameter 'clearance' has no 'value'." in message
    assert "numbers.toml:13: Parameter 'volume' has the kind 'wrong'." in message


def test_a_text_that_is_not_toml_is_said_to_be_none() -> None:
    assert "This is not TOML" in fault("[parameters")


def test_a_correlation_beyond_one_is_refused() -> None:
    table = '[[correlations]]\nbetween = ["a", "b"]\nvalue = 1.5\nkind = "assumed"\nsource = "assumption"\n'
    assert "A correlation is 1.5. Write a number between -1 and 1." in fault(table)


def test_a_plausibility_rule_without_a_bound_is_refused() -> None:
    assert "A plausibility rule has no bound" in fault(
        '[[plausibility]]\nquantity = "burden"\nreason = "none"\n'
    )


def test_a_source_needs_a_citation_and_knows_no_other_fields() -> None:
    with pytest.raises(ProblemsError, match=r"Source 'a' has no citation"):
        parse_sources("[a]\nnote = 'x'\n", "s.toml")
    with pytest.raises(ProblemsError, match=r"Source 'a' has the unknown field 'year'"):
        parse_sources("[a]\ncitation = 'x'\nyear = 1\n", "s.toml")


def test_an_unknown_source_gets_the_nearest_key() -> None:
    with pytest.raises(InputError, match="Did you mean 'ostermann_2004'"):
        source("ostermann_2003")
