"""Neutrophils: precursors in the marrow, which drugs suppress, and the count in blood."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

NEUTROPHILS = Mechanism(
    name="neutrophils",
    about="Drugs that stop division empty the marrow of precursors and, less, of maturing cells, of which "
    "the youngest divide. The count falls with the delay of maturation, is lowest about 10 to 14 days after "
    "a short course, and a low count speeds the recovery. The count in blood follows the mature reserve at "
    "once, because neutrophils live for hours there.",
    states={
        "neutrophil_precursors": State("", "dividing precursors, relative to health", initial="1"),
        "neutrophil_maturing": State("", "maturing cells, relative to health", initial="1"),
        "neutrophil_reserve": State("", "mature cells of the marrow, relative to health", initial="1"),
    },
    parameters={
        "neutrophil_precursor_rate": Parameter("1/day", "turnover of precursors"),
        "neutrophil_maturation_rate": Parameter("1/day", "passage through each step of maturation"),
        "neutrophil_stem_share": Parameter("", "share of precursors renewed from stem cells in health"),
        "neutrophil_feedback": Parameter("", "largest relative gain of production at a low count"),
        "neutrophil_suppression_gain": Parameter("", "relative gain of precursor loss at suppression 1"),
        "neutrophil_maturing_share": Parameter(
            "", "relative loss of maturing cells to a drug, that of precursors being 1"
        ),
        "neutrophil_sensitivity": Parameter("", "sensitivity of a patient, typically 1"),
        "neutrophil_baseline": Parameter("1/nL", "neutrophils in blood before treatment"),
    },
    totals=(
        Total(
            "neutrophil_suppression", "", "suppression of neutrophil precursors, 1 sustained begins grade 3"
        ),
    ),
    defines=(
        Define(
            "neutrophil_count", "1/nL", "neutrophil_baseline * neutrophil_reserve", "neutrophils in blood"
        ),
        Define(
            "neutrophil_killing",
            "",
            "neutrophil_suppression_gain * neutrophil_sensitivity * neutrophil_suppression",
            "loss of precursors to drugs, relative to their turnover",
        ),
        Define(
            "neutrophil_demand",
            "",
            "(1 + neutrophil_feedback) / (1 + neutrophil_feedback * neutrophil_reserve)",
            "production relative to health, greater when cells are missing",
        ),
    ),
    flows=(
        Flow(
            sink="neutrophil_precursors",
            rate="neutrophil_precursor_rate * neutrophil_demand"
            " * (neutrophil_stem_share + (1 - neutrophil_stem_share) * neutrophil_precursors)",
        ),
        Flow(
            source="neutrophil_precursors",
            rate="neutrophil_precursor_rate * neutrophil_precursors * (1 + neutrophil_killing)",
        ),
        Flow(sink="neutrophil_maturing", rate="neutrophil_maturation_rate * neutrophil_precursors"),
        Flow(source="neutrophil_maturing", rate="neutrophil_maturation_rate * neutrophil_maturing"),
        Flow(
            source="neutrophil_maturing",
            rate="neutrophil_maturation_rate * neutrophil_maturing"
            " * neutrophil_maturing_share * neutrophil_killing",
        ),
        Flow(sink="neutrophil_reserve", rate="neutrophil_maturation_rate * neutrophil_maturing"),
        Flow(source="neutrophil_reserve", rate="neutrophil_maturation_rate * neutrophil_reserve"),
    ),
    sources=("ctcae_5",),
    watched=("neutrophil_count",),
)
