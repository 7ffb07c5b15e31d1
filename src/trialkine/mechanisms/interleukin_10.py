"""Interleukin-10, the brake that antigen presentation calls upon itself."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

INTERLEUKIN_10 = Mechanism(
    name="interleukin_10",
    about="Regulatory T cells that meet presented antigen make interleukin-10, which through its excess "
    "over the constitutive level brakes presentation and interferon gamma.",
    states={"interleukin_10": State("", "level relative to the constitutive one, which is 1", initial="1")},
    nulls={"interleukin_10": "1"},
    parameters={
        "interleukin_10_elimination_rate": Parameter("1/day", "loss"),
        "regulatory_interleukin_10_gain": Parameter(
            "", "level added per fold of regulatory T cells at full antigen presentation"
        ),
        "largest_interleukin_10_brake": Parameter("", "brake at very high excess"),
        "interleukin_10_half_effect": Parameter("", "excess that causes half of this brake"),
    },
    totals=(Total("interleukin_10_stimulus", "", "level added by other agents"),),
    defines=(
        Define(
            "interleukin_10_brake",
            "",
            "1 + largest_interleukin_10_brake * (interleukin_10 - 1)"
            " / (interleukin_10 - 1 + interleukin_10_half_effect)",
            "divisor of antigen presentation and of interferon gamma, 1 without excess",
            null="1",
        ),
    ),
    flows=(
        Flow(
            sink="interleukin_10",
            rate="interleukin_10_elimination_rate * (1 + interleukin_10_stimulus"
            " + regulatory_interleukin_10_gain * regulatory_t_cells * antigen_presentation)",
        ),
        Flow(source="interleukin_10", rate="interleukin_10_elimination_rate * interleukin_10"),
    ),
    sources=("starting_calibration",),
)
