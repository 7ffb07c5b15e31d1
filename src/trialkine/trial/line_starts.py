"""When lines of treatment start: from the first day, when a product is ready, or after an earlier line."""

from __future__ import annotations

from typing import Any

import numpy as np

from trialkine.trial.line_book import END_REASONS, SAME_TIME, LineBook
from trialkine.trial.luck import Luck
from trialkine.trial.product_orders import ProductOrder
from trialkine.trial.protocol_parts import BackgroundTreatment
from trialkine.trial.start_words import StartRule

Array = np.ndarray[Any, np.dtype[Any]]


class LineStarts:
    """Writes the planned start of every line and background treatment into its book."""

    def __init__(
        self,
        lines: tuple[LineBook, ...],
        background: tuple[LineBook, ...],
        orders: tuple[ProductOrder, ...],
        luck: Luck,
    ) -> None:
        self.lines = lines
        self.background = background
        self.orders = orders
        self.luck = luck

    def plan_first(self, everyone: Array) -> None:
        """Lines that start from the first day or when a product ordered on it is ready; background too."""
        ready = {order.agent: order.ready_day for order in self.orders}
        for book in self.lines:
            rule = book.line.start
            if rule.trigger is None:
                book.planned_start[:] = rule.within_days
            elif rule.on == "ready":
                day = ready[rule.trigger] + self._delays(rule, everyone)
                book.planned_start[:] = np.where(np.isfinite(day), day, np.nan)
        for book in self.background:
            self._plan_background(book, everyone)

    def _plan_background(self, book: LineBook, everyone: Array) -> None:
        """Draw who receives a background treatment, and from which day on: the same in every arm."""
        assert isinstance(book.line, BackgroundTreatment)
        rule = book.line.start
        chance = self.luck.uniforms(f"background {book.line.agent}", everyone, 2)
        day = rule.earliest_days + (rule.within_days - rule.earliest_days) * chance[:, 1]
        book.planned_start[:] = np.where(chance[:, 0] < book.line.share, day, np.nan)

    def _delays(self, rule: StartRule, patients: Array) -> Array:
        """How long after its trigger a line starts. Units: returns [day]."""
        chance = self.luck.uniforms("delay of a line", patients)[:, 0]
        return np.asarray(rule.earliest_days + (rule.within_days - rule.earliest_days) * chance)

    def plan_triggered(self, active: Array, now: Array) -> None:
        """Set the start of lines whose trigger has happened, with each patient's own delay.

        The trigger is the nearest earlier line of its agent. Shape: (patient,).
        """
        for book in self.lines:
            rule = book.line.start
            if rule.trigger is None or rule.on == "ready":
                continue
            before = [earlier for earlier in self.lines[: book.number] if earlier.line.agent == rule.trigger]
            happened = before[-1].fail_day if rule.on == "fails" else before[-1].end
            who = np.flatnonzero(active & np.isnan(book.planned_start) & ~np.isnan(happened))
            if len(who):
                planned = happened[who] + self._delays(rule, who)
                book.planned_start[who] = np.maximum(planned, now[who])

    def due(self, books: tuple[LineBook, ...], patients: Array, now: Array) -> list[Array]:
        """Of some patients those who start each book's treatment by `now`. Shape: now (patient,)."""
        return [
            patients[
                np.isnan(book.start[patients]) & (book.planned_start[patients] <= now[patients] + SAME_TIME)
            ]
            for book in books
        ]

    def tell_product_failures(self, patients: Array, now: Array) -> None:
        """Those whose product failed go on without study treatment; scans and follow-up continue."""
        for order in self.orders:
            who = order.tell_failures(patients, now[patients] + SAME_TIME)
            for book in self.lines:
                if not book.has_doses:
                    waiting = who[book.is_running[who]]
                    reason = np.full(len(waiting), END_REASONS.index("product failed"))
                    book.stop(waiting, now[waiting], reason)
