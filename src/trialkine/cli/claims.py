"""`trialkine claims`: judge the claims that the project started from, and write their page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from trialkine.cli.options import (
    LARGEST_SEED,
    STANDARD_OUTPUT,
    Jobs,
    Seed,
    json_option,
    json_target,
    whole_number,
    write_json,
)
from trialkine.cli.progress import shown_progress
from trialkine.errors import InputError

if TYPE_CHECKING:
    from trialkine.claims.evaluate import Evaluation
    from trialkine.claims.record import Catalogue

WIDTH_WITHOUT_TERMINAL = 110


def claims(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            help="Claims such as B3, run however long they take, or letters of texts such as B, "
            "of which only fast simulations run. Default: every text.",
            show_default=False,
        ),
    ] = None,
    with_slow: Annotated[bool, typer.Option("--all", help="Run every slow simulation too.")] = False,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Folder for claims.html; an older page in it is replaced."),
    ] = Path("claims-run"),
    markdown: Annotated[
        Path | None,
        typer.Option(
            "--markdown", metavar="FILE", help="Also write the page as Markdown here.", show_default=False
        ),
    ] = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    json: Annotated[str | None, json_option("the verdicts as JSON")] = None,
) -> int:
    """Judge the claims of the founding texts by simulation.

    Each claim is a record that names an example, a measured quantity and a rule. The verdicts are
    reproduced, contradicted, undecided (the interval lies on both sides) and not testable, with the
    figures and the reasons on one page, claims.html. Claims that share an example share its simulation.
    Exits with 1 only when a run failed.
    """
    whole_number("--seed", seed, 0, LARGEST_SEED)
    if jobs is not None:
        whole_number("--jobs", jobs, 1, 1024)
    target = json_target(json) if json is not None else None

    from trialkine.claims.catalogue import catalogue, choose, slow_by_name
    from trialkine.claims.evaluate import evaluate

    found = catalogue()
    chosen = choose(found, ids or [])
    slow = slow_by_name(found, ids or [])
    folder = _folder(out)
    if slow:
        print(f"{', '.join(slow)}: slow simulations, which take minutes each.", file=sys.stderr)
    with shown_progress("Judging claims") as progress:
        evaluation = evaluate(
            found, chosen, with_slow=with_slow, slow_for=slow, seed=seed, jobs=jobs, progress=progress
        )
    _write(found, evaluation, folder, markdown, target)
    return 1 if evaluation.has_failed else 0


def _folder(out: Path) -> Path:
    """The output folder, made before minutes are spent.

    Raises: InputError, when it cannot be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The output '{out}' is no folder: {error.strerror}. Choose another with '--out'."
        ) from error
    return out


def _write(
    found: Catalogue, evaluation: Evaluation, folder: Path, markdown: Path | None, target: str | None
) -> None:
    from importlib.metadata import version

    from trialkine.claims.markdown import claims_markdown
    from trialkine.claims.page import claims_page
    from trialkine.claims.summary_json import claims_text

    release = version("trialkine")
    texts = {folder / "claims.html": claims_page(found, evaluation, release)}
    if markdown is not None:
        texts[markdown] = claims_markdown(found, evaluation, release)
    for path, text in texts.items():
        try:
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise InputError(
                f"'{path}' cannot be written: {error.strerror}. Choose another place."
            ) from error
    if target is not None:
        write_json(target, claims_text(evaluation))
    stream = sys.stderr if target == STANDARD_OUTPUT else sys.stdout
    print_verdicts(evaluation, stream)
    print(f"Page: {folder / 'claims.html'}", file=stream)


def print_verdicts(evaluation: Evaluation, stream: TextIO) -> None:
    """Print one row per claim with one figure a line, then how many ended with each verdict."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from trialkine.claims.page import headline
    from trialkine.report.words import BANNER

    width = None if stream.isatty() else WIDTH_WITHOUT_TERMINAL
    console = Console(file=stream, width=width, highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column, is_bold in (("Claim", True), ("Verdict", False), ("Figures, or why there are none", False)):
        table.add_column(column, style="bold" if is_bold else None)
    for each in evaluation.judged:
        figures = "\n".join(
            f"{finding.found} [{finding.expected}]" for finding in each.findings if finding.found
        )
        table.add_row(Text(each.claim.id), Text(each.verdict.value), Text(figures or each.why))
    console.print(table)
    console.print()
    console.print(Text(headline(evaluation) + "."))
    console.print(Text(BANNER, style="bold"))
