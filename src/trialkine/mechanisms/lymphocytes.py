"""The lymphocyte pool, its count in blood and the space that a loss leaves."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

LYMPHOCYTES = Mechanism(
    name="lymphocytes",
    about="Interleukin-2 drives lymphocytes out of blood within hours and expands the pool, seen as a "
    "rebound when they return; lymphotoxic drugs shrink it.",
    states={
        "lymphocyte_pool": State("", "lymphocytes of the body, relative to health", initial="1"),
        "margination": State("", "share of the lymphocytes that has left the blood"),
    },
    nulls={"lymphocyte_pool": "1", "margination": "0"},
    parameters={
        "lymphocyte_turnover_rate": Parameter("1/day", "return of the pool to health"),
        "lymphocyte_proliferation_rate": Parameter("1/day", "proliferation at full high-affinity occupancy"),
        "largest_lymphocyte_pool": Parameter("", "largest pool, relative to health"),
        "lymphocyte_lymphotoxicity": Parameter("1/day", "death at unit lymphotoxic exposure"),
        "margination_rate": Parameter(
            "1/day", "leaving of the blood at full intermediate-affinity occupancy"
        ),
        "margination_return_rate": Parameter("1/day", "return to the blood"),
        "healthy_lymphocyte_count": Parameter("1/nL", "lymphocytes in blood before treatment"),
    },
    totals=(
        Total(
            "lymphotoxic_exposure", "", "exposure to drugs that kill lymphocytes, 1 at temozolomide 200 mg/m2"
        ),
    ),
    defines=(
        Define(
            "lymphopenia", "", "positive(1 - lymphocyte_pool)", "share of the pool that is missing", null="0"
        ),
        Define(
            "lymphocyte_count",
            "1/nL",
            "healthy_lymphocyte_count * lymphocyte_pool * (1 - margination)",
            "lymphocytes in blood",
        ),
    ),
    flows=(
        Flow(sink="lymphocyte_pool", rate="lymphocyte_turnover_rate"),
        Flow(source="lymphocyte_pool", rate="lymphocyte_turnover_rate * lymphocyte_pool"),
        Flow(
            sink="lymphocyte_pool",
            rate="lymphocyte_proliferation_rate * il2_high_affinity_occupancy * lymphocyte_pool"
            " * (1 - lymphocyte_pool / largest_lymphocyte_pool)",
        ),
        Flow(
            source="lymphocyte_pool",
            rate="lymphocyte_lymphotoxicity * lymphotoxic_exposure * lymphocyte_pool",
        ),
        Flow(
            sink="margination",
            rate="margination_rate * il2_intermediate_affinity_occupancy * (1 - margination)",
        ),
        Flow(source="margination", rate="margination_return_rate * margination"),
    ),
    sources=("lotze_1985", "pmid_7842405", "starting_calibration"),
    watched=("lymphocyte_count",),
)
