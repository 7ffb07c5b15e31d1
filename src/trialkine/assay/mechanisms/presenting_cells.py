"""Antigen-presenting cells: who can be reached, activation, and cytokines of their own."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State

PRESENTING_CELLS = Mechanism(
    name="presenting_cells",
    about="All dendritic cells and a fraction of monocytes answer to ligands of MHC class II; these and all "
    "other monocytes answer to toll-like receptors. Activated cells make TNF-alpha and CCL4 unless "
    "interleukin-10 stops them.",
    states={
        "activated_binding_cells": State("", "activated share of the cells that bind IMP321"),
        "activated_other_monocytes": State("", "activated share of the other monocytes"),
        "cytokine_binding_cells": State("", "share of the cells that bind IMP321 with TNF-alpha or CCL4"),
        "cytokine_other_monocytes": State("", "share of the other monocytes with TNF-alpha or CCL4"),
    },
    parameters={
        "presenting_cells_kept": Parameter("", "share of antigen-presenting cells kept in the sample"),
        "dendritic_cell_count": Parameter("1/uL", "dendritic cells in blood"),
        "monocyte_count": Parameter("1/uL", "monocytes in blood"),
        "binding_monocyte_share": Parameter("", "share of monocytes that bind IMP321"),
        "b_cell_count": Parameter("1/uL", "B cells, which carry MHC class II but do not bind, in blood"),
        "presenting_cell_activation_rate": Parameter("1/day", "activation at the full class II signal"),
        "toll_like_strength": Parameter("", "activation by toll-like receptors relative to MHC class II"),
        "presenting_cell_recovery_rate": Parameter("1/day", "return to rest"),
        "presenting_cell_cytokine_rate": Parameter("1/day", "start of cytokine production when activated"),
        "presenting_cell_cytokine_loss_rate": Parameter("1/day", "end of cytokine production"),
    },
    defines=(
        Define(
            "binding_cell_density",
            "1/uL",
            "presenting_cells_kept * (dendritic_cell_count + binding_monocyte_share * monocyte_count)",
            "cells that bind IMP321 in the sample",
        ),
        Define(
            "other_monocyte_density",
            "1/uL",
            "presenting_cells_kept * (1 - binding_monocyte_share) * monocyte_count",
            "monocytes that do not bind IMP321 in the sample",
        ),
        Define(
            "binding_share_of_class_ii_cells",
            "",
            "(dendritic_cell_count + binding_monocyte_share * monocyte_count)"
            " / (dendritic_cell_count + monocyte_count + b_cell_count)",
            "share of the cells with MHC class II that bind IMP321",
        ),
        Define(
            "binding_cell_signal",
            "",
            "class_ii_signal + toll_like_strength * toll_like_signal",
            "signal to the cells that bind IMP321",
        ),
        Define(
            "other_monocyte_signal",
            "",
            "toll_like_strength * toll_like_signal",
            "signal to the other monocytes",
        ),
        Define(
            "presenting_cell_cytokines",
            "",
            "cytokine_binding_cells",
            "share of the cells that bind IMP321 with TNF-alpha or CCL4",
        ),
        Define(
            "monocyte_cytokines",
            "",
            "binding_monocyte_share * cytokine_binding_cells"
            " + (1 - binding_monocyte_share) * cytokine_other_monocytes",
            "share of all monocytes with TNF-alpha or CCL4",
        ),
    ),
    flows=(
        Flow(
            sink="activated_binding_cells",
            rate="presenting_cell_activation_rate * binding_cell_signal * (1 - activated_binding_cells)",
        ),
        Flow(
            source="activated_binding_cells", rate="presenting_cell_recovery_rate * activated_binding_cells"
        ),
        Flow(
            sink="activated_other_monocytes",
            rate="presenting_cell_activation_rate * other_monocyte_signal * (1 - activated_other_monocytes)",
        ),
        Flow(
            source="activated_other_monocytes",
            rate="presenting_cell_recovery_rate * activated_other_monocytes",
        ),
        Flow(
            sink="cytokine_binding_cells",
            rate="presenting_cell_cytokine_rate * activated_binding_cells * (1 - cytokine_binding_cells)"
            " / interleukin_10_brake",
        ),
        Flow(
            source="cytokine_binding_cells",
            rate="presenting_cell_cytokine_loss_rate * cytokine_binding_cells",
        ),
        Flow(
            sink="cytokine_other_monocytes",
            rate="presenting_cell_cytokine_rate * activated_other_monocytes * (1 - cytokine_other_monocytes)"
            " / interleukin_10_brake",
        ),
        Flow(
            source="cytokine_other_monocytes",
            rate="presenting_cell_cytokine_loss_rate * cytokine_other_monocytes",
        ),
    ),
    sources=("brignone_2007", "rovati_2008", "de_waal_malefyt_1991"),
)
