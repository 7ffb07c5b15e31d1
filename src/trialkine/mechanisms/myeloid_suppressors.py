"""Myeloid suppressor cells, which follow the tumour burden."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State

MYELOID_SUPPRESSORS = Mechanism(
    name="myeloid_suppressors",
    about="Myeloid suppressor cells follow the burden and are depleted by lymphotoxic drugs.",
    states={
        "myeloid_suppressors": State("", "number, relative to health", initial="suppressor_set_point"),
    },
    nulls={"myeloid_suppressors": "0"},
    parameters={
        "suppressor_baseline": Parameter("", "number that a very high burden adds, relative to health"),
        "suppressor_fixed_share": Parameter("", "number without any tumour, relative to that"),
        "suppressor_half_burden": Parameter("cm**3", "burden that drives half of the increase"),
        "suppressor_turnover_rate": Parameter("1/day", "return to the set-point"),
        "suppressor_lymphotoxicity": Parameter("1/day", "death at unit lymphotoxic exposure"),
    },
    defines=(
        Define(
            "suppressor_set_point",
            "",
            "suppressor_baseline * (suppressor_fixed_share + burden / (burden + suppressor_half_burden))",
            "number to which the cells return at the present burden",
        ),
    ),
    flows=(
        Flow(sink="myeloid_suppressors", rate="suppressor_turnover_rate * suppressor_set_point"),
        Flow(source="myeloid_suppressors", rate="suppressor_turnover_rate * myeloid_suppressors"),
        Flow(
            source="myeloid_suppressors",
            rate="suppressor_lymphotoxicity * lymphotoxic_exposure * myeloid_suppressors",
        ),
    ),
    sources=("starting_calibration",),
)
