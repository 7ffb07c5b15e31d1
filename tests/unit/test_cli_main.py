"""The command line as a whole: quick, and every ending has its exit code and one sentence."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from trialkine.cli import main as command_line
from trialkine.cli.main import main
from trialkine.errors import InputError, SimulationError

HEAVY = ("numpy", "scipy", "polars", "matplotlib", "pydantic", "numba", "pint", "jinja2", "ruamel")


def in_a_new_process(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_loads_none_of_the_heavy_packages(arguments: list[str]) -> None:
    code = (
        "import sys; from trialkine.cli.main import main; "
        f"code = main({arguments!r}); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], code, file=sys.stderr)"
    )
    assert in_a_new_process(code).stderr.strip() == "[] 0"


def test_help_of_a_command_loads_nothing_heavy_but_what_the_option_parser_needs() -> None:
    code = (
        "import sys; from trialkine.cli.main import main; main(['run', '--help']); "
        f"print([name for name in {HEAVY!r} if name in sys.modules and name != 'pydantic'], file=sys.stderr)"
    )
    assert in_a_new_process(code).stderr.strip() == "[]"


def test_help_reads_as_for_a_stranger(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for command in ("run", "check", "schema", "cite"):
        assert f"\n  {command} " in said
    assert "trialkine run examples/il2-then-temozolomide-melanoma.yaml" in said


def test_no_arguments_at_all_show_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    captured = capsys.readouterr()
    assert "Commands:" in captured.out + captured.err


def test_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"trialkine {version('trialkine')}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnu"], "run"),
        (["run"], "FILE"),
        (["run", "--sed", "3", "x.yaml"], "--seed"),
        (["run", "--trials", "many", "x.yaml"], "--trials"),
    ],
)
def test_misspelt_commands_and_options_are_bad_input(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError("The dose is wrong."), 2, "trialkine: The dose is wrong.\n"),
        (SimulationError("Too many failed."), 1, "trialkine: Too many failed.\n"),
        (
            KeyboardInterrupt(),
            130,
            "\nInterrupted. Nothing was written; run the same command again to start over.\n",
        ),
    ],
)
def test_every_ending_has_its_exit_code_and_sentence(
    error: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(command_line, "app", fail)
    assert main(["anything"]) == code
    assert capsys.readouterr().err == said


def test_an_error_nobody_foresaw_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(command_line, "app", fail)
    with pytest.raises(ZeroDivisionError):
        main(["anything"])


def test_a_reader_that_goes_away_ends_the_program_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    code = "import sys; from trialkine.cli.main import main; sys.exit(main(['schema']))"
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (1, "")


def test_cite_names_the_version_and_an_entry_for_a_bibliography(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    assert main(["cite"]) == 0
    said = capsys.readouterr().out
    assert f"Version {version('trialkine')}." in said
    assert "@software{trialkine," in said
