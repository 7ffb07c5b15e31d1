"""Every citation key that any data file of the package names is in the catalogue of sources."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import trialkine
from trialkine.evidence.sources import sources


def cited(value: object) -> Iterator[str]:
    """Every text under a key 'source', at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "source" and isinstance(inner, str):
                yield inner
            else:
                yield from cited(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from cited(inner)


def test_every_cited_key_of_every_data_file_is_in_the_catalogue() -> None:
    unknown, seen = {}, 0
    for path in sorted(Path(trialkine.__path__[0]).rglob("*.toml")):
        if path.parent.name == "sources":
            continue
        tables = tomllib.loads(path.read_text("utf-8"))
        tables.pop("flows", None)  # the source of a flow is a state
        known = {*sources(), *tables.pop("sources", {})}
        keys = set(cited(tables)) | set(tables.get("literature", ()))
        seen += len(keys)
        if keys - known:
            unknown[path.name] = sorted(keys - known)
    assert seen > 20
    assert unknown == {}


def test_the_files_of_published_models_are_among_those_read() -> None:
    room = Path(trialkine.__path__[0]) / "published_models"
    for path in room.glob("*.toml"):
        assert len(set(cited(tomllib.loads(path.read_text("utf-8"))["parameters"]))) >= 2, path.name
