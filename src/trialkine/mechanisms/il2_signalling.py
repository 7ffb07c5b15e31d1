"""Occupancy of the two interleukin-2 receptors."""

from trialkine.model.declarations import Define, Mechanism, Parameter, Total

IL2_SIGNALLING = Mechanism(
    name="il2_signalling",
    about="Interleukin-2 in plasma occupies the high-affinity receptor of regulatory and activated cells "
    "and the intermediate-affinity receptor of resting T cells and natural killer cells.",
    parameters={
        "il2_high_affinity_half_saturation": Parameter("IU/mL", "level that half occupies the trimer"),
        "il2_intermediate_affinity_half_saturation": Parameter("IU/mL", "level that half occupies the dimer"),
    },
    totals=(Total("il2_concentration", "IU/mL", "interleukin-2 in plasma"),),
    defines=(
        Define(
            "il2_high_affinity_occupancy",
            "",
            "il2_concentration / (il2_concentration + il2_high_affinity_half_saturation)",
            "occupied share of high-affinity receptors",
            null="0",
        ),
        Define(
            "il2_intermediate_affinity_occupancy",
            "",
            "il2_concentration / (il2_concentration + il2_intermediate_affinity_half_saturation)",
            "occupied share of intermediate-affinity receptors",
            null="0",
        ),
    ),
    sources=("il2_receptor_affinity_2018", "starting_calibration"),
)
