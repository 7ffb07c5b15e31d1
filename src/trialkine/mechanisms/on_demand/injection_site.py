"""Presenting cells where a vaccine is injected."""

from trialkine.model.declarations import Define, Mechanism, Total

INJECTION_SITE = Mechanism(
    name="injection_site",
    about="How active the presenting cells near an injection are decides how much of a vaccine is presented.",
    totals=(
        Total(
            "injection_site_stimulus",
            "",
            "activation of presenting cells near an injection, 1 where half of a vaccine is presented",
        ),
    ),
    defines=(
        Define(
            "injection_site_presentation",
            "",
            "injection_site_stimulus / (1 + injection_site_stimulus)",
            "share of a vaccine that is presented",
            null="0",
        ),
    ),
)
