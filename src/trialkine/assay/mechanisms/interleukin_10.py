"""Interleukin-10 in the well, its blocker, and its brake."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State

INTERLEUKIN_10 = Mechanism(
    name="interleukin_10",
    about="Toll-like receptors, and as an open question MHC class II, make activated myeloid cells "
    "release interleukin-10 some hours later. What no antibody has bound brakes cytokines, the stimulus to "
    "lymphocytes, and its own production.",
    states={
        "interleukin_10_preparation": State("1/uL", "cells on their way to release"),
        "interleukin_10_readiness": State("1/uL", "cells that release"),
        "interleukin_10": State("ng/mL", "level in the medium", scale="interleukin_10_half_effect"),
    },
    parameters={
        "interleukin_10_release_rate": Parameter("ng/mL*uL/day", "level released by a cell per microlitre"),
        "interleukin_10_delay_rate": Parameter("1/day", "passage from signal to release, in two steps"),
        "interleukin_10_loss_rate": Parameter("1/day", "uptake and decay in the well"),
        "class_ii_interleukin_10_yield": Parameter("", "release after MHC class II relative to toll-like"),
        "interleukin_10_half_effect": Parameter("ng/mL", "free level that halves what it brakes"),
        "interleukin_10_steepness": Parameter("", "steepness of the brake"),
        "anti_il10_concentration": Parameter("ug/mL", "neutralising antibody in the well"),
        "anti_il10_half_effect": Parameter("ug/mL", "antibody that binds half of interleukin-10"),
    },
    defines=(
        Define(
            "free_interleukin_10",
            "ng/mL",
            "interleukin_10 / (1 + anti_il10_concentration / anti_il10_half_effect)",
            "level that no antibody has bound",
        ),
        Define(
            "interleukin_10_brake",
            "",
            "1 + (positive(free_interleukin_10) / interleukin_10_half_effect) ** interleukin_10_steepness",
            "divisor of what interleukin-10 brakes, 1 without it",
        ),
        Define(
            "interleukin_10_cells",
            "1/uL",
            "(toll_like_signal + class_ii_interleukin_10_yield * class_ii_signal)"
            " * binding_cell_density * activated_binding_cells"
            " + toll_like_signal * other_monocyte_density * activated_other_monocytes",
            "activated cells told to make interleukin-10",
        ),
    ),
    flows=(
        Flow(sink="interleukin_10_preparation", rate="interleukin_10_delay_rate * interleukin_10_cells"),
        Flow(
            source="interleukin_10_preparation",
            sink="interleukin_10_readiness",
            rate="interleukin_10_delay_rate * interleukin_10_preparation",
        ),
        Flow(
            source="interleukin_10_readiness",
            rate="interleukin_10_delay_rate * interleukin_10_readiness",
        ),
        Flow(
            sink="interleukin_10",
            rate="interleukin_10_release_rate * interleukin_10_readiness / interleukin_10_brake",
        ),
        Flow(source="interleukin_10", rate="interleukin_10_loss_rate * interleukin_10"),
    ),
    sources=("de_waal_malefyt_1991", "brignone_2007", "il10_tissue_factor"),
)
