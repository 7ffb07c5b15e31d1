"""Hypotension under interleukin-2, which decides about doses."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

HYPOTENSION = Mechanism(
    name="hypotension",
    about="Signalling through the intermediate-affinity receptor lowers blood pressure; tumour necrosis "
    "factor adds through its excess over baseline, and other agents on the same scale.",
    states={"hypotension": State("", "hypotensive effect, 0 at baseline")},
    nulls={"hypotension": "0"},
    parameters={
        "hypotension_rate": Parameter("1/day", "rise of the effect at full intermediate-affinity occupancy"),
        "hypotension_recovery_rate": Parameter("1/day", "recovery"),
        "tumour_necrosis_factor_hypotension": Parameter(
            "", "largest relative gain through tumour necrosis factor"
        ),
        "hypotension_tolerance": Parameter("", "effect above which a patient's dose is held"),
    },
    totals=(Total("hypotensive_stimulus", "", "effect of other agents, on the scale of receptor occupancy"),),
    defines=(
        Define(
            "relative_hypotension",
            "",
            "hypotension / hypotension_tolerance",
            "effect relative to what the patient tolerates",
            null="0",
        ),
    ),
    flows=(
        Flow(
            sink="hypotension",
            rate="hypotension_rate * (il2_intermediate_affinity_occupancy"
            " * (1 + tumour_necrosis_factor_hypotension * tumour_necrosis_factor_effect)"
            " + hypotensive_stimulus)",
        ),
        Flow(source="hypotension", rate="hypotension_recovery_rate * hypotension"),
    ),
    sources=("starting_calibration", "proleukin_doses"),
    watched=("relative_hypotension",),
)
