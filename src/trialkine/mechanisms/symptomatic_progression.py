"""Progression that a patient feels before a scan shows it."""

from trialkine.model.declarations import Mechanism, Milestone, Parameter

SYMPTOMATIC_PROGRESSION = Mechanism(
    name="symptomatic_progression",
    about="Symptoms of progression appear when burden has grown well beyond its start and beyond what "
    "causes none.",
    parameters={
        "symptomatic_burden_ratio": Parameter(
            "", "growth over the start and the symptom-free burden that is felt"
        ),
        "symptom_free_burden": Parameter("cm**3", "burden that causes no symptoms"),
    },
    milestones=(
        Milestone(
            "symptomatic_progression",
            "burden > symptomatic_burden_ratio * (initial_burden + symptom_free_burden)",
            "The patient feels the disease progress.",
        ),
    ),
)
