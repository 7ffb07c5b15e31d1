"""Direct killing of tumour cells by cytotoxic drugs."""

from trialkine.mechanisms.indices import CLONE
from trialkine.model.declarations import Add, Flow, Mechanism, Parameter, Total

CHEMOTHERAPY_KILL = Mechanism(
    name="chemotherapy_kill",
    about="Cytotoxic drugs kill tumour cells at a rate that each drug adds to; clones differ in "
    "susceptibility.",
    parameters={
        "chemotherapy_susceptibility": Parameter("", "killing of a clone relative to the first", (CLONE,)),
    },
    totals=(Total("cytotoxic_kill", "1/day", "rate at which drugs kill a susceptible tumour cell"),),
    flows=(Flow(source="tumour", rate="cytotoxic_kill * chemotherapy_susceptibility * tumour"),),
    adds=(
        Add("drug_tumour_loss", "sum(cytotoxic_kill * chemotherapy_susceptibility * tumour, lesion, clone)"),
    ),
    sources=("starting_calibration",),
)
