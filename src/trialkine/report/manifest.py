"""Where a result comes from: versions, seed, and hashes of everything that went in and came out."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialkine.report.words import BANNER

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from trialkine.trial.result import TrialResult

SCHEMA = 1
PACKAGES = ("trialkine", "numpy", "scipy", "numba", "llvmlite", "polars", "pydantic", "pint", "ruamel.yaml")
DRAWING_PACKAGES = ("matplotlib", "jinja2")


def manifest_text(result: TrialResult, folder: Path, protocol_text: str, command: str) -> str:
    """The manifest of a folder whose other files are already written; `created` is its only time."""
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "notice": BANNER,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "seed": result.seed,
        "trials": result.replicates,
        "case_mix": list(result.case_mix),
        "protocol_hash": digest(protocol_text.encode("utf-8")),
        "protocol_content_hash": result.protocol.content_hash,
        "model_hash": result.model_hash,
        "patients": {
            "drawn": result.accounting.drawn,
            "rejected": dict(result.accounting.rejections),
            "failed": dict(result.accounting.failures),
        },
        "work": dict(result.work),
        "methods": dict(result.methods),
        **({"ensemble": result.ensemble} if result.ensemble else {}),
        **surroundings(folder),
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def surroundings(folder: Path) -> dict[str, Any]:
    """What a run rested on and left behind: versions, machine, data files and written files by hash."""
    return {
        "versions": package_versions(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "data_files": data_file_hashes(),
        "files": {
            path.relative_to(folder).as_posix(): digest(path.read_bytes())
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }


def provenance(result: TrialResult, protocol_text: str, command: str) -> Mapping[str, str]:
    """The facts of the manifest that the report itself prints; none of them is a time or a place."""
    versions = package_versions()
    facts = {
        "Command": command,
        "Seed": str(result.seed),
        "Trials": str(result.replicates),
        "Protocol, SHA-256": digest(protocol_text.encode("utf-8")),
        "Model hash": result.model_hash,
        "Versions": ", ".join(f"{name} {number}" for name, number in versions.items()),
        "Python": f"{platform.python_version()}, {platform.system()} {platform.machine()}",
    }
    if result.case_mix:
        excluded = [f"{100 * fraction:.0f} %" for fraction in result.case_mix[:10]]
        more = " ..." if len(result.case_mix) > len(excluded) else ""
        facts["Least fit patients not enrolled (case mix), per trial"] = ", ".join(excluded) + more
    return {name: value for name, value in facts.items() if value}


def package_versions() -> dict[str, str]:
    """Installed versions of the packages that numbers and figures depend on."""
    found = {}
    for name in (*PACKAGES, *DRAWING_PACKAGES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def data_file_hashes() -> dict[str, str]:
    """A hash of every data file that ships with the package, by its place inside it."""
    return dict(sorted(_hashes(resources.files("trialkine"), "")))


def _hashes(folder: Traversable, prefix: str) -> list[tuple[str, str]]:
    found = []
    for entry in folder.iterdir():
        place = f"{prefix}{entry.name}"
        if entry.is_dir():
            found += _hashes(entry, f"{place}/")
        elif entry.name.endswith((".toml", ".csv")):
            found.append((place, digest(entry.read_bytes())))
    return found


def digest(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
