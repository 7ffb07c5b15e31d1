"""CD8 T cells and natural killer cells that make interferon gamma or TNF-alpha."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State

EFFECTOR_CELLS = Mechanism(
    name="effector_cells",
    about="The stimulus of antigen-presenting cells drives antigen-experienced CD8 T cells and natural "
    "killer cells to make interferon gamma or TNF-alpha; interleukin-10 brakes this step too.",
    states={
        "cd8_type_1": State("", "share of CD8 T cells with interferon gamma or TNF-alpha", scale="cd8_scale"),
        "natural_killer_type_1": State(
            "", "share of natural killer cells with interferon gamma or TNF-alpha", scale="cd8_scale"
        ),
    },
    parameters={
        "cd8_scale": Parameter("", "share below which differences do not matter"),
        "experienced_cd8_share": Parameter("", "share of CD8 T cells that can answer at all"),
        "cd8_activation_rate": Parameter("1/day", "activation of these at the full stimulus"),
        "natural_killer_activation_rate": Parameter("1/day", "activation at the full stimulus"),
        "natural_killer_fitness": Parameter(
            "", "response of natural killer cells relative to healthy donors"
        ),
        "donor_reactivity": Parameter("", "response of both kinds of cell relative to the typical donor"),
        "type_1_half_stimulus": Parameter("", "stimulus that gives half of the full activation"),
        "type_1_steepness": Parameter("", "steepness of the answer to the stimulus"),
        "effector_recovery_rate": Parameter("1/day", "end of cytokine production"),
    },
    defines=(
        Define(
            "type_1_answer",
            "",
            "hill(positive(type_1_stimulus), type_1_half_stimulus, type_1_steepness) / interleukin_10_brake",
            "share of the full activation",
        ),
    ),
    flows=(
        Flow(
            sink="cd8_type_1",
            rate="donor_reactivity * cd8_activation_rate * type_1_answer"
            " * (experienced_cd8_share - cd8_type_1)",
        ),
        Flow(source="cd8_type_1", rate="effector_recovery_rate * cd8_type_1"),
        Flow(
            sink="natural_killer_type_1",
            rate="donor_reactivity * natural_killer_fitness * natural_killer_activation_rate * type_1_answer"
            " * (1 - natural_killer_type_1)",
        ),
        Flow(source="natural_killer_type_1", rate="effector_recovery_rate * natural_killer_type_1"),
    ),
    sources=("brignone_2007",),
)
