# ruff: noqa: E501  (tables of whole sentences)
"""The section `optimise` of a protocol: measures, blanks, candidates, and what is refused with its line."""

import pytest

from optimise_samples import WITH_SEARCH, line_of
from protocol_samples import KNOWN, PROTOCOL, only_problem, problems_of
from trialkine.trial.candidates import candidates_of, count_candidates
from trialkine.trial.checking import protocol_from_data, protocol_from_text
from trialkine.trial.measure_words import parse_measure, parse_rate_limit
from trialkine.trial.search_parts import Factor
from trialkine.trial.words import WordError


def read(text=WITH_SEARCH):
    return protocol_from_text(text, KNOWN, "trial.yaml")


def test_every_combination_of_a_strategys_blanks_is_a_candidate_once():
    search = read().optimise
    found = candidates_of(search)
    assert len(found) == count_candidates(search) == 2 * 3 * 1 + 2
    assert len({one.name for one in found}) == len(found)
    assert {(one.levels["dose"], one.levels["doses"]) for one in found[:6]} == {
        (dose, doses) for dose in ("300000", "600000") for doses in ("6", "10", "14")
    }
    assert [dict(one.levels) for one in found[6:]] == [{"dose": "300000"}, {"dose": "600000"}]


def test_levels_stand_in_the_texts_and_in_the_name_once():
    first, *_, last = candidates_of(read().optimise)
    assert first.arm["treatment"][0]["dose"] == "300000 IU/kg"
    assert first.arm["treatment"][0]["schedule"] == "every 8 h, up to 6 doses"
    assert first.arm["treatment"][1]["starts"] == "within 2 weeks after aldesleukin fails"
    assert first.name == "IL-2 first, dose 300000, doses 6, gap 2"
    assert last.name == "IL-2 600000 alone"


def test_a_protocol_with_a_search_reads_back_from_its_own_words():
    protocol = read()
    assert protocol_from_data(protocol.to_dict(), KNOWN) == protocol
    assert read(protocol.to_yaml()) == protocol
    assert "optimise" not in read(PROTOCOL).to_dict()


@pytest.mark.parametrize(
    ("factor", "texts"),
    [
        ({"levels": [1, 2.5, "oral"]}, ("1", "2.5", "oral")),
        ({"from": 2, "to": 8, "step": 2}, ("2", "4", "6", "8")),
        ({"from": 0.1, "to": 0.3, "step": 0.1}, ("0.1", "0.2", "0.3")),
        ({"from": 2, "to": 7, "step": 2}, ("2", "4", "6")),
    ],
)
def test_a_range_goes_by_its_step_and_never_past_its_end(factor, texts):
    assert Factor.model_validate(factor).texts == texts


@pytest.mark.parametrize(
    ("text", "event", "toxicity", "grade", "days"),
    [
        ("response", "response", "", 0, None),
        ("complete response", "complete response", "", 0, None),
        ("survival at 12 months", "survival", "", 0, 365.25),
        ("progression-free survival at 8 weeks", "event-free survival", "", 0, 56.0),
    ],
)
def test_benefits_are_read(text, event, toxicity, grade, days):
    found = parse_measure(text)
    assert (found.event, found.toxicity, found.grade) == (event, toxicity, grade)
    assert (found.at.days if found.at else None) == days
    assert parse_measure(str(found)) == found
    assert found.is_benefit


@pytest.mark.parametrize(
    ("text", "toxicity", "grade", "is_most", "share"),
    [
        ("grade 4 hypotension at most 40 %", "hypotension", 4, True, 0.4),
        ("grade 3 or worse capillary leak at most 5 %", "capillary_leak", 3, True, 0.05),
        ("Grade 3 toxicity at most 60 %", "toxicity", 3, True, 0.6),
        ("treatment death at most 2 %", "", 0, True, 0.02),
        ("response at least 10 %", "", 0, False, 0.1),
    ],
)
def test_limits_are_read(text, toxicity, grade, is_most, share):
    found = parse_rate_limit(text)
    assert (found.measure.toxicity, found.measure.grade) == (toxicity, grade)
    assert (found.is_most, found.share) == (is_most, pytest.approx(share, rel=1e-12))
    assert parse_rate_limit(str(found)) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("grade 4 hypotensoin at most 40 %", "Did you mean 'hypotension'?"),
        ("grade 4 capillary leak at most 5 %", "capillary leak has no grade 4"),
        ("grade 5 hypotension at most 5 %", "must be a whole number up to 4"),
        ("treatment death at most 200 %", "200 % is more than all patients"),
        ("treatment death at most 2", "the end stands where '%' should"),
        ("respons at most 2 %", "Did you mean 'response'?"),
    ],
)
def test_a_limit_that_cannot_be_read_says_why(text, said):
    with pytest.raises(WordError, match=said.replace("?", r"\?")):
        parse_rate_limit(text)


def test_a_toxicity_is_no_objective():
    with pytest.raises(WordError, match="Write it as a constraint"):
        parse_measure("treatment death")


@pytest.mark.parametrize(
    ("old", "new", "place", "said"),
    [
        ("dose: <dose> IU/kg\n          route: intravenous over 15 min\n          schedule: every 8 h, up to <doses>",
         "dose: <dos> IU/kg\n          route: intravenous over 15 min\n          schedule: every 8 h, up to <doses>",
         "dose: <dos> IU/kg", "'<dos>' has no levels under 'vary'. Did you mean 'dose'?"),
        ("    gap: [2]", "    gap: [2]\n    weeks: [1]", "    weeks: [1]",
         "'weeks' is varied, but no strategy has the blank '<weeks>'. Add it, or leave it out."),
        ("vary:", "candidates: 7\n  vary:", "  vary:",
         "the levels make 8 candidates, more than 7. Take fewer levels, or write 'candidates: 8'."),
        ("[300000, 600000]", "[300000, 300000]", "[300000, 300000]", "'dose' has a level twice. Write each once."),
        ("to: 14, step: 4", "to: 14", "to: 14", "'doses' has no levels of its own. Write a list, or 'from', 'to' and "
         "'step'."),
        ("survival at 12 months", "survival at 4 years", "survival at 4 years",
         "not every patient is followed for 4 years. Follow longer, or take an earlier time."),
        ("treatment death at most 2 %", "grade 4 hypotension at most 2 %", "grade 4 hypotension at most 2 %",
         "'grade 4 hypotension' is limited twice. Keep one of the two."),
        ("IL-2 <dose> alone", "Sequence", "name: Sequence\n      treatment:\n        - agent: aldesleukin",
         "two candidates or arms are called 'Sequence'. Give each its own name. (With dose = 300000.)"),
    ],
)  # fmt: skip
def test_a_faulty_search_is_told_with_its_line(old, new, place, said):
    text = WITH_SEARCH.replace(old, new, 1)
    if new == "Sequence":  # its own name, without the levels that are added to it
        text = text.replace("name: Sequence\n      treatment", "name: Sequence <dose>\n      treatment")
        text = text.replace("  - name: Sequence\n    treatment", "  - name: Sequence 300000\n    treatment")
        place, said = "name: Sequence <dose>", said.replace("'Sequence'", "'Sequence 300000'")
    assert only_problem(text) == (line_of(place, text), said)


def test_a_candidate_that_is_no_arm_is_told_at_its_place_with_its_levels_and_once():
    text = WITH_SEARCH.replace("[300000, 600000]", "[0, 0.5, 600000]")
    lines = [(one.line, one.message) for one in problems_of(text)]
    places = [number for number, line in enumerate(text.splitlines(), 1) if "<dose> IU/kg" in line]
    assert [line for line, _ in lines] == places
    assert all("the amount must be above zero" in message for _, message in lines)
    assert lines[0][1].endswith("(With dose = 0, doses = 6, gap = 2.)")


def test_a_start_that_waits_for_an_agent_that_is_not_there_is_told():
    text = WITH_SEARCH.replace("within <gap> weeks after aldesleukin", "within <gap> weeks after cisplatin")
    line, said = only_problem(text)
    assert line == line_of("within <gap> weeks after cisplatin", text)
    assert "cisplatin" in said
    assert "gap = 2" in said


def test_relapse_and_response_belong_to_their_criteria():
    line, said = only_problem(
        WITH_SEARCH.replace("survival at 12 months", "relapse-free survival at 12 months")
    )
    assert line == line_of("  objective:")
    assert "progression-free" in said
