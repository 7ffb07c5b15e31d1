"""Tumour-specific effector T cells."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

EFFECTOR_CELLS = Mechanism(
    name="effector_cells",
    about="Effector cells come from recalled memory, proliferate on antigen, interleukin-2 and "
    "lymphopenia, and die, turn into memory or are poisoned: by lymphotoxic drugs, and by cell-cycle drugs "
    "as often as interleukin-2 makes them divide.",
    states={
        "effector_cells": State(
            "Gcell",
            "tumour-specific effector T cells of the body",
            initial="(naive_priming_rate + recall_flux) / (effector_death_rate + memory_conversion_rate)",
            scale="cell_density * extinction_volume",
        )
    },
    nulls={"effector_cells": "0"},
    parameters={
        "naive_priming_rate": Parameter("Gcell/day", "effector cells primed from naive cells"),
        "antigen_proliferation_rate": Parameter("1/day", "proliferation at full presentation, unsuppressed"),
        "il2_proliferation_rate": Parameter("1/day", "proliferation at full interleukin-2 signal"),
        "homeostatic_proliferation_rate": Parameter("1/day", "T-cell proliferation at full lymphopenia"),
        "effector_death_rate": Parameter("1/day", "death of effector cells"),
        "memory_conversion_rate": Parameter("1/day", "effector cells that turn into memory cells"),
        "largest_effector_pool": Parameter("Gcell", "effector cells at which proliferation stops"),
        "effector_lymphotoxicity": Parameter("1/day", "death of effector cells at unit lymphotoxic exposure"),
        "cycling_lymphotoxicity_gain": Parameter(
            "", "relative gain of that death at full interleukin-2 signal"
        ),
    },
    totals=(
        Total("effector_proliferation_stimulus", "1/day", "proliferation that other cytokines add"),
        Total("effector_priming", "Gcell/day", "effector cells primed from outside, as by a vaccine"),
        Total(
            "cycling_cell_toxicity", "", "deaths by cell-cycle drugs per division that interleukin-2 drives"
        ),
    ),
    defines=(
        Define(
            "effector_proliferation",
            "1/day",
            "(antigen_proliferation_rate * antigen_presentation * immune_freedom"
            " + il2_proliferation_rate * effector_il2_signal"
            " + homeostatic_proliferation_rate * recall_readiness * lymphopenia"
            " + effector_proliferation_stimulus) * (1 - effector_cells / largest_effector_pool)",
            "relative growth of effector cells",
        ),
        Define(
            "effector_drug_death",
            "1/day",
            "effector_lymphotoxicity * lymphotoxic_exposure"
            " * (1 + cycling_lymphotoxicity_gain * effector_il2_signal)"
            " + cycling_cell_toxicity * il2_proliferation_rate * effector_il2_signal",
            "death of effector cells by lymphotoxic drugs and of those that divide by cell-cycle drugs",
        ),
    ),
    flows=(
        Flow(sink="effector_cells", rate="naive_priming_rate"),
        Flow(sink="effector_cells", rate="effector_priming"),
        Flow(sink="effector_cells", rate="recall_flux"),
        Flow(sink="effector_cells", rate="effector_proliferation * effector_cells"),
        Flow(source="effector_cells", rate="effector_death_rate * effector_cells"),
        Flow(source="effector_cells", sink="memory_cells", rate="memory_conversion_rate * effector_cells"),
        Flow(source="effector_cells", rate="effector_drug_death * effector_cells"),
    ),
    sources=("starting_calibration", "tsur_2019"),
)
