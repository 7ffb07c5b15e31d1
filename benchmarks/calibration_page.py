"""Writes the part of docs/calibration.md that tells what a calibration found.

    trialkine calibrate --out calibration-run
    python benchmarks/calibration_page.py calibration-run

It takes the findings as they are, but for numbers that the data did not move, and puts the command, the
sizes and the time before them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
START, END = "<!-- what the calibration found -->", "<!-- end of what it found -->"
NOT_MOVED = "| open |"


def written(findings: str, record: dict[str, Any]) -> str:
    """The part between the marks."""
    sizes = record["sizes"]
    lines = [line for line in findings.splitlines() if not line.endswith(NOT_MOVED)]
    head = [
        f"Made with `{record['command']}`, hash {record['hash']}: {sizes['waves']} waves of "
        f"{sizes['points']} points and {sizes['patients']} patients at each, {record['seconds'] / 60:.0f} "
        f"minutes with {record['workers']} processes on the machine that made it. "
        "`calibration/shipped/record.json` has the rest.",
        "",
        "Numbers that the data did not move are left out of the table.",
        "",
    ]
    body = [f"#{line}" if line.startswith("## ") else line for line in lines[2:]]
    return "\n".join([*head, *body]).rstrip() + "\n"


def main(folder: Path) -> None:
    """Rewrite the page."""
    record = json.loads((folder / "record.json").read_text("utf-8"))
    text = PAGE.read_text("utf-8")
    before, rest = text.split(START)
    _, after = rest.split(END)
    found = written((folder / "findings.md").read_text("utf-8"), record)
    PAGE.write_text(f"{before}{START}\n\n{found}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
