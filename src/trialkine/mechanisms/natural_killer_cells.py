"""Number and activation of natural killer cells."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

NATURAL_KILLER_CELLS = Mechanism(
    name="natural_killer_cells",
    about="Interleukin-2 and related cytokines expand natural killer cells and activate them.",
    states={
        "natural_killer_cells": State("", "number, relative to health", initial="1"),
        "natural_killer_activation": State(
            "", "activated share, 0 to 1", initial="natural_killer_resting_activation"
        ),
    },
    nulls={"natural_killer_cells": "1", "natural_killer_activation": "0"},
    parameters={
        "natural_killer_turnover_rate": Parameter("1/day", "return of the number to health"),
        "natural_killer_proliferation_rate": Parameter("1/day", "proliferation at full interleukin-2 signal"),
        "natural_killer_high_affinity_share": Parameter(
            "", "part of the proliferation signal that comes through the high-affinity receptor"
        ),
        "largest_natural_killer_pool": Parameter("", "largest number, relative to health"),
        "natural_killer_resting_activation": Parameter("", "activated share without any stimulus"),
        "natural_killer_intermediate_activation": Parameter(
            "", "activated share added at full occupancy of the intermediate-affinity receptor"
        ),
        "natural_killer_high_affinity_activation": Parameter(
            "", "activated share added at full occupancy of the high-affinity receptor"
        ),
        "natural_killer_activation_rate": Parameter("1/day", "rate at which activation follows its stimulus"),
    },
    totals=(
        Total("natural_killer_stimulus", "", "activated share added by other stimuli"),
        Total("natural_killer_proliferation_stimulus", "1/day", "proliferation that other cytokines add"),
    ),
    defines=(
        Define(
            "natural_killer_activation_target",
            "",
            "min(1, natural_killer_resting_activation + natural_killer_stimulus"
            " + natural_killer_intermediate_activation * il2_intermediate_affinity_occupancy"
            " + natural_killer_high_affinity_activation * il2_high_affinity_occupancy)",
            "activated share that the present stimuli lead to",
        ),
        Define(
            "natural_killer_growth_rate",
            "1/day",
            "natural_killer_proliferation_rate * (1 - natural_killer_cells / largest_natural_killer_pool)"
            " * (natural_killer_high_affinity_share * il2_high_affinity_occupancy"
            " + (1 - natural_killer_high_affinity_share) * il2_intermediate_affinity_occupancy)",
            "relative growth of the number",
        ),
    ),
    flows=(
        Flow(sink="natural_killer_cells", rate="natural_killer_turnover_rate"),
        Flow(source="natural_killer_cells", rate="natural_killer_turnover_rate * natural_killer_cells"),
        Flow(sink="natural_killer_cells", rate="natural_killer_growth_rate * natural_killer_cells"),
        Flow(
            sink="natural_killer_cells",
            rate="natural_killer_proliferation_stimulus * natural_killer_cells"
            " * (1 - natural_killer_cells / largest_natural_killer_pool)",
        ),
        Flow(
            sink="natural_killer_activation",
            rate="natural_killer_activation_rate * natural_killer_activation_target",
        ),
        Flow(
            source="natural_killer_activation",
            rate="natural_killer_activation_rate * natural_killer_activation",
        ),
    ),
    sources=("starting_calibration", "low_dose_il2_nk_1996"),
)
