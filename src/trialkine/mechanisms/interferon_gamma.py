"""Interferon gamma, made by killer cells at work."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

INTERFERON_GAMMA = Mechanism(
    name="interferon_gamma",
    about="Effector and natural killer cells make interferon gamma; its excess over the constitutive level "
    "acts on antigen display, interleukin-10 holds its making back.",
    states={
        "interferon_gamma": State(
            "",
            "level relative to the constitutive one, which is 1",
            initial="1 + interferon_gamma_induction",
        )
    },
    nulls={"interferon_gamma": "1"},
    parameters={
        "interferon_gamma_elimination_rate": Parameter("1/day", "loss"),
        "t_cell_interferon_gain": Parameter(
            "", "level added by very many unsuppressed effectors that see antigen"
        ),
        "t_cell_interferon_half": Parameter("Gcell", "effector cells that add half of it"),
        "natural_killer_interferon_gain": Parameter(
            "", "level added per fold of fully active natural killers"
        ),
        "interferon_gamma_half_effect": Parameter("", "excess at which its effect is half of its limit"),
    },
    totals=(Total("interferon_gamma_stimulus", "", "level that other cytokines add, unbraked"),),
    defines=(
        Define(
            "interferon_gamma_induction",
            "",
            "(t_cell_interferon_gain * antigen_presentation * immune_freedom"
            " * effector_cells / (effector_cells + t_cell_interferon_half)"
            " + natural_killer_interferon_gain * natural_killer_cells * natural_killer_activation"
            " + interferon_gamma_stimulus)"
            " / interleukin_10_brake",
            "production above the constitutive one",
        ),
        Define(
            "interferon_gamma_effect",
            "",
            "(interferon_gamma - 1) / (interferon_gamma - 1 + interferon_gamma_half_effect)",
            "effect of the excess over the constitutive level, 0 to 1",
            null="0",
        ),
    ),
    flows=(
        Flow(
            sink="interferon_gamma",
            rate="interferon_gamma_elimination_rate * (1 + interferon_gamma_induction)",
        ),
        Flow(source="interferon_gamma", rate="interferon_gamma_elimination_rate * interferon_gamma"),
    ),
    sources=("konrad_1992",),
)
