"""What checking takes over from an agent's declaration."""

from trialkine.model.declarations import Agent, Mechanism, Route
from trialkine.trial.agent_facts import USUAL_BIOMARKERS, facts_of, known_names

INTO_A_VEIN = Route("drug_central", "dose", "into a vein", infused=True)
UNDER_THE_SKIN = Route("drug_depot", "dose", "under the skin")


def agent(*bases: str) -> Agent:
    routes = {"intravenous": INTO_A_VEIN, "subcutaneous": UNDER_THE_SKIN}
    return Agent(Mechanism("drug", "A drug."), "IU", routes, dose_bases=bases)


def test_routes_keep_whether_they_are_infused():
    assert facts_of(agent("kg")).routes == {"intravenous": True, "subcutaneous": False}


def test_an_agent_usually_scaled_may_not_be_infused_flat():
    facts = facts_of(agent("kg", "m2", "flat"))
    assert facts.bases_by("intravenous") == ("kg", "m2")
    assert facts.bases_by("subcutaneous") == ("kg", "m2", "flat")


def test_an_agent_usually_given_flat_may_be_infused_flat():
    assert facts_of(agent("flat", "kg")).bases_by("intravenous") == ("flat", "kg")


def test_the_installed_names_hold_the_agents_and_diseases_of_the_examples():
    known = known_names()
    assert {"aldesleukin", "temozolomide", "im862"} <= set(known.agents)
    assert {"melanoma", "renal_cell"} <= set(known.diseases)
    assert known.agents["aldesleukin"].routes == {"intravenous": True, "subcutaneous": False}


def test_every_usual_biomarker_is_a_name_of_the_model():
    assert set(USUAL_BIOMARKERS) <= set(known_names().biomarkers)
