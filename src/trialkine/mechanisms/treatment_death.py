"""Death from treatment."""

from trialkine.model.declarations import Flow, Mechanism, Milestone, Parameter, State

TREATMENT_DEATH = Mechanism(
    name="treatment_death",
    about="Hypotension near or beyond what a patient tolerates carries a hazard of death, squared so that "
    "mild hypotension hardly does.",
    states={"treatment_hazard": State("", "accumulated hazard of death from treatment", scale="1")},
    parameters={
        "treatment_death_rate": Parameter("1/day", "hazard at the hypotension that a patient just tolerates"),
        "treatment_death_threshold": Parameter("", "accumulated hazard at which the patient dies"),
    },
    flows=(Flow(sink="treatment_hazard", rate="treatment_death_rate * relative_hypotension**2"),),
    milestones=(
        Milestone(
            "treatment_death",
            "treatment_hazard > treatment_death_threshold",
            "The patient dies from treatment.",
        ),
    ),
    sources=("atkins_1999", "fyfe_1995"),
)
