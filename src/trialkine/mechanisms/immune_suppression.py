"""How far suppressive cells hold effector cells back."""

from trialkine.model.declarations import Define, Mechanism, Parameter

IMMUNE_SUPPRESSION = Mechanism(
    name="immune_suppression",
    about="Regulatory T cells (squared) and myeloid suppressors hold killing and antigen-driven growth back.",
    parameters={
        "regulatory_half_effect": Parameter(
            "", "regulatory T cells that halve effector freedom by themselves"
        ),
        "suppressor_half_effect": Parameter(
            "", "myeloid suppressors that halve effector freedom by themselves"
        ),
    },
    defines=(
        Define(
            "immune_freedom",
            "",
            "1 / (1 + (regulatory_t_cells / regulatory_half_effect)**2"
            " + myeloid_suppressors / suppressor_half_effect)",
            "share of effector function that suppression leaves, 0 to 1",
            null="1",
        ),
    ),
    sources=("starting_calibration",),
)
