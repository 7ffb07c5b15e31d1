"""The soluble interleukin-2 receptor, a marker of activated T cells."""

from trialkine.model.declarations import Flow, Mechanism, Parameter, State

SOLUBLE_IL2_RECEPTOR = Mechanism(
    name="soluble_il2_receptor",
    about="Cells that interleukin-2 activates shed their receptor; a read-out that drives nothing.",
    states={
        "soluble_il2_receptor": State(
            "pmol/L",
            "soluble interleukin-2 receptor in plasma",
            initial="soluble_receptor_baseline",
            scale="soluble_receptor_baseline",
        )
    },
    parameters={
        "soluble_receptor_baseline": Parameter("pmol/L", "level before treatment"),
        "soluble_receptor_decay_rate": Parameter("1/day", "loss from plasma"),
        "high_affinity_shedding": Parameter("", "relative gain in shedding at full high-affinity occupancy"),
        "intermediate_affinity_shedding": Parameter(
            "", "relative gain in shedding at full intermediate-affinity occupancy"
        ),
    },
    flows=(
        Flow(
            sink="soluble_il2_receptor",
            rate="soluble_receptor_decay_rate * soluble_receptor_baseline"
            " * (1 + high_affinity_shedding * il2_high_affinity_occupancy"
            " + intermediate_affinity_shedding * il2_intermediate_affinity_occupancy)",
        ),
        Flow(source="soluble_il2_receptor", rate="soluble_receptor_decay_rate * soluble_il2_receptor"),
    ),
    sources=("kirchner_1998", "pavone_2001"),
)
