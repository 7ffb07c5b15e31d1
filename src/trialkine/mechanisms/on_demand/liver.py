"""The liver: bilirubin rises under cholestasis."""

from trialkine.model.declarations import Flow, Mechanism, Parameter, State, Total

LIVER = Mechanism(
    name="liver",
    about="An insult to the liver raises serum bilirubin over days; it falls again when the insult ends.",
    states={
        "bilirubin_ratio": State(
            "", "serum bilirubin relative to the upper limit of normal", initial="bilirubin_baseline"
        )
    },
    nulls={"bilirubin_ratio": "0"},
    parameters={
        "bilirubin_rate": Parameter("1/day", "rate at which bilirubin follows the insult"),
        "bilirubin_baseline": Parameter(
            "", "bilirubin before treatment, relative to the upper limit of normal"
        ),
        "liver_sensitivity": Parameter("", "sensitivity of a patient, typically 1"),
        "bilirubin_rise": Parameter("", "rise under a sustained insult of 1, in upper limits of normal"),
    },
    totals=(Total("liver_insult", "", "insult to the liver, 1 sustained begins grade 3"),),
    flows=(
        Flow(
            sink="bilirubin_ratio",
            rate="bilirubin_rate * (bilirubin_baseline + bilirubin_rise * liver_sensitivity * liver_insult)",
        ),
        Flow(source="bilirubin_ratio", rate="bilirubin_rate * bilirubin_ratio"),
    ),
    sources=("ctcae_5",),
    watched=("bilirubin_ratio",),
)
