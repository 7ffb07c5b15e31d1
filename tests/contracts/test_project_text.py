"""What is under version control: no words that do not belong there, sizes, pins, the README's commands."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LARGEST_FILE = 2**20
LONGEST_FILE = 500  # lines
PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==\d[A-Za-z0-9.!+]*")
LOCK_FILE = re.compile(r"(^|[-._])lock([-._]|$)", re.IGNORECASE)

# A letter in brackets keeps a pattern from finding itself.
FORBIDDEN = {
    "the host of a package registry": (
        r"[p]ypi\.(org|io)|[p]ythonhosted|[n]pmjs|[a]naconda\.(org|com)|[c]onda-forge|[c]ran\.r-project|"
        r"[c]rates\.io|[r]ubygems|[i]ndex-url"
    ),
    "a path of somebody's machine": (
        r"(?<![\w.~/-])/([w]ork|[t]mp|[o]pt|[h]ome|[r]oot|[U]sers|[m]nt)/|\b[C]:\\"
    ),
    "how the text came about": (
        r"\b([c]laude|[a]nthropic|[o]penai|[c]hat ?gpt|[g]pt-?\d|[c]opilot|[g]emini|[l]lms?|"
        r"[l]anguage models?|[a]i[- ]assistants?|[c]oding assistants?|"
        r"[a]s an ai|[a]i[- ]generated|[p]rompts?|[s]ub-?agents?)\b"
    ),
    "a note to oneself": r"\b([T]ODO|[F]IXME|[X]XX|[H]ACK)\b",
}


def tracked_files() -> list[Path]:
    """Every file under version control that is there."""
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def faults(text: str) -> list[str]:
    """What of a text does not belong in the project."""
    return [
        f"{number}: {about}: {found[0]!r}"
        for number, line in enumerate(text.splitlines(), 1)
        for about, pattern in FORBIDDEN.items()
        if (found := re.search(pattern, line, flags=re.IGNORECASE if "note" not in about else 0))
    ]


def test_no_file_holds_words_that_do_not_belong_there() -> None:
    found = {}
    for path in tracked_files():
        try:
            lines = faults(path.read_text("utf-8"))
        except UnicodeDecodeError:
            continue
        if lines:
            found[str(path.relative_to(ROOT))] = lines
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "https://" + "py" + "pi.org/x",
        "see /" + "tmp/x",
        "a TO" + "DO",
        "a large lang" + "uage model",
        "C" + r":\x",
    ],
)
def test_what_does_not_belong_would_be_found(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize(
    "text", ["llvmlite", "usr/local/tmp", "promptly", "https://doi.org/10.1/opt/x", "agents"]
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert faults(text) == []


def test_no_file_is_larger_than_a_mebibyte() -> None:
    assert [path.name for path in tracked_files() if path.stat().st_size > LARGEST_FILE] == []


def test_there_are_no_lock_files() -> None:
    assert [path.name for path in tracked_files() if LOCK_FILE.search(path.name)] == []
    assert all(map(LOCK_FILE.search, ("uv.lock", "package-lock.json", "conda-lock.yml")))


@pytest.mark.parametrize("path", python_files("src"), ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_no_python_file_is_longer_than_one_idea() -> None:
    lines = {path: len(path.read_text("utf-8").splitlines()) for path in python_files("src", "tests")}
    assert {str(path.relative_to(ROOT)): n for path, n in lines.items() if n > LONGEST_FILE} == {}


# -- pins and commands ------------------------------------------------------------------------------


def settings() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_constraints_are_plain_pins() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not PIN.fullmatch(line)] == []
    names = [canonicalize_name(line.split("==")[0]) for line in lines]
    assert len(names) == len(set(names))
    assert "trialkine" not in names


def test_constraints_pin_every_dependency_within_what_the_package_asks_for() -> None:
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines())
    versions = {canonicalize_name(name): version for name, version in pins.items()}
    project = settings()
    for text in (*project["dependencies"], *project["optional-dependencies"]["test"]):
        wanted = Requirement(text)
        assert versions[canonicalize_name(wanted.name)] in wanted.specifier, text


def readme_commands() -> list[str]:
    """The lines of the README's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_the_readme_sets_up_with_one_command_each_for_the_main_job_and_the_tests() -> None:
    setup = [line for line in readme_commands() if "python3 -m venv" in line]
    assert ["trialkine run" in line for line in setup] == [True, False]
    assert "pytest" in setup[1]


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    (command,) = [line for line in readme_commands() if "/pytest" in line and "venv" in line]
    assert command in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_the_citation_file_agrees_with_the_package_and_its_cite_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from trialkine.cli.main import main

    text = (ROOT / "CITATION.cff").read_text("utf-8")
    stated = dict(re.findall(r'^(title|version|license): "?(.*?)"?$', text, flags=re.MULTILINE))
    assert (stated["version"], stated["license"]) == (settings()["version"], settings()["license"])
    main(["cite"])
    assert stated["title"] in capsys.readouterr().out


def test_the_change_log_names_the_changes_to_come_and_the_numbers() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    coming = text.split("## [Unreleased]")[1].split("\n## [")[0]
    assert "### Added" in coming
    assert "### Numbers" in coming
