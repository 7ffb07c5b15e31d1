"""Soluble ligands on MHC class II."""

from trialkine.model.declarations import Define, Mechanism, Parameter

CLASS_II_BINDING = Mechanism(
    name="class_ii_binding",
    about="Soluble LAG-3 and soluble CD4 compete for MHC class II; the occupied share is what the cell "
    "feels, whoever occupies it.",
    parameters={
        "imp321_concentration": Parameter("nmol/L", "IMP321 (LAG-3Ig) in the well"),
        "cd4ig_concentration": Parameter("nmol/L", "CD4Ig in the well"),
        "imp321_dissociation_constant": Parameter("nmol/L", "IMP321 at which half of MHC class II is bound"),
        "cd4_affinity_loss": Parameter("", "dissociation constant of CD4Ig as a multiple of that of IMP321"),
        "class_ii_half_occupancy": Parameter("", "occupied share that gives about half of the full signal"),
    },
    defines=(
        Define(
            "class_ii_bound_to_free",
            "",
            "(imp321_concentration + cd4ig_concentration / cd4_affinity_loss) / imp321_dissociation_constant",
            "occupied over free MHC class II",
        ),
        Define(
            "class_ii_occupancy",
            "",
            "class_ii_bound_to_free / (1 + class_ii_bound_to_free)",
            "occupied share of MHC class II",
        ),
        Define(
            "class_ii_signal",
            "",
            "class_ii_occupancy * (1 + class_ii_half_occupancy)"
            " / (class_ii_occupancy + class_ii_half_occupancy)",
            "signal of the occupied share, 1 when all is occupied",
        ),
    ),
    sources=("huard_1995", "immutep_2007"),
)
