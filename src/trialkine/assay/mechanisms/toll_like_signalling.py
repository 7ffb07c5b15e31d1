"""Agonists of toll-like receptors."""

from trialkine.model.declarations import Define, Mechanism, Parameter

TOLL_LIKE_SIGNALLING = Mechanism(
    name="toll_like_signalling",
    about="An agonist of toll-like receptors signals to every myeloid cell.",
    parameters={
        "tlr_agonist_concentration": Parameter("ng/mL", "agonist in the well"),
        "tlr_agonist_half_effect": Parameter("ng/mL", "agonist that gives half of the full signal"),
    },
    defines=(
        Define(
            "toll_like_signal",
            "",
            "tlr_agonist_concentration / (tlr_agonist_concentration + tlr_agonist_half_effect)",
            "signal of toll-like receptors, 1 at saturation",
        ),
    ),
    sources=("brignone_2007", "walk_2012"),
)
