"""Tumour antigen set free by dying tumour cells."""

from trialkine.model.declarations import Flow, Mechanism, Parameter, State, Total

ANTIGEN = Mechanism(
    name="antigen",
    about="Tumour cells that die set antigen free: immune killing fully, drug killing and turnover a little.",
    states={
        "antigen": State(
            "cm**3",
            "antigen of this volume of dead tumour",
            initial="(turnover_immunogenicity * tumour_turnover + natural_killer_tumour_loss) / "
            "antigen_decay_rate",
            scale="antigen_half_saturation",
        )
    },
    nulls={"antigen": "0"},
    parameters={
        "antigen_decay_rate": Parameter("1/day", "loss of free antigen"),
        "turnover_immunogenicity": Parameter(
            "", "antigen set free by growth's own turnover, per volume gained"
        ),
        "chemotherapy_immunogenicity": Parameter(
            "", "antigen set free by drug killing relative to immune killing"
        ),
    },
    totals=(Total("antigen_supply", "cm**3/day", "antigen given from outside, such as a vaccine's"),),
    flows=(
        Flow(sink="antigen", rate="immune_tumour_loss"),
        Flow(sink="antigen", rate="chemotherapy_immunogenicity * drug_tumour_loss"),
        Flow(sink="antigen", rate="turnover_immunogenicity * tumour_turnover"),
        Flow(sink="antigen", rate="antigen_supply"),
        Flow(source="antigen", rate="antigen_decay_rate * antigen"),
    ),
    sources=("starting_calibration",),
)
