"""The kidney: creatinine rises while it is hurt or badly perfused."""

from trialkine.model.declarations import Flow, Mechanism, Parameter, State, Total

KIDNEY = Mechanism(
    name="kidney",
    about="An insult to the kidney, toxic or through poor perfusion, raises serum creatinine over days; it "
    "falls again when the insult ends.",
    states={"creatinine_ratio": State("", "serum creatinine relative to baseline", initial="1")},
    nulls={"creatinine_ratio": "1"},
    parameters={
        "creatinine_rate": Parameter("1/day", "rate at which creatinine follows the insult"),
        "kidney_sensitivity": Parameter("", "sensitivity of a patient, typically 1"),
        "creatinine_rise": Parameter("", "rise over baseline under a sustained insult of 1"),
    },
    totals=(Total("kidney_insult", "", "insult to the kidney, 1 sustained begins grade 3"),),
    flows=(
        Flow(
            sink="creatinine_ratio",
            rate="creatinine_rate * (1 + creatinine_rise * kidney_sensitivity * kidney_insult)",
        ),
        Flow(source="creatinine_ratio", rate="creatinine_rate * creatinine_ratio"),
    ),
    sources=("ctcae_5",),
    watched=("creatinine_ratio",),
)
