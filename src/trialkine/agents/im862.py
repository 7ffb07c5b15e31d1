"""IM862 (L-glutamyl-L-tryptophan) as nose drops."""

from trialkine.model.declarations import Agent, Define, Flow, Mechanism, Parameter, Route, Scale, State

_SCALE = "im862_reference_concentration * im862_volume"

IM862 = Agent(
    mechanism=Mechanism(
        name="im862",
        about="A short-lived dipeptide; an exposure that follows its plasma level lowers the production of "
        "VEGF.",
        states={
            "im862_nose": State("mg", "amount in the nose that will be absorbed", scale=_SCALE),
            "im862_plasma": State("mg", "amount in plasma", scale=_SCALE),
            "im862_exposure": State("", "effective exposure, on average 1 at 20 mg three times daily"),
        },
        parameters={
            "im862_absorption_rate": Parameter("1/day", "absorption from the nose"),
            "im862_bioavailability": Parameter("", "dose that reaches plasma"),
            "im862_elimination_rate": Parameter("1/day", "elimination from plasma"),
            "im862_volume": Parameter("L", "volume of distribution"),
            "im862_reference_concentration": Parameter("mg/L", "mean level at 20 mg three times daily"),
            "im862_equilibration_rate": Parameter("1/day", "rate at which exposure follows plasma"),
            "im862_largest_vegf_fall": Parameter("", "fall of VEGF production at very high exposure"),
            "im862_half_exposure": Parameter("", "exposure that causes half of this fall"),
        },
        defines=(Define("im862_concentration", "mg/L", "im862_plasma / im862_volume", "level in plasma"),),
        scales=(
            Scale(
                "vegf_production",
                by="1 - im862_largest_vegf_fall * im862_exposure / (im862_exposure + im862_half_exposure)",
            ),
        ),
        flows=(
            Flow("im862_absorption_rate * im862_nose", "im862_nose", "im862_plasma"),
            Flow("im862_elimination_rate * im862_plasma", "im862_plasma"),
            Flow(
                "im862_equilibration_rate * im862_concentration / im862_reference_concentration",
                sink="im862_exposure",
            ),
            Flow("im862_equilibration_rate * im862_exposure", "im862_exposure"),
        ),
        sources=("deplanque_im862", "pmid_7714746"),
    ),
    dose_unit="mg",
    dose_bases=("flat",),
    routes={"intranasal": Route("im862_nose", "im862_bioavailability * dose", "into the nose, as drops")},
)
