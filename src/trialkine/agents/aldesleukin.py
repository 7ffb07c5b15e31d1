"""Aldesleukin (recombinant interleukin-2): intravenous or subcutaneous."""

from trialkine.model.declarations import Add, Agent, Flow, Hold, Mechanism, Parameter, Route, State

_SCALE = "il2_high_affinity_half_saturation * aldesleukin_central_volume"

ALDESLEUKIN = Agent(
    mechanism=Mechanism(
        name="aldesleukin",
        about="Two compartments after intravenous doses. A subcutaneous dose is released and absorbed at "
        "two slow rates, and only the fraction that its own published exposure implies arrives.",
        states={
            "aldesleukin_central": State("IU", "amount in plasma", scale=_SCALE),
            "aldesleukin_peripheral": State("IU", "amount in tissue", scale=_SCALE),
            "aldesleukin_depot": State("IU", "amount under the skin, not yet released", scale=_SCALE),
            "aldesleukin_transit": State(
                "IU", "amount released under the skin, not yet absorbed", scale=_SCALE
            ),
        },
        parameters={
            "aldesleukin_clearance": Parameter("mL/day", "clearance from plasma"),
            "aldesleukin_central_volume": Parameter("mL", "plasma volume that a dose fills at once"),
            "aldesleukin_distribution_rate": Parameter("1/day", "passage from plasma to tissue"),
            "aldesleukin_return_rate": Parameter("1/day", "passage from tissue to plasma"),
            "aldesleukin_release_rate": Parameter("1/day", "first step of subcutaneous absorption"),
            "aldesleukin_absorption_rate": Parameter("1/day", "second step of subcutaneous absorption"),
            "aldesleukin_absorption_lag": Parameter("day", "delay before subcutaneous absorption begins"),
            "aldesleukin_bioavailability": Parameter("", "subcutaneous dose that reaches plasma"),
            "holds_to_end_cycle": Parameter("", "consecutive held doses after which a cycle ends"),
        },
        adds=(Add("il2_concentration", "aldesleukin_central / aldesleukin_central_volume"),),
        flows=(
            Flow("aldesleukin_release_rate * aldesleukin_depot", "aldesleukin_depot", "aldesleukin_transit"),
            Flow(
                "aldesleukin_absorption_rate * aldesleukin_transit",
                "aldesleukin_transit",
                "aldesleukin_central",
            ),
            Flow(
                "aldesleukin_distribution_rate * aldesleukin_central",
                "aldesleukin_central",
                "aldesleukin_peripheral",
            ),
            Flow(
                "aldesleukin_return_rate * aldesleukin_peripheral",
                "aldesleukin_peripheral",
                "aldesleukin_central",
            ),
            Flow(
                "aldesleukin_clearance / aldesleukin_central_volume * aldesleukin_central",
                "aldesleukin_central",
            ),
        ),
        sources=("konrad_1990", "piscitelli_subcutaneous_il2", "kirchner_1998"),
    ),
    dose_unit="IU",
    dose_bases=("kg", "m2", "flat"),
    routes={
        "intravenous": Route("aldesleukin_central", "dose", "into a vein, as an infusion", infused=True),
        "subcutaneous": Route(
            "aldesleukin_depot",
            "aldesleukin_bioavailability * dose",
            "under the skin",
            delay="aldesleukin_absorption_lag",
        ),
    },
    holds=(
        Hold(
            "hypotension",
            "hypotension > hypotension_tolerance",
            "Hypotension beyond what the patient tolerates.",
            end_cycle_after="holds_to_end_cycle",
        ),
    ),
)
