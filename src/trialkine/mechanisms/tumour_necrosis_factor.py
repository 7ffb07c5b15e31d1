"""Tumour necrosis factor, made by activated antigen-presenting cells and under interleukin-2."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

TUMOUR_NECROSIS_FACTOR = Mechanism(
    name="tumour_necrosis_factor",
    about="Antigen presentation and interleukin-2 raise tumour necrosis factor; it acts through its excess "
    "over the constitutive level.",
    states={
        "tumour_necrosis_factor": State(
            "",
            "level relative to the constitutive one, which is 1",
            initial="1 + tumour_necrosis_factor_induction",
        )
    },
    nulls={"tumour_necrosis_factor": "1"},
    parameters={
        "tumour_necrosis_factor_elimination_rate": Parameter("1/day", "loss"),
        "presentation_necrosis_factor_gain": Parameter("", "level added at full antigen presentation"),
        "il2_necrosis_factor_gain": Parameter("", "level added at full intermediate-affinity occupancy"),
        "tumour_necrosis_factor_half_effect": Parameter(
            "", "excess at which its effect is half of its limit"
        ),
    },
    totals=(Total("tumour_necrosis_factor_supply", "", "level added by giving it, or by other agents"),),
    defines=(
        Define(
            "tumour_necrosis_factor_induction",
            "",
            "presentation_necrosis_factor_gain * antigen_presentation"
            " + il2_necrosis_factor_gain * il2_intermediate_affinity_occupancy + "
            "tumour_necrosis_factor_supply",
            "production above the constitutive one",
        ),
        Define(
            "tumour_necrosis_factor_effect",
            "",
            "(tumour_necrosis_factor - 1)"
            " / (tumour_necrosis_factor - 1 + tumour_necrosis_factor_half_effect)",
            "effect of the excess over the constitutive level, 0 to 1",
            null="0",
        ),
    ),
    flows=(
        Flow(
            sink="tumour_necrosis_factor",
            rate="tumour_necrosis_factor_elimination_rate * (1 + tumour_necrosis_factor_induction)",
        ),
        Flow(
            source="tumour_necrosis_factor",
            rate="tumour_necrosis_factor_elimination_rate * tumour_necrosis_factor",
        ),
    ),
    sources=("tnf_kinetics_1994",),
)
