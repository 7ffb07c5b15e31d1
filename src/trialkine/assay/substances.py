"""What can be put into a well, and in which unit the model wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trialkine.assay.well_model import single_value
from trialkine.errors import InputError
from trialkine.units import conversion


@dataclass(frozen=True)
class Substance:
    """A stimulus or a blocker; `molar_mass` names the record that turns mass into amount, if there is one."""

    name: str
    title: str
    parameter: str
    unit: str
    is_blocker: bool = False
    molar_mass: str = ""

    def amount(self, value: float, unit: str) -> float:
        """A concentration in the model's unit.

        Raises: InputError, when the unit measures something else.
        """
        try:
            return value * conversion(unit, self.unit)
        except InputError as error:
            if not self.molar_mass:
                raise InputError(
                    f"{self.title} is given in '{self.unit}' or the like, not in '{unit}'."
                ) from error
        try:
            mass = value * conversion(unit, "g/L")
        except InputError:
            raise InputError(f"{self.title} is given in 'nmol/L' or 'ug/mL', not in '{unit}'.") from None
        return mass / single_value(self.molar_mass) * conversion("mol/L", self.unit) * conversion("g", "kg")


_ALL = (
    Substance("imp321", "IMP321", "imp321_concentration", "nmol/L", molar_mass="imp321_molar_mass"),
    Substance("cd4ig", "CD4Ig", "cd4ig_concentration", "nmol/L"),
    Substance("tlr_agonist", "TLR agonist", "tlr_agonist_concentration", "ng/mL"),
    Substance("anti_il10", "anti-IL-10", "anti_il10_concentration", "ug/mL", is_blocker=True),
)
SUBSTANCES: Mapping[str, Substance] = MappingProxyType({substance.name: substance for substance in _ALL})
STIMULI = tuple(name for name, substance in SUBSTANCES.items() if not substance.is_blocker)
BLOCKERS = tuple(name for name, substance in SUBSTANCES.items() if substance.is_blocker)
