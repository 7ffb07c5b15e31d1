"""trialkine: clinical trials of cancer immunotherapy, run before they are run. Not for treating patients."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialkine.api import Comparison, Trial, compare, core_model, ensemble, operating_characteristics, run
    from trialkine.biomarker_study.api import Biomarkers, biomarkers
    from trialkine.diseases.disease import load_disease
    from trialkine.errors import InputError, ModelError, SimulationError, TrialkineError
    from trialkine.interchange.sbml_export import export_sbml
    from trialkine.interchange.sbml_import import read_sbml
    from trialkine.model.compose import compose
    from trialkine.optimisation.search import optimise
    from trialkine.published_models.catalogue import published_model
    from trialkine.trial.protocol import Protocol

__all__ = [
    "Biomarkers",
    "Comparison",
    "InputError",
    "ModelError",
    "Protocol",
    "SimulationError",
    "Trial",
    "TrialkineError",
    "__version__",
    "biomarkers",
    "compare",
    "compose",
    "core_model",
    "ensemble",
    "export_sbml",
    "load_disease",
    "operating_characteristics",
    "optimise",
    "published_model",
    "read_sbml",
    "run",
]

# Where each public name lives; loaded on first use, so that importing trialkine costs nothing.
_HOMES = {
    "Biomarkers": "trialkine.biomarker_study.api",
    "Comparison": "trialkine.api",
    "InputError": "trialkine.errors",
    "ModelError": "trialkine.errors",
    "Protocol": "trialkine.trial.protocol",
    "SimulationError": "trialkine.errors",
    "Trial": "trialkine.api",
    "TrialkineError": "trialkine.errors",
    "biomarkers": "trialkine.biomarker_study.api",
    "compare": "trialkine.api",
    "compose": "trialkine.model.compose",
    "ensemble": "trialkine.api",
    "export_sbml": "trialkine.interchange.sbml_export",
    "load_disease": "trialkine.diseases.disease",
    "core_model": "trialkine.api",
    "operating_characteristics": "trialkine.api",
    "optimise": "trialkine.optimisation.search",
    "published_model": "trialkine.published_models.catalogue",
    "read_sbml": "trialkine.interchange.sbml_import",
    "run": "trialkine.api",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("trialkine")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'trialkine' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
