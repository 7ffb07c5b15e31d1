"""Killing by tumour-specific effector and memory T cells."""

from trialkine.mechanisms.indices import CLONE, LESION
from trialkine.model.declarations import Add, Define, Flow, Mechanism, Parameter, Total

IMMUNE_KILL = Mechanism(
    name="immune_kill",
    about="Effector cells, infused ones among them, and memory cells a little, kill tumour cells; killing "
    "saturates in both, so a low burden is cleared more easily.",
    parameters={
        "killing_rate": Parameter("1/day", "tumour cells killed per effector cell and day at high burden"),
        "killing_half_saturation": Parameter(
            "cm**3", "burden plus killers at which killing is half saturated"
        ),
        "memory_killing_fraction": Parameter("", "killing by a memory cell relative to an effector cell"),
        "cell_density": Parameter("Gcell/cm**3", "cells in a volume of tissue"),
        "lesion_access": Parameter(
            "", "access of T cells to a lesion relative to the typical one", (LESION,)
        ),
        "killing_susceptibility": Parameter(
            "", "killing of a clone by T cells relative to the first", (CLONE,)
        ),
        "interferon_susceptibility_gain": Parameter(
            "", "largest relative gain in a clone's susceptibility through interferon gamma", (CLONE,)
        ),
    },
    totals=(Total("transferred_effectors", "Gcell", "infused T cells that recognise the tumour"),),
    defines=(
        Define(
            "killer_volume",
            "cm**3",
            "(effector_cells + memory_killing_fraction * memory_cells + transferred_effectors)"
            " / cell_density",
            "T cells that kill, as the volume they would fill",
        ),
        Define(
            "effector_kill_rate",
            "1/day",
            "lesion_access * killing_rate * immune_freedom * killer_volume"
            " / (killing_half_saturation + antigen_positive_burden + killer_volume)",
            "rate at which T cells kill a tumour cell",
            null="0",
        ),
        Define(
            "clone_susceptibility",
            "",
            "killing_susceptibility * (1 + interferon_susceptibility_gain * interferon_gamma_effect)",
            "present susceptibility of a clone to T cells",
        ),
    ),
    flows=(Flow(source="tumour", rate="effector_kill_rate * clone_susceptibility * tumour"),),
    adds=(
        Add("immune_tumour_loss", "sum(effector_kill_rate * clone_susceptibility * tumour, lesion, clone)"),
    ),
    sources=("starting_calibration",),
)
