"""Vascular support of the tumour, with spare VEGF and a slow escape from its loss."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State

VASCULATURE = Mechanism(
    name="vasculature",
    about="Vessels follow the effect of VEGF, of which there is more than enough; other factors slowly "
    "replace what is missing, and retreat as slowly when it returns.",
    states={
        "vascular_support": State("", "vascular support of the tumour, 1 at the start", initial="1"),
        "angiogenic_escape": State("", "share of the missing VEGF effect that other factors replace"),
    },
    nulls={"vascular_support": "1", "angiogenic_escape": "0"},
    parameters={
        "vegf_half_effect": Parameter(
            "", "VEGF, relative to the start, at which its effect is half of its limit"
        ),
        "vascular_adaptation_rate": Parameter("1/day", "rate at which vessels follow their support"),
        "angiogenic_escape_rate": Parameter("1/day", "rate at which other factors take over or retreat"),
        "vascular_reserve": Parameter(
            "", "fold of the sustaining support that an untreated tumour has above what it needs, minus 1"
        ),
    },
    defines=(
        Define(
            "vegf_effect",
            "",
            "vascular_endothelial_growth_factor * (1 + vegf_half_effect)"
            " / (vascular_endothelial_growth_factor + vegf_half_effect)",
            "effect of VEGF on vessels, 1 at the start",
        ),
        Define(
            "vascular_growth_factor",
            "",
            "1 + log(max(vascular_support, 1 / (1 + vascular_reserve)**2)) / log(1 + vascular_reserve)",
            "growth relative to a well supplied tumour: 1 untreated, 0 at stasis, never below -1",
            null="1",
        ),
    ),
    flows=(
        Flow(
            sink="vascular_support",
            rate="vascular_adaptation_rate * (vegf_effect + positive(1 - vegf_effect) * angiogenic_escape)",
        ),
        Flow(source="vascular_support", rate="vascular_adaptation_rate * vascular_support"),
        Flow(sink="angiogenic_escape", rate="angiogenic_escape_rate * positive(1 - vegf_effect)"),
        Flow(source="angiogenic_escape", rate="angiogenic_escape_rate * angiogenic_escape"),
    ),
    sources=("starting_calibration", "yang_2003_bevacizumab"),
)
