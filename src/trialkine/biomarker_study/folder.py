"""Writes the folder of a study of biomarkers: complete under its name, or not there at all."""

from __future__ import annotations

from pathlib import Path

from trialkine.biomarker_study.figures import draw_biomarker_figures
from trialkine.biomarker_study.page import biomarker_page
from trialkine.biomarker_study.run import BiomarkerStudy
from trialkine.biomarker_study.study_json import study_text
from trialkine.report.manifest import manifest_text, provenance
from trialkine.report.run_folder import write_whole

PAGE, NUMBERS = "biomarkers.html", "biomarkers.json"


def write_study_folder(study: BiomarkerStudy, folder: Path, *, protocol_text: str, command: str = "") -> Path:
    """Writes page, numbers, figures, the protocol as read and a manifest, and returns the folder.

    Raises: InputError, when the folder is taken or cannot be written; nothing is left behind then.
    """
    return write_whole(folder, lambda part: _fill(part, study, protocol_text, command))


def _fill(folder: Path, study: BiomarkerStudy, protocol_text: str, command: str) -> None:
    figures = draw_biomarker_figures(study)
    _write(folder / "protocol.yaml", protocol_text)
    _write(folder / NUMBERS, study_text(study))
    (folder / "figures").mkdir()
    for name, figure in figures.items():
        _write(folder / "figures" / f"{name}.svg", figure.document)
    facts = provenance(study.result, protocol_text, command)
    _write(folder / PAGE, biomarker_page(study, figures, facts))
    _write(folder / "manifest.json", manifest_text(study.result, folder, protocol_text, command))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
