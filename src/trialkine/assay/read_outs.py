"""What can be read from a well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from trialkine.assay.well_model import member_value


@dataclass(frozen=True)
class ReadOut:
    """One read-out: a model quantity, counted as positive cells or measured as a level in the medium."""

    name: str
    title: str
    short: str
    unit: str
    is_counted: bool = True
    needs_presenting_cells: bool = False

    @property
    def factor(self) -> float:
        """From the model's number to the printed one."""
        return 100.0 if self.is_counted else 1.0

    @property
    def events(self) -> int:
        """Cells of the kind counted in one well."""
        return round(member_value("events_counted", self.name))

    @property
    def background(self) -> float:
        """Positive share without a stimulus in the median donor."""
        return member_value("background_share", self.name)


_ALL = (
    ReadOut(
        "presenting_cell_cytokines", "IMP321-binding cells with TNF-α or CCL4",
        "presenting cells", "%", needs_presenting_cells=True,
    ),
    ReadOut(
        "monocyte_cytokines", "Monocytes with TNF-α or CCL4", "monocytes", "%", needs_presenting_cells=True
    ),
    ReadOut("cd8_type_1", "CD8 T cells with IFN-γ or TNF-α", "CD8 T cells", "%"),
    ReadOut(
        "natural_killer_type_1", "NK cells with IFN-γ or TNF-α", "NK cells", "%", needs_presenting_cells=True
    ),
    ReadOut("interleukin_10", "IL-10 in the medium", "IL-10", "ng/mL", is_counted=False),
)  # fmt: skip
READ_OUTS: Mapping[str, ReadOut] = MappingProxyType({read_out.name: read_out for read_out in _ALL})
