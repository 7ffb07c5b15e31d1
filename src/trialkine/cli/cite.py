"""`trialkine cite`: how to name the program in a paper."""

from __future__ import annotations

import typer


def cite() -> None:
    """Print how to cite trialkine."""
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
    typer.echo("Cite the published trials and measurements too: every report lists the ones it rests on.")
