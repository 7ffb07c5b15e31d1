"""New lesions, which appear while the disease grows."""

from trialkine.model.declarations import Flow, Mechanism, Milestone, Parameter, State

NEW_LESIONS = Mechanism(
    name="new_lesions",
    about="The hazard of a new lesion is proportional to net growth, up to a limit, and rises with the "
    "initial burden; it is zero while the disease shrinks.",
    states={"new_lesion_hazard": State("", "accumulated hazard of a new lesion", scale="1")},
    parameters={
        "new_lesion_rate": Parameter("1/day", "hazard at the reference growth and burden"),
        "new_lesion_reference_growth": Parameter("1/day", "net growth at which the hazard is stated"),
        "largest_new_lesion_factor": Parameter("", "limit of the effect of growth"),
        "new_lesion_burden_exponent": Parameter(
            "", "steepness with which the hazard grows with initial burden"
        ),
        "new_lesion_threshold": Parameter("", "accumulated hazard at which the new lesion appears"),
    },
    flows=(
        Flow(
            sink="new_lesion_hazard",
            rate="new_lesion_rate * min(positive(net_growth_rate) / new_lesion_reference_growth,"
            " largest_new_lesion_factor) * (initial_burden / reference_burden)**new_lesion_burden_exponent",
        ),
    ),
    milestones=(
        Milestone("new_lesion", "new_lesion_hazard > new_lesion_threshold", "A new lesion can be seen."),
    ),
    sources=("starting_calibration",),
)
