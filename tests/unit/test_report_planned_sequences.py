"""What a report says of agents that follow one another as planned, and of lines that follow a failure."""

from __future__ import annotations

import pytest

from trialkine.report.protocol_facts import ProtocolFacts, protocol_facts
from trialkine.report.strategy_words import (
    LAST_LINE,
    PLANNED_NOTE,
    PROGRESSION_NOTE,
    RESPONSE_NOTE,
    progression_free_words,
    short_strategy_note,
    strategy_label,
    strategy_notes,
)
from trialkine.trial.protocol import Protocol


def facts_of(*starts: str | None) -> ProtocolFacts:
    """The facts of one arm of aldesleukin, and of one with temozolomide as each phrase says."""
    aldesleukin = {
        "agent": "aldesleukin",
        "dose": "720000 IU/kg",
        "route": "intravenous over 15 min",
        "schedule": "every 8 h, up to 14 doses, on days 1 and 15",
    }
    temozolomide = {
        "agent": "temozolomide",
        "dose": "75 mg/m2",
        "route": "oral",
        "schedule": "daily, for 6 weeks",
    }
    added = [temozolomide | {"starts": start} for start in starts]
    return protocol_facts(
        Protocol.from_dict(
            {
                "schema": 1,
                "title": "Two agents",
                "disease": "melanoma",
                "arms_are": "counterfactual",
                "arms": [
                    {"name": "One", "treatment": [aldesleukin]},
                    {"name": "Both", "treatment": [aldesleukin, *added]},
                ],
                "assessments": {"criteria": "recist-1.1", "every": "8 weeks"},
                "enrolment": {"patients": 4, "per_month": 4},
                "follow_up": "12 months",
            }
        )
    )


def test_agents_that_start_together_are_one_treatment_and_need_no_word() -> None:
    for start in ("at once", "on day 8"):
        facts = facts_of(start)
        assert strategy_notes(facts) == ()
        assert strategy_label("pfs_median_months", facts) == "Median progression-free survival, months"
        assert not facts.has_unequal_lines


@pytest.mark.parametrize("start", ["1 day after aldesleukin ends", "after 12 weeks"])
def test_agents_that_follow_as_planned_are_not_called_lines(start: str) -> None:
    facts = facts_of(start)
    assert strategy_notes(facts) == (PLANNED_NOTE,)
    assert short_strategy_note(facts) == PLANNED_NOTE
    assert "line" not in PLANNED_NOTE
    assert progression_free_words(facts) == "progression-free survival"
    assert not facts.has_unequal_lines


def test_a_line_after_a_failure_has_the_best_of_the_lines_as_its_response() -> None:
    facts = facts_of("within 6 weeks after aldesleukin fails")
    assert strategy_notes(facts) == (PROGRESSION_NOTE, RESPONSE_NOTE)
    assert LAST_LINE in progression_free_words(facts)
    assert facts.has_unequal_lines
