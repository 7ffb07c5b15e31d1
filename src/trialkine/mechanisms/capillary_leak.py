"""Capillary leak under interleukin-2: weight gained and albumin lost."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

CAPILLARY_LEAK = Mechanism(
    name="capillary_leak",
    about="Signalling through the intermediate-affinity receptor makes capillaries leak, other agents do so "
    "on the same scale; weight rises and serum albumin falls.",
    states={"capillary_leak": State("", "leak, 0 at baseline")},
    nulls={"capillary_leak": "0"},
    parameters={
        "capillary_leak_rate": Parameter("1/day", "rise of the leak at full intermediate-affinity occupancy"),
        "capillary_leak_recovery_rate": Parameter("1/day", "recovery"),
        "weight_gain_per_leak": Parameter("", "relative weight gained at unit leak"),
        "albumin_baseline": Parameter("g/dL", "serum albumin before treatment"),
        "largest_albumin_fall": Parameter("g/dL", "fall of serum albumin at very high leak"),
        "albumin_half_leak": Parameter("", "leak that causes half of this fall"),
    },
    totals=(
        Total("capillary_leak_stimulus", "", "effect of other agents, on the scale of receptor occupancy"),
    ),
    defines=(
        Define("weight_gain", "", "weight_gain_per_leak * capillary_leak", "weight gained, as a fraction"),
        Define(
            "serum_albumin",
            "g/dL",
            "albumin_baseline - largest_albumin_fall * capillary_leak / (capillary_leak + albumin_half_leak)",
            "serum albumin",
        ),
    ),
    flows=(
        Flow(
            sink="capillary_leak",
            rate="capillary_leak_rate * (il2_intermediate_affinity_occupancy + capillary_leak_stimulus)",
        ),
        Flow(source="capillary_leak", rate="capillary_leak_recovery_rate * capillary_leak"),
    ),
    sources=("textor_1987",),
    watched=("weight_gain",),
)
