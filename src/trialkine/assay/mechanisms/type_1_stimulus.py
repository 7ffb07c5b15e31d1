"""The stimulus that antigen-presenting cells give to lymphocytes."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State

TYPE_1_STIMULUS = Mechanism(
    name="type_1_stimulus",
    about="Activated antigen-presenting cells build up a stimulus, by contact and by cytokines, for "
    "lymphocytes that make interferon gamma; interleukin-10 holds it back.",
    states={"type_1_stimulus": State("", "stimulus, about 1 to 2 under IMP321 in a typical donor")},
    parameters={
        "type_1_stimulus_rate": Parameter("1/day", "build-up when every cell that could help is activated"),
        "type_1_stimulus_loss_rate": Parameter("1/day", "decay"),
        "monocyte_help": Parameter("", "stimulus of a monocyte relative to a dendritic cell"),
        "type_1_reference_density": Parameter("1/uL", "activated cells that give half of the full build-up"),
    },
    defines=(
        Define(
            "type_1_cells",
            "1/uL",
            "presenting_cells_kept * (dendritic_cell_count"
            " + monocyte_help * binding_monocyte_share * monocyte_count) * activated_binding_cells"
            " + monocyte_help * other_monocyte_density * activated_other_monocytes",
            "activated antigen-presenting cells, counted as dendritic cells",
        ),
    ),
    flows=(
        Flow(
            sink="type_1_stimulus",
            rate="type_1_stimulus_rate * type_1_cells / (type_1_cells + type_1_reference_density)"
            " / interleukin_10_brake",
        ),
        Flow(source="type_1_stimulus", rate="type_1_stimulus_loss_rate * type_1_stimulus"),
    ),
    sources=("brignone_2007",),
)
