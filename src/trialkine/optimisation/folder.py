"""Writes a search's folder: page, JSON, figure and protocol, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from trialkine.optimisation.findings import Optimisation
from trialkine.optimisation.findings_json import findings_text
from trialkine.optimisation.front_figure import NAME, front_figure
from trialkine.optimisation.page import findings_page
from trialkine.report.figures.style import svg_document
from trialkine.report.run_folder import write_whole

PAGE, RECORD = "optimisation.html", "optimisation.json"


def write_findings(found: Optimisation, folder: Path, protocol_text: str, command: str = "") -> Path:
    """Write the folder and return it.

    Raises: InputError, when the folder is taken or cannot be written; nothing is left behind then.
    """
    texts = {
        PAGE: findings_page(found, command),
        RECORD: findings_text(found, command),
        f"{NAME}.svg": svg_document(front_figure(found), NAME),
        "protocol.yaml": protocol_text,
    }

    def fill(part: Path) -> None:
        for name, text in texts.items():
            (part / name).write_text(text, encoding="utf-8", newline="\n")

    return write_whole(folder, fill)
