"""The toxicities of aldesleukin and temozolomide, written out once by hand.

Names are those of the declarations; every value is an array over patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
Values = Mapping[str, Array]


def toxicity_rates(y: Values, p: Values, intermediate: Array, high: Array) -> dict[str, Array]:
    """The rate of change of every toxicity, from the occupied shares of the two receptors.

    Units: [the state's unit/day].
    """
    d: dict[str, Array] = {}

    # What follows a stimulus: temperature, creatinine, bilirubin, confusion, fatigue
    felt = p["fever_sensitivity"] * p["aldesleukin_fever"] * high
    rise = p["largest_temperature_rise"] * felt / (felt + p["fever_half_stimulus"])
    d["temperature_rise"] = p["fever_rate"] * (rise - y["temperature_rise"])
    insult = p["kidney_sensitivity"] * p["aldesleukin_kidney_toxicity"] * intermediate
    creatinine = 1 + p["creatinine_rise"] * insult
    d["creatinine_ratio"] = p["creatinine_rate"] * (creatinine - y["creatinine_ratio"])
    insult = p["liver_sensitivity"] * p["aldesleukin_liver_toxicity"] * intermediate
    bilirubin = p["bilirubin_baseline"] + p["bilirubin_rise"] * insult
    d["bilirubin_ratio"] = p["bilirubin_rate"] * (bilirubin - y["bilirubin_ratio"])
    confusion = p["neurotoxic_sensitivity"] * p["aldesleukin_neurotoxicity"] * intermediate
    d["neurotoxicity"] = p["neurotoxicity_rate"] * (confusion - y["neurotoxicity"])
    tiredness = p["fatigue_sensitivity"] * p["aldesleukin_fatigue"] * high
    d["fatigue"] = p["fatigue_rate"] * (tiredness - y["fatigue"])

    # Neutrophils: precursors divide on demand and are killed, then mature in two steps, the first less killed
    exposure = y["temozolomide_exposure"]
    kill = p["neutrophil_suppression_gain"] * p["neutrophil_sensitivity"]
    kill = kill * p["temozolomide_neutrophil_suppression"] * exposure
    demand = (1 + p["neutrophil_feedback"]) / (1 + p["neutrophil_feedback"] * y["neutrophil_reserve"])
    stem, precursors = p["neutrophil_stem_share"], y["neutrophil_precursors"]
    born = demand * (stem + (1 - stem) * precursors)
    d["neutrophil_precursors"] = p["neutrophil_precursor_rate"] * (born - (1 + kill) * precursors)
    rate = p["neutrophil_maturation_rate"]
    felt = p["neutrophil_maturing_share"] * kill
    d["neutrophil_maturing"] = rate * (precursors - (1 + felt) * y["neutrophil_maturing"])
    d["neutrophil_reserve"] = rate * (y["neutrophil_maturing"] - y["neutrophil_reserve"])

    # Platelets: the same with one step, and consumed in blood under interleukin-2
    kill = p["platelet_suppression_gain"] * p["platelet_sensitivity"]
    kill = kill * p["temozolomide_platelet_suppression"] * exposure
    relative = y["platelet_count"] / p["platelet_baseline"]
    demand = (1 + p["platelet_feedback"]) / (1 + p["platelet_feedback"] * relative)
    stem, precursors = p["platelet_stem_share"], y["platelet_precursors"]
    born = demand * (stem + (1 - stem) * precursors)
    d["platelet_precursors"] = p["platelet_precursor_rate"] * (born - (1 + kill) * precursors)
    d["platelet_maturing"] = p["platelet_maturation_rate"] * (precursors - y["platelet_maturing"])
    consumed = p["platelet_consumption_gain"] * p["platelet_sensitivity"]
    consumed = consumed * p["aldesleukin_platelet_consumption"] * intermediate
    d["platelet_count"] = p["platelet_clearance_rate"] * (
        p["platelet_baseline"] * y["platelet_maturing"] - (1 + consumed) * y["platelet_count"]
    )
    return d
