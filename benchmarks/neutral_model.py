"""The neutral 40-state benchmark model in trialkine's own language; its values are in neutral_model.toml.

Three drugs (an infused, a daily oral and a thrice-daily one), receptor signalling, mediators, dendritic, T
and killer cells, marrow, and two lesions. Rates run from 1e-4 to 250 per day.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from trialkine.model.compose import compose
from trialkine.model.declarations import Agent, Define, Flow, Index, Mechanism, Parameter, Route, State
from trialkine.model.model import Model

VALUES = tomllib.loads(Path(__file__).with_name("neutral_model.toml").read_text(encoding="utf-8"))
LESION = Index("lesion", ("1", "2"))


def _states(
    unit: str, *names: str, initial: str = "0", index: tuple[Index, ...] = (), scale: str = "1"
) -> dict[str, State]:
    return {name: State(unit, name.replace("_", " "), initial, index, scale) for name in names}


def _parameters(unit: str, names: str, index: tuple[Index, ...] = ()) -> dict[str, Parameter]:
    return {name: Parameter(unit, name.replace("_", " "), index) for name in names.split()}


def _define(name: str, unit: str, expression: str) -> Define:
    return Define(name, unit, expression, name.replace("_", " "))


def _drug(mechanism: Mechanism, into: str) -> Agent:
    return Agent(mechanism, "mg", {"dose": Route(into, "dose", "all of the dose")})


INFUSED = Mechanism(
    "infused",
    "Interleukin-2: two compartments, receptor occupancy.",
    states=_states("mg", "il2_depot", "il2_central", "il2_peripheral") | _states("", "receptor_signal"),
    parameters=_parameters(
        "1/day",
        "il2_absorption_rate il2_elimination_rate il2_outward_rate il2_return_rate receptor_rate",
    )
    | _parameters("L", "il2_volume")
    | _parameters("mg/L", "receptor_half il2_trace")
    | _parameters("", "receptor_steepness"),
    defines=(
        _define(
            "occupancy", "", "hill(il2_central / il2_volume + il2_trace, receptor_half, receptor_steepness)"
        ),
    ),
    flows=(
        Flow("il2_absorption_rate * il2_depot", "il2_depot", "il2_central"),
        Flow("il2_elimination_rate * il2_central", "il2_central"),
        Flow("il2_outward_rate * il2_central", "il2_central", "il2_peripheral"),
        Flow("il2_return_rate * il2_peripheral", "il2_peripheral", "il2_central"),
        Flow("receptor_rate * (occupancy - receptor_signal)", sink="receptor_signal"),
    ),
)

ORAL = Mechanism(
    "oral",
    "A daily oral drug: gut, plasma, tissue; kills tumour and marrow cells.",
    states=_states("mg", "oral_gut", "oral_central", "oral_tissue"),
    parameters=_parameters(
        "1/day",
        "oral_absorption_rate oral_elimination_rate oral_tissue_entry_rate oral_tissue_exit_rate "
        "oral_kill_rate",
    )
    | _parameters("mg", "oral_half marrow_half")
    | _parameters("", "marrow_sensitivity"),
    defines=(
        _define(
            "oral_kill",
            "1/day",
            "oral_kill_rate"
            " * (oral_tissue * oral_tissue / (oral_half * oral_half + oral_tissue * oral_tissue))",
        ),
        _define("marrow_effect", "", "marrow_sensitivity * oral_central / (marrow_half + oral_central)"),
    ),
    flows=(
        Flow("oral_absorption_rate * oral_gut", "oral_gut", "oral_central"),
        Flow("oral_elimination_rate * oral_central", "oral_central"),
        Flow("oral_tissue_entry_rate * oral_central", sink="oral_tissue"),
        Flow("oral_tissue_exit_rate * oral_tissue", "oral_tissue"),
    ),
)

PEPTIDE = Mechanism(
    "peptide",
    "A short-lived peptide given three times a day; boosts antigen presentation and killing.",
    states=_states("mg", "peptide_depot", "peptide_central", "peptide_effect_site"),
    parameters=_parameters(
        "1/day",
        "peptide_absorption_rate peptide_elimination_rate peptide_effect_entry_rate peptide_effect_loss_rate",
    )
    | _parameters("mg", "peptide_half peptide_trace")
    | _parameters("", "peptide_largest_effect peptide_steepness"),
    defines=(
        _define(
            "peptide_boost",
            "",
            "1 + peptide_largest_effect"
            " * hill(peptide_effect_site + peptide_trace, peptide_half, peptide_steepness)",
        ),
    ),
    flows=(
        Flow("peptide_absorption_rate * peptide_depot", "peptide_depot", "peptide_central"),
        Flow("peptide_elimination_rate * peptide_central", "peptide_central"),
        Flow("peptide_effect_entry_rate * peptide_central", sink="peptide_effect_site"),
        Flow("peptide_effect_loss_rate * peptide_effect_site", "peptide_effect_site"),
    ),
)

MEDIATORS = Mechanism(
    "mediators",
    "Cytokines, capillary leak and kynurenine, each relaxing to a level that the cells set.",
    states=_states("", "interferon", "necrosis_factor", "il6", "il10", "kynurenine", initial="1")
    | _states("", "leak"),
    parameters=_parameters(
        "1/day",
        "interferon_turnover necrosis_factor_turnover il6_turnover il10_turnover leak_turnover "
        "kynurenine_turnover",
    )
    | _parameters(
        "",
        "interferon_level interferon_base interferon_by_residents interferon_brake interferon_half "
        "necrosis_factor_level necrosis_factor_base necrosis_factor_by_il2 il6_level il6_base "
        "il6_by_necrosis_factor il6_saturation il10_level il10_base il10_by_regulators il10_by_il6 "
        "leak_half leak_steepness leak_by_necrosis_factor leak_trace kynurenine_base "
        "kynurenine_by_interferon",
    ),
    defines=(
        _define(
            "interferon_drive",
            "",
            "interferon_level * (interferon_base + 2 * active_killer"
            " + interferon_by_residents * sum(resident, lesion) + effector * receptor_signal)"
            " / (1 + interferon_brake * il10)",
        ),
        _define(
            "necrosis_factor_drive",
            "",
            "necrosis_factor_level * (necrosis_factor_base"
            " + necrosis_factor_by_il2 * receptor_signal * (1 + active_killer))",
        ),
        _define(
            "il6_drive",
            "",
            "il6_level * (il6_base + il6_by_necrosis_factor * necrosis_factor * necrosis_factor"
            " / (1 + il6_saturation * necrosis_factor * necrosis_factor))",
        ),
        _define(
            "il10_drive",
            "",
            "il10_level * (il10_base + regulator + il10_by_regulators * sum(resident_regulator, lesion)"
            " + il10_by_il6 * il6)",
        ),
        _define(
            "leak_drive",
            "",
            "hill(il6 + leak_by_necrosis_factor * necrosis_factor + leak_trace, leak_half, leak_steepness)",
        ),
        _define("interferon_effect", "", "interferon / (interferon_half + interferon)"),
    ),
    flows=(
        Flow("interferon_turnover * (interferon_drive - interferon)", sink="interferon"),
        Flow("necrosis_factor_turnover * (necrosis_factor_drive - necrosis_factor)", sink="necrosis_factor"),
        Flow("il6_turnover * (il6_drive - il6)", sink="il6"),
        Flow("il10_turnover * (il10_drive - il10)", sink="il10"),
        Flow("leak_turnover * (leak_drive - leak)", sink="leak"),
        Flow(
            "kynurenine_turnover * (kynurenine_base + kynurenine_by_interferon * interferon_effect"
            " - kynurenine)",
            sink="kynurenine",
        ),
    ),
)

PRIMING = Mechanism(
    "priming",
    "Dendritic cells take up debris and prime T cells, which divide, leave and become memory.",
    states=_states("", "dendritic", "naive", initial="1")
    | _states("", "mature", initial="mature_start")
    | _states("", "activated", initial="activated_start")
    | _states("", "expanded", initial="expanded_start")
    | _states("", "effector", initial="effector_start")
    | _states("", "memory", initial="memory_start"),
    parameters=_parameters(
        "1/day",
        "dendritic_supply dendritic_loss maturation_rate mature_loss naive_supply naive_loss "
        "activation_rate expansion_rate division_rate egress_rate effector_loss effector_expansion "
        "memory_rate memory_loss recall_rate effector_toxicity",
    )
    | _parameters(
        "",
        "antigen_half mature_half cells_per_division mature_start activated_start expanded_start "
        "effector_start memory_start",
    ),
    defines=(
        _define("antigen", "", "sum(debris, lesion) / (antigen_half + sum(debris, lesion))"),
        _define("presentation", "", "mature / (mature_half + mature)"),
    ),
    flows=(
        Flow("dendritic_supply", sink="dendritic"),
        Flow("dendritic_loss * dendritic", "dendritic"),
        Flow("maturation_rate * peptide_boost * antigen * dendritic", "dendritic", "mature"),
        Flow("mature_loss * mature", "mature"),
        Flow("naive_supply", sink="naive"),
        Flow("naive_loss * naive", "naive"),
        Flow("activation_rate * presentation * naive", "naive", "activated"),
        Flow("recall_rate * presentation * memory", "memory", "activated"),
        Flow("division_rate * activated", "activated"),
        Flow("cells_per_division * division_rate * activated", sink="expanded"),
        Flow("expansion_rate * presentation * receptor_signal * expanded", sink="expanded"),
        Flow("egress_rate * expanded", "expanded", "effector"),
        Flow("effector_expansion * receptor_signal * effector / (1 + effector)", sink="effector"),
        Flow("effector_loss * effector", "effector"),
        Flow("infiltration_rate * effector * sum(homing, lesion)", "effector"),
        Flow("effector_toxicity * marrow_effect * effector", "effector"),
        Flow("memory_rate * effector", "effector", "memory"),
        Flow("memory_loss * memory", "memory"),
    ),
)

BLOOD_CELLS = Mechanism(
    "blood_cells",
    "Killer cells, regulatory cells, and lymphocytes that pass through the marrow with feedback.",
    states=_states(
        "", "resting_killer", "marrow", "transit_first", "transit_second", "lymphocytes", initial="1"
    )
    | _states("", "active_killer")
    | _states("", "regulator", initial="regulator_start"),
    parameters=_parameters(
        "1/day",
        "killer_supply killer_loss killer_activation killer_rest active_killer_loss regulator_supply "
        "regulator_loss regulator_expansion regulator_infiltration_rate",
    )
    | _parameters("day", "marrow_transit_time")
    | _parameters(
        "",
        "marrow_stages marrow_feedback count_trace recruitment_half regulator_recruited_share "
        "lymphocyte_release_by_il2 lymphocyte_exit_by_il2 regulator_start",
    ),
    defines=(
        _define("recruitment", "", "tumour / (recruitment_half + tumour)"),
        _define("transit_rate", "1/day", "marrow_stages / marrow_transit_time"),
        _define("feedback", "", "(lymphocytes + count_trace) ** (-marrow_feedback)"),
    ),
    flows=(
        Flow("killer_supply", sink="resting_killer"),
        Flow("killer_loss * resting_killer", "resting_killer"),
        Flow("killer_activation * receptor_signal * resting_killer", "resting_killer", "active_killer"),
        Flow("killer_rest * active_killer", "active_killer", "resting_killer"),
        Flow("active_killer_loss * active_killer", "active_killer"),
        Flow("regulator_supply", sink="regulator"),
        Flow("regulator_expansion * receptor_signal * regulator / (1 + regulator)", sink="regulator"),
        Flow("regulator_loss * regulator", "regulator"),
        Flow(
            "regulator_infiltration_rate * regulator * sum(recruitment, lesion) * regulator_recruited_share",
            "regulator",
        ),
        Flow("transit_rate * marrow * ((1 - marrow_effect) * feedback - 1)", sink="marrow"),
        Flow("transit_rate * (marrow - transit_first)", sink="transit_first"),
        Flow("transit_rate * (transit_first - transit_second)", sink="transit_second"),
        Flow(
            "transit_rate * transit_second * (1 + lymphocyte_release_by_il2 * receptor_signal)"
            " - transit_rate * lymphocytes * (1 + lymphocyte_exit_by_il2 * receptor_signal)",
            sink="lymphocytes",
        ),
    ),
)

LESIONS = Mechanism(
    "lesions",
    "Lesions of drug-sensitive and resistant cells, their debris and the cells that enter them.",
    states=_states("", "sensitive", initial="sensitive_start", index=(LESION,), scale="sensitive_scale")
    | _states("", "resistant", initial="resistant_start", index=(LESION,))
    | _states("", "debris", initial="debris_start", index=(LESION,))
    | _states("", "resident", initial="resident_start", index=(LESION,))
    | _states("", "resident_regulator", initial="resident_regulator_start", index=(LESION,)),
    parameters=_parameters(
        "1/day",
        "mutation_rate kill_rate killer_kill_rate clearance_rate infiltration_rate resident_expansion "
        "resident_loss resident_regulator_loss necrosis_rate",
    )
    | _parameters("1/day", "growth_rate", (LESION,))
    | _parameters("", "carrying_capacity sensitive_start resistant_start debris_start", (LESION,))
    | _parameters(
        "",
        "exhaustion resistant_growth_share growth_curvature kill_half resistant_kill_share suppression_half "
        "suppression_by_il10 suppression_by_kynurenine tumour_trace resident_regulator_share "
        "resident_start resident_regulator_start sensitive_scale",
    ),
    defines=(
        _define("tumour", "", "sensitive + resistant"),
        _define(
            "unsuppressed",
            "",
            "1 / (1 + resident_regulator / suppression_half * (1 + suppression_by_il10 * il10)"
            " + suppression_by_kynurenine * kynurenine)",
        ),
        _define(
            "t_cell_kill",
            "1/day",
            "kill_rate * peptide_boost * unsuppressed * resident / (kill_half + tumour + resident)",
        ),
        _define("killer_kill", "1/day", "killer_kill_rate * active_killer / (kill_half + tumour)"),
        _define("room", "", "1 - ((tumour + tumour_trace) / carrying_capacity) ** growth_curvature"),
        _define("homing", "", "interferon_effect * tumour / (1 + tumour)"),
    ),
    flows=(
        Flow("growth_rate * sensitive * room", sink="sensitive"),
        Flow("(t_cell_kill + killer_kill + oral_kill) * sensitive", "sensitive", "debris"),
        Flow("mutation_rate * sensitive", "sensitive", "resistant"),
        Flow("resistant_growth_share * growth_rate * resistant * room", sink="resistant"),
        Flow("(resistant_kill_share * t_cell_kill + killer_kill) * resistant", "resistant", "debris"),
        Flow("necrosis_rate * tumour", sink="debris"),
        Flow("clearance_rate * debris", "debris"),
        Flow("infiltration_rate * effector * homing", sink="resident"),
        Flow("resident_expansion * receptor_signal * resident / (1 + resident) * antigen", sink="resident"),
        Flow("resident_loss * resident", "resident"),
        Flow("exhaustion * t_cell_kill * resident * tumour / (1 + tumour)", "resident"),
        Flow("regulator_infiltration_rate * regulator * recruitment", sink="resident_regulator"),
        Flow("resident_regulator_loss * resident_regulator", "resident_regulator"),
        Flow(
            "resident_regulator_share * regulator_expansion * receptor_signal * resident_regulator"
            " / (1 + resident_regulator)",
            sink="resident_regulator",
        ),
    ),
)

ROUTES = (("infused", "dose"), ("oral", "dose"), ("peptide", "dose"))
"""The drugs by the number that the workloads give them."""


@cache
def neutral_model() -> Model:
    """The composed model."""
    drugs = (_drug(INFUSED, "il2_central"), _drug(ORAL, "oral_gut"), _drug(PEPTIDE, "peptide_depot"))
    return compose(*drugs, MEDIATORS, PRIMING, BLOOD_CELLS, LESIONS)
