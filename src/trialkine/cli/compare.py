"""`trialkine compare`: arms of finished runs side by side."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from trialkine.report.comparison.compare import ArmComparison


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN...", help="Folders that 'trialkine run --out DIR' wrote.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Also write compare.html, compare.json, figures and every pair of outcomes here; "
            "the folder must be new or empty.",
            show_default=False,
        ),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            "--reference",
            metavar="NAME",
            help="The arm that the others are compared with, as ARM or RUN/ARM. Default: the first.",
            show_default=False,
        ),
    ] = None,
    endpoint: Annotated[
        str,
        typer.Option("--endpoint", metavar="os|pfs", help="Overall or progression-free survival."),
    ] = "os",
    landmark: Annotated[
        str | None,
        typer.Option(
            "--landmark",
            metavar="TIME",
            help="When survival is read off the curves, such as '24 months'. Default: 12 months.",
            show_default=False,
        ),
    ] = None,
    tau: Annotated[
        str | None,
        typer.Option(
            "--tau",
            metavar="TIME",
            help="Up to when mean times are restricted, such as '36 months'. "
            "Default: the shortest last follow-up of the arms.",
            show_default=False,
        ),
    ] = None,
    level: Annotated[float, typer.Option("--level", metavar="L", help="Level of the intervals.")] = 0.95,
) -> None:
    """Compare the arms of finished runs: hazard ratios, mean times, responses, numbers needed to treat.

    Arms that hold the same virtual patients, in one run or in several with the same seed, are compared
    within patients: who fares better under which arm. Other arms are compared as randomised groups are.
    """
    from trialkine.report.comparison.collect import collect_runs
    from trialkine.report.comparison.compare import compare_arms
    from trialkine.report.comparison.question import question
    from trialkine.report.run_folder import check_output_folder

    asked = question(endpoint, landmark, tau, level)
    if out is not None:
        check_output_folder(out)
    found = compare_arms(collect_runs(runs), asked, reference)
    if out is not None:
        from trialkine.report.comparison.folder import write_comparison_folder

        options = {"--reference": reference, "--landmark": landmark, "--tau": tau}
        write_comparison_folder(found, out, _command(runs, endpoint, level, options))
    _show(found)
    if out is not None:
        print(f"Page: {out / 'compare.html'}")


def _show(found: ArmComparison) -> None:
    from trialkine.cli.comparison_table import print_comparison

    print_comparison(found, sys.stdout)


def _command(runs: list[Path], endpoint: str, level: float, options: dict[str, str | None]) -> str:
    """The command that gives this comparison again, by the folders' names alone."""
    words = ["trialkine", "compare", *(run.resolve().name for run in runs)]
    for name, value in options.items():
        words += [] if value is None else [name, value]
    words += [] if endpoint == "os" else ["--endpoint", endpoint]
    words += [] if level == 0.95 else ["--level", f"{level:g}"]
    return shlex.join(words)
