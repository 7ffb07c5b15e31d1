"""The figures of the published models are drawn alike each time, and are those of the documentation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
LARGEST_FIGURE = 150_000  # bytes, as in the gallery


@pytest.fixture
def script() -> Iterator[ModuleType]:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import published_figures

    yield published_figures
    sys.path.remove(str(ROOT / "benchmarks"))


def test_every_figure_is_drawn_alike_each_time_and_stays_small(script: ModuleType, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        script.draw(folder)
    for path in first.iterdir():
        text = path.read_bytes()
        assert text == (second / path.name).read_bytes()
        assert len(text) < LARGEST_FIGURE
        # Another processor may round a coordinate otherwise, so the committed file is compared by its size.
        assert len(text) == pytest.approx((ROOT / "docs" / "figures" / path.name).stat().st_size, rel=0.01)
