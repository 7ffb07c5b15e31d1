"""Activation of antigen-presenting cells."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

ANTIGEN_PRESENTATION = Mechanism(
    name="antigen_presentation",
    about="Antigen activates antigen-presenting cells; added stimuli raise how much of it they present, and "
    "present nothing where there is none. Myeloid suppressors and interleukin-10 hold them back.",
    states={
        "antigen_presentation": State(
            "", "activated share of antigen-presenting cells, 0 to 1", initial="antigen_presentation_target"
        )
    },
    nulls={"antigen_presentation": "0"},
    parameters={
        "antigen_half_saturation": Parameter("cm**3", "antigen at which half of the cells are activated"),
        "antigen_recognition_limit": Parameter(
            "cm**3", "antigen that is enough for half of what added stimuli can do"
        ),
        "suppressor_presentation_brake": Parameter(
            "", "brake on presentation per fold of myeloid suppressors"
        ),
        "antigen_presentation_rate": Parameter("1/day", "rate at which activation follows its stimulus"),
    },
    totals=(
        Total(
            "antigen_presentation_stimulus",
            "",
            "activated share that other stimuli add where there is antigen",
        ),
    ),
    defines=(
        Define(
            "antigen_presentation_target",
            "",
            "min(1, antigen / (antigen + antigen_half_saturation)"
            " + antigen_presentation_stimulus * antigen / (antigen + antigen_recognition_limit))"
            " / ((1 + suppressor_presentation_brake * myeloid_suppressors) * interleukin_10_brake)",
            "activation that the present stimuli lead to",
        ),
    ),
    flows=(
        Flow(sink="antigen_presentation", rate="antigen_presentation_rate * antigen_presentation_target"),
        Flow(source="antigen_presentation", rate="antigen_presentation_rate * antigen_presentation"),
    ),
    sources=("starting_calibration", "tsur_2019"),
)
