"""Platelets: precursors in the marrow, which drugs suppress, and the count in blood."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

PLATELETS = Mechanism(
    name="platelets",
    about="Drugs that stop division empty the marrow of precursors, and the count is lowest about two to "
    "three weeks after a short course; cytokines consume platelets in blood within days. A low count speeds "
    "the recovery.",
    states={
        "platelet_precursors": State("", "dividing precursors, relative to health", initial="1"),
        "platelet_maturing": State("", "maturing cells, relative to health", initial="1"),
        "platelet_count": State("1/nL", "platelets in blood", initial="platelet_baseline"),
    },
    nulls={"platelet_count": "0"},
    parameters={
        "platelet_precursor_rate": Parameter("1/day", "turnover of precursors"),
        "platelet_maturation_rate": Parameter("1/day", "maturation"),
        "platelet_clearance_rate": Parameter("1/day", "loss from blood"),
        "platelet_stem_share": Parameter("", "share of precursors renewed from stem cells in health"),
        "platelet_feedback": Parameter("", "largest relative gain of production at a low count"),
        "platelet_suppression_gain": Parameter("", "relative gain of precursor loss at suppression 1"),
        "platelet_consumption_gain": Parameter("", "relative gain of loss from blood at consumption 1"),
        "platelet_sensitivity": Parameter("", "sensitivity of a patient, typically 1"),
        "platelet_baseline": Parameter("1/nL", "platelets in blood before treatment"),
    },
    totals=(
        Total("platelet_suppression", "", "suppression of platelet precursors, 1 sustained begins grade 3"),
        Total("platelet_consumption", "", "consumption in blood, 1 begins grade 3 before the marrow answers"),
    ),
    defines=(
        Define(
            "platelet_demand",
            "",
            "(1 + platelet_feedback) / (1 + platelet_feedback * platelet_count / platelet_baseline)",
            "production relative to health, greater when cells are missing",
        ),
    ),
    flows=(
        Flow(
            sink="platelet_precursors",
            rate="platelet_precursor_rate * platelet_demand"
            " * (platelet_stem_share + (1 - platelet_stem_share) * platelet_precursors)",
        ),
        Flow(
            source="platelet_precursors",
            rate="platelet_precursor_rate * platelet_precursors"
            " * (1 + platelet_suppression_gain * platelet_sensitivity * platelet_suppression)",
        ),
        Flow(sink="platelet_maturing", rate="platelet_maturation_rate * platelet_precursors"),
        Flow(source="platelet_maturing", rate="platelet_maturation_rate * platelet_maturing"),
        Flow(sink="platelet_count", rate="platelet_clearance_rate * platelet_baseline * platelet_maturing"),
        Flow(
            source="platelet_count",
            rate="platelet_clearance_rate * platelet_count"
            " * (1 + platelet_consumption_gain * platelet_sensitivity * platelet_consumption)",
        ),
    ),
    sources=("ctcae_5",),
    watched=("platelet_count",),
)
