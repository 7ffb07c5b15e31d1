"""The plate: every well of an assay, series written out, with its concentrations in the model's units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialkine.assay.checking import BACKGROUND_WELL
from trialkine.assay.concentrations import Concentration
from trialkine.assay.protocol import AssayProtocol, WellPlan
from trialkine.assay.substances import SUBSTANCES


@dataclass(frozen=True)
class Well:
    """One well of each donor.

    `plan` is the name in the file, `label` tells the wells of a series apart. `varied` names the substance
    of a series and `written` its concentration; both are empty elsewhere. `amounts` are by model parameter.
    """

    plan: str
    label: str
    sample: str
    amounts: Mapping[str, float]
    varied: str = ""
    written: str = ""

    @property
    def is_background(self) -> bool:
        """Whether the well holds neither stimulus nor blocker."""
        return not self.amounts

    @property
    def varied_amount(self) -> float | None:
        """The concentration of the varied substance, in the model's unit."""
        return self.amounts[SUBSTANCES[self.varied].parameter] if self.varied else None


def plate(protocol: AssayProtocol) -> tuple[Well, ...]:
    """Two wells without a stimulus for each sample, then the file's wells in order."""
    wells = [
        Well(name, name, sample, {})
        for sample in protocol.samples
        for name in background_names(sample, protocol.assay)
    ]
    for plan in protocol.wells:
        wells += _wells(plan, plan.sample or protocol.assay)
    return tuple(wells)


def background_names(sample: str, usual: str) -> tuple[str, str]:
    """What the two wells without a stimulus are called."""
    first = BACKGROUND_WELL if sample == usual else f"{BACKGROUND_WELL}, {sample}"
    return first, f"{first}, again"


def _wells(plan: WellPlan, sample: str) -> list[Well]:
    everything = {**plan.stimuli, **plan.blockers}
    varied = next((name for name, series in everything.items() if len(series) > 1), "")
    if not varied:
        only = {name: series[0] for name, series in everything.items()}
        return [Well(plan.name, plan.name, sample, _amounts(only))]
    wells = []
    for item in everything[varied]:
        mixed = {name: item if name == varied else series[0] for name, series in everything.items()}
        wells.append(Well(plan.name, f"{plan.name}, {item}", sample, _amounts(mixed), varied, str(item)))
    return wells


def _amounts(mixed: Mapping[str, Concentration]) -> dict[str, float]:
    return {
        SUBSTANCES[name].parameter: SUBSTANCES[name].amount(item.value, item.plain_unit)
        for name, item in mixed.items()
    }
