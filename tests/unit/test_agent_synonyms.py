"""Names that agents have elsewhere lead to the right one."""

import pytest

from protocol_samples import KNOWN, PROTOCOL, problems_of
from trialkine.agents.catalogue import agent_book
from trialkine.trial.agent_synonyms import OTHER_NAMES, usual_name


def test_every_synonym_is_of_an_agent_and_of_one_only() -> None:
    assert set(OTHER_NAMES) <= set(agent_book().agents)
    every = [other for others in OTHER_NAMES.values() for other in others]
    assert len(every) == len(set(every))
    assert not set(every) & set(agent_book().agents)


@pytest.mark.parametrize(
    ("given", "agent"),
    [
        ("interleukin-2", "aldesleukin"), ("Interleukin 2", "aldesleukin"), ("IL2", "aldesleukin"),
        ("DTIC", "dacarbazine"), ("IFN-alpha", "interferon_alfa"), ("TNF", "tumour_necrosis_factor_alfa"),
        ("interleukin_22", None), ("aspirin", None),
    ],
)  # fmt: skip
def test_a_name_from_elsewhere_is_understood(given: str, agent: str | None) -> None:
    assert usual_name(given, agent_book().agents) == agent
    assert usual_name(given, ()) is None


def test_the_check_names_the_agent_that_was_meant() -> None:
    assert "aldesleukin" in KNOWN.agents
    (problem, *_) = problems_of(PROTOCOL.replace("agent: aldesleukin", "agent: interleukin-2", 1))
    assert "no agent is named 'interleukin-2'. Here it is 'aldesleukin'." in problem.message
