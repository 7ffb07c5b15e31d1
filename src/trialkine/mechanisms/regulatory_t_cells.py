"""Regulatory T cells, which interleukin-2 expands at low levels already."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State

REGULATORY_T_CELLS = Mechanism(
    name="regulatory_t_cells",
    about="Regulatory T cells return to a set-point that grows with burden, expand under interleukin-2 and "
    "are depleted by lymphotoxic drugs.",
    states={
        "regulatory_t_cells": State("", "number, relative to health", initial="regulatory_set_point"),
    },
    nulls={"regulatory_t_cells": "0"},
    parameters={
        "regulatory_baseline": Parameter("", "set-point at very high burden, relative to health"),
        "regulatory_fixed_share": Parameter("", "part of the set-point that burden does not drive"),
        "regulatory_half_burden": Parameter("cm**3", "burden that drives half of the rest"),
        "regulatory_turnover_rate": Parameter("1/day", "return to the set-point"),
        "regulatory_proliferation_rate": Parameter("1/day", "proliferation at full high-affinity occupancy"),
        "largest_regulatory_expansion": Parameter("", "fold of the baseline at which proliferation stops"),
        "regulatory_lymphotoxicity": Parameter("1/day", "death at unit lymphotoxic exposure"),
    },
    defines=(
        Define(
            "regulatory_set_point",
            "",
            "regulatory_baseline * (regulatory_fixed_share"
            " + (1 - regulatory_fixed_share) * burden / (burden + regulatory_half_burden))",
            "number to which the cells return at the present burden",
        ),
        Define(
            "regulatory_proliferation",
            "1/day",
            "regulatory_proliferation_rate * il2_high_affinity_occupancy"
            " * (1 - regulatory_t_cells / (regulatory_baseline * largest_regulatory_expansion))",
            "relative growth under interleukin-2",
        ),
    ),
    flows=(
        Flow(sink="regulatory_t_cells", rate="regulatory_turnover_rate * regulatory_set_point"),
        Flow(source="regulatory_t_cells", rate="regulatory_turnover_rate * regulatory_t_cells"),
        Flow(sink="regulatory_t_cells", rate="regulatory_proliferation * regulatory_t_cells"),
        Flow(
            source="regulatory_t_cells",
            rate="regulatory_lymphotoxicity * lymphotoxic_exposure * regulatory_t_cells",
        ),
    ),
    sources=("cesana_2006", "ahmadzadeh_2006", "starting_calibration"),
)
