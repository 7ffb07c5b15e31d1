"""The pages that tell of the shipped ensemble were written from that ensemble."""

from pathlib import Path

import pytest

from trialkine.calibration.ensemble_file import read_ensemble

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["calibration.md", "ledger.md", "founding-figures.md"])
def test_a_page_names_the_hash_of_the_shipped_ensemble(page: str) -> None:
    # `benchmarks/calibration_page.py`, `ledger_tables.py` and `founding_figures.py` write them.
    assert read_ensemble().members.hash in (DOCS / page).read_text("utf-8")
