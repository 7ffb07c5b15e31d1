"""The words of an assessment: response categories and reasons for progression, as small integers.

Arrays hold the integers; `response_names` and `reason_names` turn them into the words of the tables.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

CategoryArray = NDArray[np.int8]


class Response(IntEnum):
    """Response at a visit or over all visits, in the order in which one is better than another.

    UPD is progression that a later visit has still to confirm; only visits have it.
    """

    NE = 0
    PD = 1
    UPD = 2
    SD = 3
    PR = 4
    CR = 5


class Reason(IntEnum):
    """What showed progression first; of several on one day the first named here is kept."""

    none = 0
    target_growth = 1
    new_lesion = 2
    symptoms = 3


_REASON_WORDS = (None, "target growth", "new lesion", "symptoms")


def response_names(codes: CategoryArray) -> NDArray[np.str_]:
    """The codes as "NE", "PD", "UPD", "SD", "PR", "CR"; the shape is kept."""
    return np.array([member.name for member in Response])[codes]


def reason_names(codes: CategoryArray) -> list[str | None]:
    """One word per patient, None where there is no progression."""
    return [_REASON_WORDS[code] for code in codes]
