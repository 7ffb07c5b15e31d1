"""Neurotoxicity: confusion and what belongs to it, as a score."""

from trialkine.model.declarations import Flow, Mechanism, Parameter, State, Total

NEUROTOXICITY = Mechanism(
    name="neurotoxicity",
    about="A stimulus, such as a cytokine, clouds the mind over days; it clears when the stimulus ends.",
    states={"neurotoxicity": State("", "score of neurotoxicity, grade 3 begins at 1")},
    nulls={"neurotoxicity": "0"},
    parameters={
        "neurotoxicity_rate": Parameter("1/day", "rate at which the score follows its stimulus"),
        "neurotoxic_sensitivity": Parameter("", "sensitivity of a patient, typically 1"),
    },
    totals=(Total("neurotoxic_stimulus", "", "stimulus of neurotoxicity, 1 sustained begins grade 3"),),
    flows=(
        Flow(sink="neurotoxicity", rate="neurotoxicity_rate * neurotoxic_sensitivity * neurotoxic_stimulus"),
        Flow(source="neurotoxicity", rate="neurotoxicity_rate * neurotoxicity"),
    ),
    sources=("ctcae_5",),
    watched=("neurotoxicity",),
)
