"""`trialkine cite`: how to name the program in a paper, and the references that a protocol rests on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from trialkine.report.references import References


def cite(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A protocol file (YAML).", show_default=False),
    ] = None,
) -> None:
    """Print how to cite trialkine and, with a protocol file, the references it rests on.

    References stand where they come in: the protocol's own, each agent, the mechanisms, the disease and its
    patients, the measurement of tumours, the grades of toxicity. The facts of pharmacology on which its
    numbers rest follow, and the numbers that nobody has measured. Nothing is simulated.
    """
    if file is None:
        _print_program()
        return
    from trialkine.report.references import references_of
    from trialkine.trial.protocol import Protocol

    protocol = Protocol.read(file)
    typer.echo(protocol.title)
    _print_references(references_of(protocol))
    typer.echo("")
    _print_program()


def _print_references(references: References) -> None:
    for heading, found in references.groups.items():
        typer.echo("")
        typer.echo(f"{heading}:")
        for source in found:
            more = f" ({source.identifiers})" if source.identifiers else ""
            link = f" {source.link}" if source.link and not more else ""
            key = f"[{source.key}] " if source.key else ""
            typer.echo(f"  {key}{' '.join(source.citation.split())}{more}{link}")
    if references.facts:
        typer.echo("")
        typer.echo(f"Its numbers rest on these {len(references.facts)} facts of pharmacology:")
        for fact in references.facts:
            typer.echo(f"  [{fact.id}] {fact.summary} ({fact.citation})")
    typer.echo("")
    typer.echo(f"Evidence: {references.evidence}")
    if references.assumed:
        typer.echo("")
        typer.echo(
            f"Nobody has measured these {len(references.assumed)} numbers, on which its outcomes hang:"
        )
        for row in references.assumed:
            unit = "" if row.unit == "1" else f" {row.unit}"
            typer.echo(f"  {row.name}{unit}: {row.value}")


def _print_program() -> None:
    from importlib.metadata import version

    release = version("trialkine")
    typer.echo(
        "The trialkine developers. trialkine: clinical trials of cancer immunotherapy in silico. "
        f"Version {release}."
    )
    typer.echo("")
    typer.echo("@software{trialkine,")
    typer.echo("  author  = {{The trialkine developers}},")
    typer.echo("  title   = {trialkine: clinical trials of cancer immunotherapy in silico},")
    typer.echo(f"  version = {{{release}}}")
    typer.echo("}")
    typer.echo("")
    typer.echo(
        "Cite the published trials and measurements too: `trialkine cite FILE` lists a protocol's, and every"
    )
    typer.echo("report the ones it rests on.")
