"""ARCHITECTURE.md tells the truth: its paths and names exist, and it describes every room."""

from __future__ import annotations

import importlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "trialkine"
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
QUOTED = sorted({text for text in re.findall(r"`([^`\n]+)`", PAGE) if " " not in text})
FILE_ENDINGS = (".py", ".toml", ".md", ".yaml", ".json")


def rooms_on_disk() -> set[str]:
    folders = {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    files = {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py"}
    return folders | files


def rooms_described() -> list[str]:
    """The first cells of the table of rooms, from top to bottom."""
    table = PAGE.split("## Rooms")[1].split("## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, flags=re.MULTILINE)


def is_path(text: str) -> bool:
    return "/" in text or (text.endswith(FILE_ENDINGS) and text != "summary.json")


def is_name(text: str) -> bool:
    return re.fullmatch(r"\w+(\.\w+)+", text) is not None and not is_path(text) and text != "summary.json"


def find(dotted: str) -> object:
    """What a dotted name stands for, counted from the package.

    Raises: AttributeError or ModuleNotFoundError, when there is nothing.
    """
    found: object = importlib.import_module("trialkine")
    path = "trialkine"
    for part in dotted.split("."):
        path = f"{path}.{part}"
        try:
            found = importlib.import_module(path)
        except ModuleNotFoundError as missing:
            if missing.name != path and not path.startswith(f"{missing.name}."):
                raise
            found = getattr(found, part)
    return found


@pytest.mark.parametrize("path", [text for text in QUOTED if is_path(text)])
def test_every_path_in_the_page_exists(path: str) -> None:
    assert (ROOT / path).exists() or (PACKAGE / path).exists()


@pytest.mark.parametrize(
    "page", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]), ids=lambda page: page.name
)
def test_every_path_that_another_page_names_exists(page: Path) -> None:
    named = re.findall(r"`((?:src|tests|docs|examples|benchmarks)/[^` ]*)`", page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", [text for text in QUOTED if is_name(text)])
def test_every_dotted_name_in_the_page_exists(name: str) -> None:
    assert find(name) is not None


def test_the_page_is_read_as_meant() -> None:
    assert sum(map(is_path, QUOTED)) > 40
    assert sum(map(is_name, QUOTED)) > 40
    with pytest.raises(AttributeError):
        find("study.run_protocols")
    with pytest.raises(AttributeError):
        find("studies.run_protocol")


def test_every_room_is_described_and_every_described_room_is_there() -> None:
    assert sorted(rooms_described()) == sorted(rooms_on_disk())


def test_the_rooms_stand_in_the_order_in_which_they_may_import() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    level = {
        room.strip().removeprefix("trialkine."): number
        for number, layer in enumerate(contract["layers"])
        for room in layer.split("|")
    }
    described = [level[room.removesuffix("/").removesuffix(".py")] for room in rooms_described()]
    assert described == sorted(described)
