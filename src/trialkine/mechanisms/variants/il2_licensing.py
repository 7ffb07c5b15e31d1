"""Variant: memory cells are mostly anergic until interleukin-2 licenses them."""

from trialkine.model.declarations import Flow, Mechanism, Parameter, Scale, State

IL2_LICENSING = Mechanism(
    name="il2_licensing",
    about="Interleukin-2 licenses memory cells to answer; without it most are anergic. An alternative to "
    "strong memory lymphotoxicity as the cause of the order effect.",
    states={"il2_licence": State("", "licensed share of memory cells", initial="resting_licence")},
    nulls={"il2_licence": "1"},
    parameters={
        "resting_licence": Parameter("", "licensed share without interleukin-2"),
        "licensing_rate": Parameter("1/day", "licensing at full intermediate-affinity occupancy"),
        "licence_loss_rate": Parameter("1/day", "return to the resting share"),
    },
    scales=(Scale("recall_readiness", by="il2_licence"),),
    flows=(
        Flow(
            sink="il2_licence",
            rate="(licensing_rate * il2_intermediate_affinity_occupancy + licensing_stimulus) * "
            "(1 - il2_licence)",
        ),
        Flow(sink="il2_licence", rate="licence_loss_rate * resting_licence"),
        Flow(source="il2_licence", rate="licence_loss_rate * il2_licence"),
    ),
    sources=("starting_calibration",),
    neutral={"resting_licence": 1.0},
)
