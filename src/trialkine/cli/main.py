"""The `trialkine` command: its sub-commands, and how each kind of failure ends.

Exit codes: 0 done, 1 ran but found a problem or nobody reads the output, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from trialkine.cli.assay import assay
from trialkine.cli.biomarkers import biomarkers
from trialkine.cli.calibrate import calibrate
from trialkine.cli.check import check
from trialkine.cli.cite import cite
from trialkine.cli.claims import claims
from trialkine.cli.compare import compare
from trialkine.cli.confirm import confirm
from trialkine.cli.design import design
from trialkine.cli.export import export
from trialkine.cli.import_model import import_model
from trialkine.cli.match import match
from trialkine.cli.optimise import optimise
from trialkine.cli.run import run
from trialkine.cli.schema import schema
from trialkine.cli.validate import validate
from trialkine.errors import InputError, TrialkineError

INTERRUPTED = 130
OUTPUT_CLOSED = 1  # the option parser ends so too

app = typer.Typer(
    name="trialkine",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"trialkine {version('trialkine')}")
        raise typer.Exit


@app.callback()
def _trialkine(
    is_version_wanted: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop."),
    ] = False,
) -> None:
    """Run clinical trials of cancer immunotherapy in silico, before you run them.

    Write down a trial as a protocol file: arms, doses, schedules, visits, response criteria. trialkine
    simulates its patients one by one and reports what a trial reports. Begin with

        trialkine run examples/il2-then-temozolomide-melanoma.yaml

    Not for treating patients: every result is simulated.
    """


for _command in (
    run,
    compare,
    optimise,
    validate,
    calibrate,
    match,
    confirm,
    assay,
    biomarkers,
    claims,
    check,
    export,
    schema,
    cite,
):
    app.command()(_command)
app.command("import")(import_model)
app.add_typer(design)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code."""
    try:
        code = app(args=list(sys.argv[1:] if arguments is None else arguments), standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:  # the option parser turns Ctrl-C into this
            return _interrupted()
    except InputError as error:
        return _fail(error, 2)
    except TrialkineError as error:
        return _fail(error, 1)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except BrokenPipeError:
        # Whatever else Python flushes at exit must not raise a second time.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUTPUT_CLOSED
    except Exception as error:
        if not hasattr(error, "format_message"):  # every complaint of the option parser has one
            raise
        return _show_usage_error(error)
    return code if isinstance(code, int) else 0


def _interrupted() -> int:
    print("\nInterrupted. Nothing was written; run the same command again to start over.", file=sys.stderr)
    return INTERRUPTED


def _fail(error: TrialkineError, code: int) -> int:
    print(f"trialkine: {error}", file=sys.stderr)
    return code


def _show_usage_error(error: BaseException) -> int:
    """A misspelt command or option, in the words of the option parser."""
    context = getattr(error, "ctx", None)
    said = error.format_message() if hasattr(error, "format_message") else str(error)
    if said:
        print(f"trialkine: {said}", file=sys.stderr)
    if context is not None:
        print(f"Try '{context.command_path} --help'.", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
