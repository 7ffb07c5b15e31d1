"""Death from the disease, or from any other cause than treatment."""

from trialkine.model.declarations import Define, Flow, Mechanism, Milestone, Parameter, State

DISEASE_DEATH = Mechanism(
    name="disease_death",
    about="The hazard of death grows with burden to a power and with frailty; a patient dies when the "
    "accumulated hazard reaches his or her own threshold.",
    states={"disease_hazard": State("", "accumulated hazard of death", scale="1")},
    parameters={
        "background_death_rate": Parameter("1/day", "hazard without any tumour"),
        "disease_death_rate": Parameter("1/day", "hazard of a typical patient at the reference burden"),
        "frailty": Parameter("", "hazard of a patient relative to the typical one at the same burden"),
        "burden_death_exponent": Parameter("", "steepness with which the hazard grows with burden"),
        "death_threshold": Parameter("", "accumulated hazard at which the patient dies"),
    },
    defines=(
        Define(
            "disease_death_hazard",
            "1/day",
            "disease_death_rate * frailty"
            " * (((burden + negligible_burden) / reference_burden)**burden_death_exponent"
            " - (negligible_burden / reference_burden)**burden_death_exponent)",
            "present hazard of death from the disease",
            null="0",
        ),
    ),
    flows=(
        Flow(sink="disease_hazard", rate="background_death_rate"),
        Flow(sink="disease_hazard", rate="disease_death_hazard"),
    ),
    milestones=(
        Milestone("death", "disease_hazard > death_threshold", "The patient dies, not from treatment."),
    ),
    sources=("starting_calibration",),
)
