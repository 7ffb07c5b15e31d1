"""The public names: each can be had, is documented and costs nothing unused; the documented code runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest

import trialkine

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python-api.md").read_text("utf-8")
HEAVY = ("numpy", "scipy", "polars", "matplotlib", "pydantic", "numba", "pint", "jinja2", "ruamel")
PAGES_WITH_CODE = (
    "README.md",
    "docs/designs.md",
    "docs/compare.md",
    "docs/import.md",
    "docs/interchange.md",
    "docs/matching.md",
    "docs/python-api.md",
    "docs/model.md",
    "docs/published-models.md",
)


@pytest.mark.parametrize("name", trialkine.__all__)
def test_every_public_name_can_be_had_and_stays_the_same(name: str) -> None:
    # A room of the same name would take its place as soon as it is imported.
    assert name not in {path.stem for path in Path(trialkine.__path__[0]).iterdir()}
    assert getattr(trialkine, name) is not None
    assert getattr(trialkine, name) == getattr(trialkine, name)


def test_public_names_are_those_that_completion_offers() -> None:
    assert set(trialkine.__all__) <= set(dir(trialkine))
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = trialkine.no_such_name


def test_every_public_name_is_documented_and_every_documented_name_is_public() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE))
    assert documented == {name for name in trialkine.__all__ if not name.startswith("__")}


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, trialkine; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def code_of(page: str) -> str:
    """The Python blocks of a page, one after the other."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), flags=re.DOTALL)
    assert blocks
    return "\n".join(blocks)


@pytest.mark.parametrize("page", PAGES_WITH_CODE)
def test_the_python_code_of_the_documentation_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if page in ("docs/interchange.md", "docs/import.md"):
        for optional in ("libsbml", "antimony"):
            pytest.importorskip(optional)
    for folder in ("examples", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    exec(compile(code_of(page), page, "exec"), {})


def test_no_page_with_python_code_is_forgotten() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    found = {str(path.relative_to(ROOT)) for path in pages if "```python" in path.read_text("utf-8")}
    assert found == set(PAGES_WITH_CODE)


@pytest.mark.parametrize(
    "page", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]), ids=lambda p: p.name
)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []
