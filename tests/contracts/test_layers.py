"""Imports point down the layers that `pyproject.toml` lists, and no room stands outside them."""

from __future__ import annotations

import contextlib
import io
import tomllib
from pathlib import Path

import grimp
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "trialkine"


def layers() -> list[list[str]]:
    """The rooms of each layer, the highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    return [[room.strip() for room in layer.split("|")] for layer in contract["layers"]]


def test_no_room_imports_a_room_above_it() -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, said.getvalue()


def test_every_room_has_its_place_among_the_layers() -> None:
    listed = sorted(room.removeprefix("trialkine.") for layer in layers() for room in layer)
    folders = [path.parent.name for path in PACKAGE.glob("*/__init__.py")]
    files = [path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__"]
    assert listed == sorted(folders + files)


def test_an_import_that_points_up_would_be_found() -> None:
    graph = grimp.build_graph("trialkine", cache_dir=None)
    order = [grimp.Layer(*layer, independent=True) for layer in layers()]
    before = graph.find_illegal_dependencies_for_layers(layers=order)
    graph.add_import(importer="trialkine.units", imported="trialkine.study")
    found = graph.find_illegal_dependencies_for_layers(layers=order) - before
    assert ("trialkine.units", "trialkine.study") in {(each.importer, each.imported) for each in found}
