"""An SBML document as Antimony, the notation that people read."""

from __future__ import annotations

from trialkine.errors import InputError
from trialkine.interchange.sbml_library import antimony_library
from trialkine.interchange.sbml_notes import WARNING


def antimony_text(sbml: str) -> str:
    """The Antimony text of an SBML document.

    Raises: InputError, when antimony is not installed or cannot read the document.
    """
    library = antimony_library()
    library.clearPreviousLoads()
    if library.loadSBMLString(sbml) < 0:
        raise InputError(f"The SBML document cannot be turned into Antimony: {library.getLastError()}")
    text = str(library.getAntimonyString(library.getMainModuleName()))
    library.clearPreviousLoads()
    return f"// {WARNING}\n{text}"
