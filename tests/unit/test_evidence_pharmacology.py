"""The table of facts, its reader, and the faults of both."""

from __future__ import annotations

import pytest

from trialkine.errors import ProblemsError
from trialkine.evidence.pharmacology import COLUMNS, facts, parse_facts

HEAD = ",".join(COLUMNS) + "\n"
ROW = 'PK_ONE,drug,half-life,"3.3+/-0.9",2.4,4.2,h,18 patients,"Somebody A, Nobody B. 1999",,abstract\n'


def faults(text: str) -> list[str]:
    with pytest.raises(ProblemsError) as caught:
        parse_facts(text, "facts.csv")
    return str(caught.value).splitlines()


def test_a_fact_keeps_what_is_printed_and_its_range() -> None:
    fact = parse_facts(HEAD + ROW, "facts.csv")["PK_ONE"]
    assert (fact.value, fact.low, fact.high, fact.unit) == ("3.3+/-0.9", 2.4, 4.2, "h")
    assert fact.citation == "Somebody A, Nobody B. 1999"
    assert fact.summary == "drug, half-life: 3.3+/-0.9 h"


def test_a_fact_without_a_range_or_a_unit_has_none() -> None:
    (fact,) = parse_facts(HEAD + "A,none,growth,slow,,,,,Somebody,,abstract\n", "facts.csv").values()
    assert (fact.low, fact.high, fact.unit) == (None, None, "")
    assert fact.summary == "growth: slow"


def test_all_facts_of_both_collections_are_there() -> None:
    assert len(facts()) == 79 + 189
    assert {key.split("_")[0] for key in facts()} >= {"PK", "PD", "KD", "TOX", "GROW", "MIX", "MEAS", "DROP"}


def test_a_plain_number_has_a_unit() -> None:
    for fact in facts().values():
        if fact.value.replace(".", "", 1).isdigit():
            assert fact.unit, fact.id


def test_a_range_that_goes_with_one_number_holds_it() -> None:
    for fact in facts().values():
        if fact.value.replace(".", "", 1).isdigit() and fact.low is not None and fact.high is not None:
            assert fact.low <= float(fact.value) <= fact.high, fact.id


def test_all_faults_come_at_once_with_their_lines() -> None:
    bad = ROW.replace("PK_ONE", "PK_TWO").replace(",2.4,4.2,", ",5.0,4.2,").replace("abstract", "")
    said = faults(HEAD + ROW + ROW + bad + "PK_SIX,a\n")
    assert said == [
        "facts.csv:3: The id 'PK_ONE' stands twice. Remove one row, or rename it.",
        "facts.csv:4: The fact 'PK_TWO' has no 'source_level'. Fill it in.",
        "facts.csv:4: The fact 'PK_TWO' has a 'low' above its 'high'. Exchange them.",
        "facts.csv:5: The fact 'PK_SIX' has another number of cells than there are columns. "
        "Put texts with commas in quotes.",
    ]


@pytest.mark.parametrize("written", ["few", "nan", "1e999"])
def test_a_limit_that_is_no_number_is_refused(written: str) -> None:
    (said,) = faults(HEAD + ROW.replace("2.4", written))
    assert said == (
        f"facts.csv:2: 'low' of the fact 'PK_ONE' is '{written}'. Write a number, or leave it empty."
    )


def test_other_columns_are_refused() -> None:
    (said,) = faults("id,value\nA,1\n")
    assert said.startswith("facts.csv:1: The columns are not id, agent, quantity, value,")
