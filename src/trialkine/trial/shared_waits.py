"""Lines whose cycles run together wait together: what puts off one agent puts off its combination."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from trialkine.records import DAYS_PER_WEEK
from trialkine.trial.line_book import SAME_TIME, LineBook
from trialkine.trial.toxicity_rules import AbstractToxicityRules

Array = np.ndarray[Any, np.dtype[Any]]


def waits_for_partners(
    books: Sequence[LineBook], rules: Sequence[AbstractToxicityRules], patients: Array, now: Array
) -> list[Array]:
    """Of each book, whose next cycle waits today because a partner's does.

    Partners are lines of cycles of one length that began on the same day. Who would wait longer than an
    agent's longest wait does not wait for that agent: it is stopped. To be asked before any book is renewed.

    Units: now [day]. Shape: now and returns (patient,).
    """
    waiting = [np.zeros(len(now), dtype=bool) for _ in books]
    for book, own in zip(books, rules, strict=True):
        due = patients[now[patients] >= book.next_decision[patients] - SAME_TIME]
        due = due[book.has_next_cycle(due)]
        if not len(due):
            continue
        is_late = own.is_postponed(due)
        is_late &= book.wait[due] + DAYS_PER_WEEK <= own.longest_wait(due) + SAME_TIME
        late = due[is_late]
        for number, other in enumerate(books):
            if other is not book and other.regimen.cycle_days == book.regimen.cycle_days:
                together = np.abs(other.cycle_start[late] - book.cycle_start[late]) < SAME_TIME
                waiting[number][late[together & other.is_running[late]]] = True
    return waiting
