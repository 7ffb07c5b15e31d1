"""What the pages of a validation share: templates, styles and the notice."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from trialkine.report import templates
from trialkine.report.manifest import data_file_hashes, digest, package_versions
from trialkine.report.words import BANNER
from trialkine.validation.ledger_words import agent_words, disease_words

if TYPE_CHECKING:
    from jinja2 import Environment

NOTICE = (
    "Predictions come from a mathematical model and must not guide the care of anyone; reported numbers are "
    "those of the publications."
)


def page_environment() -> Environment:
    """The templates of this folder; those of the report lend their macros."""
    from jinja2 import ChoiceLoader, PackageLoader

    environment = templates.page_environment()
    own = PackageLoader("trialkine.validation", ".")
    environment.filters |= {"agent_words": agent_words, "disease_words": disease_words}
    assert environment.loader is not None
    environment.loader = ChoiceLoader([own, environment.loader])
    return environment


def common_context() -> dict[str, Any]:
    """Styles and banner."""
    from markupsafe import Markup

    sheets = (files("trialkine.report") / "report.css", files(__package__) / "validation.css")
    return {
        "css": Markup("\n".join(sheet.read_text("utf-8") for sheet in sheets)),
        "banner": BANNER,
        "banner_detail": NOTICE,
    }


def shown_about(about: Mapping[str, str]) -> dict[str, str]:
    """What the ledger says of itself, then versions and the hash of all data files of the package."""
    versions = ", ".join(f"{name} {number}" for name, number in package_versions().items())
    hashes = "".join(f"{name} {number}\n" for name, number in data_file_hashes().items())
    own = {name[:1].upper() + name[1:].replace("_", " "): value for name, value in about.items()}
    return {
        **own,
        "Versions": versions,
        "Python": f"{platform.python_version()}, {platform.system()} {platform.machine()}",
        "Data files of the package, SHA-256": digest(hashes.encode("utf-8")),
    }
