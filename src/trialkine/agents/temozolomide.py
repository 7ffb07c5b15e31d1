"""Temozolomide by mouth."""

from trialkine.model.declarations import Add, Agent, Define, Flow, Mechanism, Parameter, Route, State

_SCALE = "temozolomide_reference_concentration * temozolomide_volume"

TEMOZOLOMIDE = Agent(
    mechanism=Mechanism(
        name="temozolomide",
        about="One compartment after absorption. An exposure that follows the plasma level, on average the "
        "daily area under the curve relative to that of 200 mg/m2, kills tumour cells and, linearly, "
        "lymphocytes.",
        states={
            "temozolomide_gut": State("mg", "amount not yet absorbed", scale=_SCALE),
            "temozolomide_plasma": State("mg", "amount in the body", scale=_SCALE),
            "temozolomide_exposure": State("", "effective exposure, on average 1 at 200 mg/m2 daily"),
        },
        parameters={
            "temozolomide_absorption_rate": Parameter("1/day", "absorption"),
            "temozolomide_clearance": Parameter("L/day", "apparent oral clearance"),
            "temozolomide_volume": Parameter("L", "apparent volume"),
            "temozolomide_reference_concentration": Parameter("mg/L", "mean level over a day of 200 mg/m2"),
            "temozolomide_equilibration_rate": Parameter("1/day", "rate at which exposure follows plasma"),
            "temozolomide_kill_rate": Parameter(
                "1/day", "killing of susceptible tumour cells at unit exposure"
            ),
            "temozolomide_exposure_exponent": Parameter("", "steepness of killing in exposure"),
        },
        defines=(
            Define(
                "temozolomide_concentration",
                "mg/L",
                "temozolomide_plasma / temozolomide_volume",
                "level in plasma",
            ),
        ),
        adds=(
            Add(
                "cytotoxic_kill",
                "temozolomide_kill_rate * temozolomide_exposure**temozolomide_exposure_exponent",
            ),
            Add("lymphotoxic_exposure", "temozolomide_exposure"),
        ),
        flows=(
            Flow(
                "temozolomide_absorption_rate * temozolomide_gut", "temozolomide_gut", "temozolomide_plasma"
            ),
            Flow("temozolomide_clearance / temozolomide_volume * temozolomide_plasma", "temozolomide_plasma"),
            Flow(
                "temozolomide_equilibration_rate"
                " * temozolomide_concentration / temozolomide_reference_concentration",
                sink="temozolomide_exposure",
            ),
            Flow("temozolomide_equilibration_rate * temozolomide_exposure", "temozolomide_exposure"),
        ),
        sources=("ostermann_2004", "jen_2000", "temozolomide_label", "starting_calibration"),
    ),
    dose_unit="mg",
    dose_bases=("m2", "flat"),
    routes={"oral": Route("temozolomide_gut", "dose", "by mouth, fasting")},
)
