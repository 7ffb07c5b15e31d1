"""What agents are called elsewhere, brands and abbreviations among it, for advice on a wrong name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "aldesleukin": ("interleukin-2", "il-2", "il2", "ril-2", "proleukin", "hd il-2", "high-dose il-2"),
    "interferon_alfa": (
        "interferon", "ifn", "ifn-alpha", "ifn-a", "interferon alpha", "interferon alfa-2a",
        "interferon alfa-2b", "interferon alpha-2b", "intron a", "roferon",
    ),
    "tumour_necrosis_factor_alfa": ("tnf", "tnf-alpha", "tasonermin"),
    "interleukin_12": ("il-12", "rhil-12"),
    "interleukin_15": ("il-15", "rhil-15"),
    "interleukin_21": ("il-21", "ril-21", "denenicokin"),
    "temozolomide": ("tmz", "temodal", "temodar"),
    "dacarbazine": ("dtic",),
    "cisplatin": ("cddp", "platinol"),
    "paclitaxel": ("taxol",),
    "bevacizumab": ("avastin",),
    "medroxyprogesterone": ("mpa", "medroxyprogesterone acetate"),
    "imp321": ("eftilagimod", "eftilagimod alpha", "soluble lag-3", "lag-3ig"),
    "im862": ("oglufanide",),
    "lak_cells": ("lak", "lymphokine-activated killer cells"),
    "tumour_infiltrating_lymphocytes": ("til", "tils", "lifileucel"),
}  # fmt: skip


def usual_name(given: str, known: Collection[str]) -> str | None:
    """The agent that is called so elsewhere, of those that are known; None where there is none."""
    plain = _plain(given)
    for agent, others in OTHER_NAMES.items():
        if agent in known and plain in {_plain(other) for other in others}:
            return agent
    return None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
