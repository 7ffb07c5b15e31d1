"""What interleukin-2 tells effector and memory T cells."""

from trialkine.model.declarations import Define, Mechanism, Parameter

T_CELL_IL2_RESPONSE = Mechanism(
    name="t_cell_il2_response",
    about="Effector cells answer through the high-affinity receptor as far as they carry CD25; memory "
    "cells mostly through the intermediate one. Spare receptors flatten both.",
    parameters={
        "resting_cd25_fraction": Parameter("", "effector cells that carry CD25 without antigen"),
        "antigen_cd25_gain": Parameter("", "effector cells that gain CD25 at full antigen presentation"),
        "memory_intermediate_weight": Parameter("", "weight of the intermediate receptor on memory cells"),
        "memory_high_affinity_weight": Parameter("", "weight of the high-affinity receptor on memory cells"),
        "receptor_reserve": Parameter("", "signal at which the response is half of its limit"),
    },
    defines=(
        Define(
            "cd25_fraction",
            "",
            "resting_cd25_fraction + antigen_cd25_gain * antigen_presentation",
            "share of effector cells that carry CD25",
        ),
        Define(
            "effector_receptor_signal",
            "",
            "cd25_fraction * il2_high_affinity_occupancy"
            " + (1 - cd25_fraction) * il2_intermediate_affinity_occupancy",
            "occupied receptors of an effector cell",
        ),
        Define(
            "memory_receptor_signal",
            "",
            "memory_intermediate_weight * il2_intermediate_affinity_occupancy"
            " + memory_high_affinity_weight * il2_high_affinity_occupancy",
            "occupied receptors of a memory cell",
        ),
        Define(
            "effector_il2_signal",
            "",
            "effector_receptor_signal * (1 + receptor_reserve)"
            " / (effector_receptor_signal + receptor_reserve)",
            "interleukin-2 signal in an effector cell, 1 at full occupancy",
            null="0",
        ),
        Define(
            "memory_il2_signal",
            "",
            "memory_receptor_signal * (1 + receptor_reserve) / (memory_receptor_signal + receptor_reserve)",
            "interleukin-2 signal in a memory cell, 1 at full occupancy",
            null="0",
        ),
    ),
    sources=("starting_calibration",),
)
