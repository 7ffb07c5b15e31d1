"""How a design shows itself: the same small table as plain text and as an HTML fragment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_CELL = "text-align:right;padding-right:1em"


@dataclass(frozen=True)
class ShownTable:
    """A title, a head, rows of text (the first cell names the row), and sentences below."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """The table in columns, names to the left and numbers to the right."""
        lines = [self.head, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.head))]
        body = [_line(line, widths) for line in lines]
        return "\n".join([self.title, "", *body, *([""] if self.notes else []), *self.notes])

    def html(self) -> str:
        """The table as a self-contained HTML fragment."""
        head = "".join(f'<th scope="col" style="{_CELL}">{escape(name)}</th>' for name in self.head)
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;padding-right:1em">{escape(row[0])}</th>'
            + "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in row[1:])
            + "</tr>"
            for row in self.rows
        )
        notes = "".join(f"<br><small>{escape(note)}</small>" for note in self.notes)
        return (
            f"<div><strong>{escape(self.title)}</strong><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>{notes}</div>"
        )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    others = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join([first, *others]).rstrip()
