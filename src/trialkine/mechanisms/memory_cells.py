"""Tumour-specific memory T cells, the substrate of every response."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

MEMORY_CELLS = Mechanism(
    name="memory_cells",
    about="Memory cells are recalled by presented antigen, banked by interleukin-2 and lymphopenia, and "
    "poisoned: by lymphotoxic drugs, and by cell-cycle drugs as often as interleukin-2 makes them divide.",
    states={
        "memory_cells": State(
            "Gcell",
            "tumour-specific memory T cells of the body",
            initial="min(initial_memory_pool, largest_memory_pool)",
            scale="cell_density * extinction_volume",
        )
    },
    nulls={"memory_cells": "0"},
    parameters={
        "initial_memory_pool": Parameter("Gcell", "tumour-specific memory cells at the start"),
        "recall_rate": Parameter("1/day", "effector cells made per memory cell at full presentation"),
        "recall_consumption": Parameter("", "memory cells used up per effector cell recalled"),
        "il2_memory_proliferation_rate": Parameter("1/day", "proliferation at full interleukin-2 signal"),
        "memory_death_rate": Parameter("1/day", "death of memory cells"),
        "largest_memory_pool": Parameter("Gcell", "memory cells at which proliferation stops"),
        "memory_lymphotoxicity": Parameter("1/day", "death of memory cells at unit lymphotoxic exposure"),
    },
    totals=(
        Total(
            "licensing_stimulus", "1/day", "licensing of memory cells by other cytokines than interleukin-2"
        ),
    ),
    defines=(
        Define("recall_readiness", "", "1", "share of memory cells that can answer", null="1"),
        Define(
            "recall_flux",
            "Gcell/day",
            "recall_rate * recall_readiness * memory_cells * antigen_presentation",
            "effector cells recalled from memory",
            null="0",
        ),
        Define(
            "memory_proliferation",
            "1/day",
            "(il2_memory_proliferation_rate * memory_il2_signal"
            " + homeostatic_proliferation_rate * recall_readiness * lymphopenia)"
            " * (1 - memory_cells / largest_memory_pool)",
            "relative growth of memory cells",
        ),
    ),
    flows=(
        Flow(sink="memory_cells", rate="memory_proliferation * memory_cells"),
        Flow(source="memory_cells", rate="memory_death_rate * memory_cells"),
        Flow(source="memory_cells", rate="recall_consumption * recall_flux"),
        Flow(source="memory_cells", rate="memory_lymphotoxicity * lymphotoxic_exposure * memory_cells"),
        Flow(
            source="memory_cells",
            rate="cycling_cell_toxicity * il2_memory_proliferation_rate * memory_il2_signal * memory_cells",
        ),
    ),
    sources=("starting_calibration",),
)
