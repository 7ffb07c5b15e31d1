"""Vascular endothelial growth factor (VEGF) in plasma."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State

VASCULAR_ENDOTHELIAL_GROWTH_FACTOR = Mechanism(
    name="vascular_endothelial_growth_factor",
    about="VEGF follows its production, which drugs scale.",
    states={
        "vascular_endothelial_growth_factor": State("", "free VEGF relative to the start", initial="1"),
    },
    nulls={"vascular_endothelial_growth_factor": "1"},
    parameters={
        "vegf_elimination_rate": Parameter("1/day", "loss of free VEGF"),
        "vegf_baseline": Parameter("pg/mL", "VEGF in plasma at the start"),
    },
    defines=(
        Define("vegf_production", "", "1", "production of VEGF relative to the start", null="1"),
        Define(
            "plasma_vegf", "pg/mL", "vegf_baseline * vascular_endothelial_growth_factor", "VEGF in plasma"
        ),
    ),
    flows=(
        Flow(sink="vascular_endothelial_growth_factor", rate="vegf_elimination_rate * vegf_production"),
        Flow(
            source="vascular_endothelial_growth_factor",
            rate="vegf_elimination_rate * vascular_endothelial_growth_factor",
        ),
    ),
    sources=("panoilia_2015", "rcc_serum_vegf"),
)
