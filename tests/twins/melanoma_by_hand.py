"""The whole melanoma model, with all three drugs, written out once by hand.

This is the readable twin of what the mechanisms compose to: one right-hand side in plain numpy, in the order
in which the biology happens. Names are those of the declarations. Every value is an array over patients;
lesions are the next axis (1, 2, 3) and clones the last (sensitive, resistant, antigen loss).

Units are those of the declarations: day, cm3, 1e9 cells, IU and mL, mg and L, pmol/L.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from toxicity_by_hand import toxicity_rates

Array = np.ndarray[Any, np.dtype[np.float64]]
Values = Mapping[str, Array]


def per_lesion(value: Array) -> Array:
    """One value per patient, ready to multiply (patient, lesion, clone)."""
    return value[:, None, None]


def right_hand_side(y: Values, p: Values) -> dict[str, Array]:
    """The rate of change of every state. Units: [the state's unit/day]."""
    d: dict[str, Array] = {}

    # Burden
    tumour = y["tumour"]
    burden = tumour.sum(axis=(1, 2))
    antigen_positive = (p["antigen_presence"][:, None, :] * tumour).sum(axis=(1, 2))

    # Aldesleukin: two compartments; under the skin release, then absorption
    released = p["aldesleukin_release_rate"] * y["aldesleukin_depot"]
    absorbed = p["aldesleukin_absorption_rate"] * y["aldesleukin_transit"]
    to_tissue = p["aldesleukin_distribution_rate"] * y["aldesleukin_central"]
    to_plasma = p["aldesleukin_return_rate"] * y["aldesleukin_peripheral"]
    il2 = y["aldesleukin_central"] / p["aldesleukin_central_volume"]  # IU/mL
    d["aldesleukin_depot"] = -released
    d["aldesleukin_transit"] = released - absorbed
    d["aldesleukin_central"] = absorbed - to_tissue + to_plasma - p["aldesleukin_clearance"] * il2
    d["aldesleukin_peripheral"] = to_tissue - to_plasma

    # Temozolomide: gut, body, and an exposure that follows the level
    temozolomide = y["temozolomide_plasma"] / p["temozolomide_volume"]  # mg/L
    absorbed = p["temozolomide_absorption_rate"] * y["temozolomide_gut"]
    d["temozolomide_gut"] = -absorbed
    d["temozolomide_plasma"] = absorbed - p["temozolomide_clearance"] * temozolomide
    exposure = y["temozolomide_exposure"]
    relative_level = temozolomide / p["temozolomide_reference_concentration"]
    d["temozolomide_exposure"] = p["temozolomide_equilibration_rate"] * (relative_level - exposure)
    drug_kill = p["temozolomide_kill_rate"] * exposure ** p["temozolomide_exposure_exponent"]

    # IM862: nose, plasma, and an exposure that follows the level and lowers VEGF production
    absorbed = p["im862_absorption_rate"] * y["im862_nose"]
    d["im862_nose"] = -absorbed
    d["im862_plasma"] = absorbed - p["im862_elimination_rate"] * y["im862_plasma"]
    relative_level = y["im862_plasma"] / p["im862_volume"] / p["im862_reference_concentration"]
    d["im862_exposure"] = p["im862_equilibration_rate"] * (relative_level - y["im862_exposure"])
    peptide = y["im862_exposure"] / (y["im862_exposure"] + p["im862_half_exposure"])
    vegf_production = 1 - p["im862_largest_vegf_fall"] * peptide

    # VEGF, vessels with spare VEGF, and the slow escape from its loss
    vegf = y["vascular_endothelial_growth_factor"]
    d["vascular_endothelial_growth_factor"] = p["vegf_elimination_rate"] * (vegf_production - vegf)
    vegf_effect = vegf * (1 + p["vegf_half_effect"]) / (vegf + p["vegf_half_effect"])
    missing = np.maximum(1 - vegf_effect, 0)
    escape = y["angiogenic_escape"]
    support = y["vascular_support"]
    d["vascular_support"] = p["vascular_adaptation_rate"] * (vegf_effect + missing * escape - support)
    d["angiogenic_escape"] = p["angiogenic_escape_rate"] * (missing - escape)
    need = 1 + p["vascular_reserve"]  # support can fall this many fold before growth stops
    vascular_growth = np.maximum(1 + np.log(np.maximum(support, need**-2.0)) / np.log(need), -1)
    growing = p["tumour_growth_rate"] * np.maximum(vascular_growth, 0) * (1 - burden / p["largest_burden"])
    starving = p["tumour_growth_rate"] * np.maximum(-vascular_growth, 0)

    # Interleukin-2 receptors and what they tell T cells
    high = il2 / (il2 + p["il2_high_affinity_half_saturation"])
    intermediate = il2 / (il2 + p["il2_intermediate_affinity_half_saturation"])
    presentation = y["antigen_presentation"]
    cd25 = p["resting_cd25_fraction"] + p["antigen_cd25_gain"] * presentation
    effector_signal = cd25 * high + (1 - cd25) * intermediate
    memory_signal = p["memory_intermediate_weight"] * intermediate + p["memory_high_affinity_weight"] * high
    reserve = p["receptor_reserve"]
    effector_signal = effector_signal * (1 + reserve) / (effector_signal + reserve)
    memory_signal = memory_signal * (1 + reserve) / (memory_signal + reserve)

    # Suppression of effectors
    regulatory = y["regulatory_t_cells"]
    suppressors = y["myeloid_suppressors"]
    freedom = 1 / (
        1 + (regulatory / p["regulatory_half_effect"]) ** 2 + suppressors / p["suppressor_half_effect"]
    )

    # Cytokines act through their excess over the constitutive level, which is 1
    interferon_excess = y["interferon_gamma"] - 1
    interferon_effect = interferon_excess / (interferon_excess + p["interferon_gamma_half_effect"])
    tnf_excess = y["tumour_necrosis_factor"] - 1
    tnf_effect = tnf_excess / (tnf_excess + p["tumour_necrosis_factor_half_effect"])
    il10_excess = y["interleukin_10"] - 1
    il10_brake = 1 + p["largest_interleukin_10_brake"] * il10_excess / (
        il10_excess + p["interleukin_10_half_effect"]
    )

    # Killing by T cells, natural killer cells and the drug
    effector, memory = y["effector_cells"], y["memory_cells"]
    killers = (effector + p["memory_killing_fraction"] * memory) / p["cell_density"]  # cm3
    t_cell_kill = (
        p["killing_rate"] * freedom * killers / (p["killing_half_saturation"] + antigen_positive + killers)
    )
    seen = 1 + p["interferon_susceptibility_gain"] * interferon_effect[:, None]
    t_cell_rate = (
        per_lesion(t_cell_kill)
        * p["lesion_access"][:, :, None]
        * (p["killing_susceptibility"] * seen)[:, None]
    )
    natural_killers = y["natural_killer_cells"]
    active = y["natural_killer_activation"]
    natural_killer_kill = (
        p["natural_killer_killing_rate"]
        * (p["healthy_natural_killer_volume"] * natural_killers * active)
        / (p["natural_killer_half_saturation"] + burden)
    )
    natural_killer_rate = per_lesion(natural_killer_kill) * p["natural_killer_preference"][:, None]
    drug_rate = per_lesion(drug_kill) * p["chemotherapy_susceptibility"][:, None]
    immune_killed = ((t_cell_rate + natural_killer_rate) * tumour).sum(axis=(1, 2))  # cm3/day
    drug_killed = (drug_rate * tumour).sum(axis=(1, 2))
    d["tumour"] = (per_lesion(growing - starving) - t_cell_rate - natural_killer_rate - drug_rate) * tumour

    # Antigen from dying cells, and its presentation
    turnover = p["tumour_growth_rate"] * burden
    d["antigen"] = (
        immune_killed
        + p["chemotherapy_immunogenicity"] * drug_killed
        + p["turnover_immunogenicity"] * turnover
        - p["antigen_decay_rate"] * y["antigen"]
    )
    stimulus = np.minimum(1, y["antigen"] / (y["antigen"] + p["antigen_half_saturation"]))
    target = stimulus / (1 + p["suppressor_presentation_brake"] * suppressors) / il10_brake
    d["antigen_presentation"] = p["antigen_presentation_rate"] * (target - presentation)

    # Lymphocytes in general
    lymphotoxic = exposure
    pool = y["lymphocyte_pool"]
    lymphopenia = np.maximum(1 - pool, 0)
    d["lymphocyte_pool"] = (
        p["lymphocyte_turnover_rate"] * (1 - pool)
        + p["lymphocyte_proliferation_rate"] * high * pool * (1 - pool / p["largest_lymphocyte_pool"])
        - p["lymphocyte_lymphotoxicity"] * lymphotoxic * pool
    )
    d["margination"] = (
        p["margination_rate"] * intermediate * (1 - y["margination"])
        - p["margination_return_rate"] * y["margination"]
    )

    # Tumour-specific effector and memory cells
    recall = p["recall_rate"] * memory * presentation
    homeostasis = p["homeostatic_proliferation_rate"] * lymphopenia
    effector_growth = (
        p["antigen_proliferation_rate"] * presentation * freedom
        + p["il2_proliferation_rate"] * effector_signal
        + homeostasis
    ) * (1 - effector / p["largest_effector_pool"])
    poisoned = (
        p["effector_lymphotoxicity"] * lymphotoxic * (1 + p["cycling_lymphotoxicity_gain"] * effector_signal)
    )
    to_memory = p["memory_conversion_rate"] * effector
    d["effector_cells"] = (
        p["naive_priming_rate"]
        + recall
        - to_memory
        + (effector_growth - p["effector_death_rate"] - poisoned) * effector
    )
    memory_growth = (p["il2_memory_proliferation_rate"] * memory_signal + homeostasis) * (
        1 - memory / p["largest_memory_pool"]
    )
    memory_loss = p["memory_death_rate"] + p["memory_lymphotoxicity"] * lymphotoxic
    d["memory_cells"] = to_memory + (memory_growth - memory_loss) * memory - p["recall_consumption"] * recall

    # Suppressive cells
    driven = burden / (burden + p["regulatory_half_burden"])
    fixed = p["regulatory_fixed_share"]
    set_point = p["regulatory_baseline"] * (fixed + (1 - fixed) * driven)
    room = 1 - regulatory / (p["regulatory_baseline"] * p["largest_regulatory_expansion"])
    d["regulatory_t_cells"] = (
        p["regulatory_turnover_rate"] * (set_point - regulatory)
        + p["regulatory_proliferation_rate"] * high * room * regulatory
        - p["regulatory_lymphotoxicity"] * lymphotoxic * regulatory
    )
    driven = burden / (burden + p["suppressor_half_burden"])
    set_point = p["suppressor_baseline"] * (p["suppressor_fixed_share"] + driven)
    d["myeloid_suppressors"] = (
        p["suppressor_turnover_rate"] * (set_point - suppressors)
        - p["suppressor_lymphotoxicity"] * lymphotoxic * suppressors
    )

    # Natural killer cells
    share = p["natural_killer_high_affinity_share"]
    signal = share * high + (1 - share) * intermediate
    room = 1 - natural_killers / p["largest_natural_killer_pool"]
    d["natural_killer_cells"] = (
        p["natural_killer_turnover_rate"] * (1 - natural_killers)
        + p["natural_killer_proliferation_rate"] * signal * room * natural_killers
    )
    target = np.minimum(
        1,
        p["natural_killer_resting_activation"]
        + p["natural_killer_intermediate_activation"] * intermediate
        + p["natural_killer_high_affinity_activation"] * high,
    )
    d["natural_killer_activation"] = p["natural_killer_activation_rate"] * (target - active)

    # Cytokines
    helped = effector / (effector + p["t_cell_interferon_half"])
    induced = (
        p["t_cell_interferon_gain"] * presentation * freedom * helped
        + p["natural_killer_interferon_gain"] * natural_killers * active
    ) / il10_brake
    d["interferon_gamma"] = p["interferon_gamma_elimination_rate"] * (1 + induced - y["interferon_gamma"])
    induced = (
        p["presentation_necrosis_factor_gain"] * presentation + p["il2_necrosis_factor_gain"] * intermediate
    )
    d["tumour_necrosis_factor"] = p["tumour_necrosis_factor_elimination_rate"] * (
        1 + induced - y["tumour_necrosis_factor"]
    )
    induced = p["regulatory_interleukin_10_gain"] * regulatory * presentation
    d["interleukin_10"] = p["interleukin_10_elimination_rate"] * (1 + induced - y["interleukin_10"])

    # Toxicity and the soluble receptor
    d |= toxicity_rates(y, p, intermediate, high)
    stronger = 1 + p["tumour_necrosis_factor_hypotension"] * tnf_effect
    d["hypotension"] = (
        p["hypotension_rate"] * intermediate * stronger - p["hypotension_recovery_rate"] * y["hypotension"]
    )
    d["capillary_leak"] = (
        p["capillary_leak_rate"] * intermediate - p["capillary_leak_recovery_rate"] * y["capillary_leak"]
    )
    shed = 1 + p["high_affinity_shedding"] * high + p["intermediate_affinity_shedding"] * intermediate
    d["soluble_il2_receptor"] = p["soluble_receptor_decay_rate"] * (
        p["soluble_receptor_baseline"] * shed - y["soluble_il2_receptor"]
    )

    # Hazards
    floor = p["negligible_burden"]
    steepness = p["burden_death_exponent"]
    from_burden = ((burden + floor) / p["reference_burden"]) ** steepness
    from_nothing = (floor / p["reference_burden"]) ** steepness
    d["disease_hazard"] = p["background_death_rate"] + p["disease_death_rate"] * p["frailty"] * (
        from_burden - from_nothing
    )
    net_growth = ((growing - starving) * burden - immune_killed - drug_killed) / (burden + floor)
    growth_factor = np.minimum(
        np.maximum(net_growth, 0) / p["new_lesion_reference_growth"], p["largest_new_lesion_factor"]
    )
    spread = (p["initial_burden"] / p["reference_burden"]) ** p["new_lesion_burden_exponent"]
    d["new_lesion_hazard"] = p["new_lesion_rate"] * growth_factor * spread
    d["treatment_hazard"] = p["treatment_death_rate"] * (y["hypotension"] / p["hypotension_tolerance"]) ** 2
    return d
