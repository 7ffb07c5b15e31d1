"""Killing by natural killer cells, which prefer clones without antigen."""

from trialkine.mechanisms.indices import CLONE
from trialkine.model.declarations import Add, Define, Flow, Mechanism, Parameter

NATURAL_KILLER_KILL = Mechanism(
    name="natural_killer_kill",
    about="Activated natural killer cells kill tumour cells, those that lost antigen presentation twice as "
    "fast.",
    parameters={
        "natural_killer_killing_rate": Parameter(
            "1/day", "tumour cells killed per activated natural killer cell and day at low burden"
        ),
        "natural_killer_half_saturation": Parameter("cm**3", "burden at which the killing is half saturated"),
        "healthy_natural_killer_volume": Parameter(
            "cm**3", "natural killer cells of a healthy person, as the volume they would fill"
        ),
        "natural_killer_preference": Parameter("", "killing of a clone relative to the first", (CLONE,)),
    },
    defines=(
        Define(
            "natural_killer_kill_rate",
            "1/day",
            "natural_killer_killing_rate * healthy_natural_killer_volume * natural_killer_cells"
            " * natural_killer_activation / (natural_killer_half_saturation + burden)",
            "rate at which natural killer cells kill a tumour cell",
            null="0",
        ),
        Define(
            "natural_killer_tumour_loss",
            "cm**3/day",
            "sum(natural_killer_kill_rate * natural_killer_preference * tumour, lesion, clone)",
            "tumour killed by natural killer cells",
            null="0",
        ),
    ),
    flows=(Flow(source="tumour", rate="natural_killer_kill_rate * natural_killer_preference * tumour"),),
    adds=(Add("immune_tumour_loss", "natural_killer_tumour_loss"),),
    sources=("starting_calibration",),
)
