"""The templates' common ground: where they lie, and how they print names and numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trialkine.report.words import plain_name, whole

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_UNBROKEN = r"((?:\b(?:[A-Za-z0-9]{1,6}-[A-Za-z0-9]{1,3}|interleukin-\d{1,2})\b)|\d+(?:\.\d+)? %)"


def page_environment() -> Environment:
    """Reads the templates of this folder and those below it; an unknown name in one is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("trialkine.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "whole": whole,
        "unbroken": unbroken,
        "breakable": breakable,
        "plain_name": plain_name,
    }
    return environment


def unbroken(text: str) -> Markup:
    """Text in which short names with a hyphen, such as IL-2, and percentages stay on one line."""
    from markupsafe import Markup, escape

    parts = re.split(_UNBROKEN, text)
    joined = [
        Markup('<span class="unbroken">{}</span>').format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    ]
    return Markup("").join(joined)


def breakable(key: str) -> Markup:
    """A key that may break into lines after its underscores, and nowhere else."""
    from markupsafe import Markup, escape

    return Markup("_<wbr>").join(escape(part) for part in key.split("_"))
