"""What may stand as a unit in a protocol file, before anything tries to understand it."""

from __future__ import annotations

import re

LONGEST = 60
_FACTOR = r"[^\W\d_]+(?:\s*\*\*\s*-?[0-9]{1,2})?"
_PRODUCT = rf"{_FACTOR}(?:\s*[*/]\s*{_FACTOR})*"
UNIT = rf"(?:1|{_FACTOR})(?:\s*[*/]\s*(?:{_FACTOR}|\(\s*{_PRODUCT}\s*\)))*"
"""Names, their powers, products and quotients: `9**9**9` would be a sum to work out, without end."""

_WHOLE = re.compile(UNIT)


def is_unit_text(text: str) -> bool:
    """Whether a text has the form of a unit, such as `1/day` or `mg/(kg*day)`; not whether there is one."""
    return len(text) <= LONGEST and _WHOLE.fullmatch(text.strip()) is not None
