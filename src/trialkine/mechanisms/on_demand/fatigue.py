"""Fatigue, as a score."""

from trialkine.model.declarations import Flow, Mechanism, Parameter, State, Total

FATIGUE = Mechanism(
    name="fatigue",
    about="Treatment tires over days to weeks; fatigue lifts again when it ends.",
    states={"fatigue": State("", "score of fatigue, grade 3 begins at 1")},
    nulls={"fatigue": "0"},
    parameters={
        "fatigue_rate": Parameter("1/day", "rate at which the score follows its stimulus"),
        "fatigue_sensitivity": Parameter("", "sensitivity of a patient, typically 1"),
    },
    totals=(Total("fatigue_stimulus", "", "stimulus of fatigue, 1 sustained begins grade 3"),),
    flows=(
        Flow(sink="fatigue", rate="fatigue_rate * fatigue_sensitivity * fatigue_stimulus"),
        Flow(source="fatigue", rate="fatigue_rate * fatigue"),
    ),
    sources=("ctcae_5",),
    watched=("fatigue",),
)
