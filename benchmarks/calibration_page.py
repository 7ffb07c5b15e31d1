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

import numpy as np

from trialkine.calibration.design import VARIANT
from trialkine.calibration.ensemble_file import read_ensemble
from trialkine.calibration.quantities import calibrated_quantities
from trialkine.calibration.unknowns import CLASS_SPREAD
from trialkine.population.ensemble import OF_STRUCTURE, ParameterEnsemble

PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
START, END = "<!-- what the calibration found -->", "<!-- end of what it found -->"
NOT_MOVED, MOVED = "| open |", " moved |"
MOST_APART = 3


def written(findings: str, record: dict[str, Any], members: ParameterEnsemble) -> str:
    """The part between the marks."""
    sizes = record["sizes"]
    lines = [line.removesuffix(MOVED) for line in findings.splitlines() if not line.endswith(NOT_MOVED)]
    head_at = next(place for place, line in enumerate(lines) if line.startswith("| number | prior"))
    lines[head_at] = lines[head_at].removesuffix(" |")
    lines[head_at + 1] = lines[head_at + 1].removesuffix("---|")
    head = [
        f"Made with `{record['command']}`, hash {record['hash']}: {sizes['waves']} waves of "
        f"{sizes['points']} points and {sizes['patients']} patients at each, {record['seconds'] / 60:.0f} "
        f"minutes with {record['workers']} processes on the machine that made it. "
        "`calibration/shipped/record.json` has the rest.",
        "",
        *in_short(members),
        "",
        "Numbers that the data did not move are left out of the table.",
        "",
    ]
    body = [f"#{line}" if line.startswith("## ") else line for line in lines[2:]]
    return "\n".join([*head, *body]).rstrip() + "\n"


def in_short(members: ParameterEnsemble) -> list[str]:
    """What the members say in sentences."""
    low, high = np.exp(np.quantile(column(members, CLASS_SPREAD), [0.05, 0.95]))
    has_variant = column(members, f"{OF_STRUCTURE}{VARIANT}") > 0.0
    apart = []
    for one in calibrated_quantities():
        values = column(members, one.name)
        usual, variant = (
            one.score(values[~has_variant]).mean(),
            one.score(values[has_variant], VARIANT).mean(),
        )
        if one.variant is None:
            apart.append((abs(usual - variant), f"`{one.name}` ({usual:+.1f} and {variant:+.1f})"))
    most = [words for _, words in sorted(apart, reverse=True)[:MOST_APART]]
    growth = column(members, "renal_cell:tumour_growth_rate.sd")
    spreads = [np.quantile(growth[own], [0.05, 0.95]) for own in (~has_variant, has_variant)]
    return [
        f"- The mechanism typically misses the responses to a class of agents by a factor of {low:.1f} to "
        f"{high:.1f} in their odds (`{CLASS_SPREAD}`); offsets mend that for classes that were seen.",
        "- Both structures fit. What differs most between them, in standard deviations of the prior (usual "
        f"equations, then with `{VARIANT}`): {', '.join(most)}.",
        "- The data ask for the spread of growth in renal cell carcinoma that no physiology explains: "
        f"{spreads[0][0]:.1f} to {spreads[0][1]:.1f} with the usual equations, {spreads[1][0]:.1f} to "
        f"{spreads[1][1]:.1f} with the variant, from a prior of 0.5 to 1.9 around 1.0 (1.7 before).",
    ]


def column(members: ParameterEnsemble, name: str) -> np.ndarray:
    """One number of every member."""
    return np.asarray(members.values[:, members.names.index(name)])


def main(folder: Path) -> None:
    """Rewrite the page."""
    record = json.loads((folder / "record.json").read_text("utf-8"))
    text = PAGE.read_text("utf-8")
    before, rest = text.split(START)
    _, after = rest.split(END)
    members = read_ensemble(folder).members
    found = written((folder / "findings.md").read_text("utf-8"), record, members)
    PAGE.write_text(f"{before}{START}\n\n{found}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
