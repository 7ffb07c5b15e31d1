"""Occupancy of the receptors for interleukin-2, interleukin-15 and interleukin-21, which share one chain."""

from trialkine.model.declarations import Define, Mechanism, Parameter, Total

COMMON_GAMMA_RECEPTORS = Mechanism(
    name="common_gamma_receptors",
    about="Three receptors share the common gamma chain. Interleukin-2 alone occupies the high-affinity "
    "trimer of regulatory and activated cells; interleukin-2 and interleukin-15 compete for the "
    "intermediate-affinity dimer of resting T cells and natural killer cells; interleukin-21 has a receptor "
    "of its own. The shared chain is taken to be in excess.",
    parameters={
        "il2_high_affinity_half_saturation": Parameter("IU/mL", "level that half occupies the trimer"),
        "il2_intermediate_affinity_half_saturation": Parameter("IU/mL", "level that half occupies the dimer"),
        "il15_half_saturation": Parameter("ng/mL", "interleukin-15 that half occupies the dimer by itself"),
        "il21_half_saturation": Parameter("ng/mL", "interleukin-21 that half occupies its receptor"),
    },
    totals=(
        Total("il2_concentration", "IU/mL", "interleukin-2 in plasma"),
        Total("il15_concentration", "ng/mL", "interleukin-15 in plasma"),
        Total("il21_concentration", "ng/mL", "interleukin-21 in plasma"),
    ),
    defines=(
        Define(
            "il2_high_affinity_occupancy",
            "",
            "il2_concentration / (il2_concentration + il2_high_affinity_half_saturation)",
            "occupied share of high-affinity receptors",
            null="0",
        ),
        Define(
            "dimer_ligand",
            "IU/mL",
            "il2_concentration"
            " + il15_concentration * il2_intermediate_affinity_half_saturation / il15_half_saturation",
            "what competes for the dimer, as the interleukin-2 that would occupy as much",
            null="0",
        ),
        Define(
            "il2_intermediate_affinity_occupancy",
            "",
            "dimer_ligand / (dimer_ligand + il2_intermediate_affinity_half_saturation)",
            "share of intermediate-affinity receptors that interleukin-2 or interleukin-15 occupies",
            null="0",
        ),
        Define(
            "il15_occupancy",
            "",
            "il15_concentration / (il15_concentration"
            " + il15_half_saturation * (1 + il2_concentration / il2_intermediate_affinity_half_saturation))",
            "share of intermediate-affinity receptors that interleukin-15 occupies, beside interleukin-2",
            null="0",
        ),
        Define(
            "il21_receptor_occupancy",
            "",
            "il21_concentration / (il21_concentration + il21_half_saturation)",
            "occupied share of interleukin-21 receptors",
            null="0",
        ),
    ),
    sources=(
        "il2_receptor_affinity_2018",
        "starting_calibration",
        "ring_2012_il15",
        "zhang_2003_il21",
        "lin_leonard_common_gamma",
    ),
)
