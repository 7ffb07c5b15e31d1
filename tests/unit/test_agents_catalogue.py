"""Where agents come from: this package, other installed packages, and files."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from agent_samples import DRUG, named
from trialkine.errors import InputError, ProblemsError

room = importlib.import_module("trialkine.agents.catalogue")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Installs a package of agent files under the entry point group, as an installer would."""
    installed: list[EntryPoint] = []

    def add(package: str, **files: str) -> Path:
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text('"""Agents."""\n', "utf-8")
        for name, text in files.items():
            (folder / f"{name}.toml").write_text(text, "utf-8")
        installed.append(EntryPoint(package, package, room.ENTRY_POINT_GROUP))
        return folder

    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(room, "entry_points", lambda group: [one for one in installed if one.group == group])
    room.agent_book.cache_clear()
    yield add
    room.agent_book.cache_clear()
    for entry in installed:
        sys.modules.pop(entry.module, None)


def test_agents_of_an_installed_package_join_the_catalogue(install) -> None:
    install("house_drugs", drug=DRUG, potion=named("potion"))
    assert {"drug", "potion", "temozolomide"} <= set(room.catalogue())
    assert room.agent_book().files["potion"].is_packaged
    assert room.agent_records("drug", "melanoma")["drug_kill_rate"].value == 0.05
    assert room.agent_book().sources["potion_report"].citation == "A report on the potion"


def test_an_entry_point_may_name_a_module_beside_the_files(install, monkeypatch) -> None:
    folder = install("house_drugs", drug=DRUG)
    (folder / "module.py").write_text('"""Nothing but a place."""\n', "utf-8")
    entry = EntryPoint("house", "house_drugs.module", room.ENTRY_POINT_GROUP)
    monkeypatch.setattr(room, "entry_points", lambda group: [entry])
    assert "drug" in room.catalogue()


def test_two_agents_of_one_name_are_refused_with_both_files(install) -> None:
    install("house_drugs", tmz=named("temozolomide"))
    with pytest.raises(ProblemsError) as caught:
        room.catalogue()
    said = str(caught.value)
    assert "house_drugs/tmz.toml: The agent 'temozolomide' is in temozolomide.toml too." in said


def test_a_fault_in_an_installed_file_names_its_package(install) -> None:
    install("house_drugs", drug=DRUG.replace('"chemotherapy"', '"poison"'))
    with pytest.raises(ProblemsError, match=r"house_drugs/drug.toml:5: The drug_class is 'poison'"):
        room.catalogue()


def test_an_entry_point_that_cannot_be_imported_says_so(monkeypatch) -> None:
    entry = EntryPoint("ghosts", "no_such_package_of_drugs", room.ENTRY_POINT_GROUP)
    monkeypatch.setattr(room, "entry_points", lambda group: [entry])
    room.agent_book.cache_clear()
    with pytest.raises(InputError, match=r"The entry point 'ghosts' .* cannot be imported"):
        room.agent_book()
    room.agent_book.cache_clear()


def test_a_file_joins_without_changing_the_catalogue_of_others(tmp_path: Path) -> None:
    path = tmp_path / "drug.toml"
    path.write_text(DRUG, "utf-8")
    book = room.agent_book().with_files([path])
    assert book.find("drug").title == "A drug"
    assert not book.files["drug"].is_packaged
    assert "drug" not in room.catalogue()


def test_one_citation_key_of_two_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "potion.toml"
    path.write_text(named("potion").replace("potion_report", "drug_report"), "utf-8")
    first = tmp_path / "drug.toml"
    first.write_text(DRUG, "utf-8")
    with pytest.raises(ProblemsError, match=r"potion.toml: The source 'drug_report' is in .*drug.toml too"):
        room.agent_book().with_files([first, path])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Cannot read the agent file '.*none.toml'"):
        room.agent_book().with_files([tmp_path / "none.toml"])


def test_an_agent_without_a_number_in_a_disease_says_which(tmp_path: Path) -> None:
    path = tmp_path / "drug.toml"
    path.write_text(DRUG, "utf-8")
    book = room.agent_book().with_files([path])
    with pytest.raises(InputError, match=r"no number for 'drug_kill_rate' in the disease 'renal_cell'"):
        book.records("drug", ["renal_cell"])
    assert "drug_kill_rate" not in book.records("drug")


def test_an_unknown_agent_gets_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"No agent is named 'temozolomid'. Did you mean 'temozolomide'"):
        room.find_agent("temozolomid")
