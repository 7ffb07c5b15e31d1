"""Reads a page as its tests see it: tags and text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "br", "wbr", "img", "link", "input", "hr"}
LOADING = {"script", "img", "link", "iframe", "object", "embed", "video", "audio", "source", "base"}


class Page(HTMLParser):
    """Tags with their attributes, and the text outside the elements that are `unread`."""

    def __init__(self, html: str, unread: tuple[str, ...] = ("style", "svg")) -> None:
        super().__init__()
        self.unread = unread
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not any(tag in self.open for tag in self.unread):
            self.words.append(data)

    @property
    def plain(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def text(self) -> str:
        return squeezed(self.plain)


def squeezed(text: str) -> str:
    return re.sub(r"(?<=\() | (?=[,.:)])", "", " ".join(text.split()))


def unspaced(text: str) -> str:
    return "".join(text.split())
