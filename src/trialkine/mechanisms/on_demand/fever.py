"""Fever: the rise of body temperature under cytokines."""

from trialkine.model.declarations import Define, Flow, Mechanism, Parameter, State, Total

FEVER = Mechanism(
    name="fever",
    about="A stimulus, such as a cytokine, raises body temperature within hours, up to a limit.",
    states={"temperature_rise": State("K", "rise of body temperature over normal")},
    nulls={"temperature_rise": "0"},
    parameters={
        "fever_rate": Parameter("1/day", "rate at which temperature follows its stimulus"),
        "fever_sensitivity": Parameter("", "sensitivity of a patient, typically 1"),
        "largest_temperature_rise": Parameter("K", "rise at a very strong stimulus"),
        "fever_half_stimulus": Parameter("", "stimulus that causes half of it"),
    },
    totals=(Total("fever_stimulus", "", "stimulus of fever, 1 sustained begins grade 3"),),
    defines=(
        Define("fever_signal", "", "fever_sensitivity * fever_stimulus", "stimulus as this patient feels it"),
    ),
    flows=(
        Flow(
            sink="temperature_rise",
            rate="fever_rate * largest_temperature_rise"
            " * fever_signal / (fever_signal + fever_half_stimulus)",
        ),
        Flow(source="temperature_rise", rate="fever_rate * temperature_rise"),
    ),
    sources=("ctcae_5",),
    watched=("temperature_rise",),
)
