"""YAML text to plain data, with the line of every value.

The tree is built from the parser's events with a stack, never by recursion, so that depth, size, aliases
and tags are refused before anything grows. Scalars follow YAML 1.2: `no` is text and `6e5` a number.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from trialkine.errors import Problem, ProblemsError
from trialkine.trial.words import shorten, suggestion

LARGEST_BYTES = 256 * 1024
DEEPEST = 20
MOST_VALUES = 20_000
KeyPath = tuple[Hashable, ...]
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **{sign + name: float(sign + "inf") for sign in ("", "+", "-") for name in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass
class Document:
    """The data of one YAML file, where each value stands, and the faults found on the way.

    `lines` holds the line of each key or list item, counted from 1; `word_lines` the line of each word of
    texts that go over several lines.
    """

    file: str
    data: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    word_lines: dict[KeyPath, list[int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: KeyPath, character: int | None = None) -> int | None:
        """The line of the value at `path`, or of the nearest value that holds it.

        With `character`, the line of the word there, counted in the text with its lines joined.
        """
        if character is not None and path in self.word_lines:
            lines = self.word_lines[path]
            words_before = len(_text_at(self.data, path)[: character + 1].split())
            return lines[min(max(words_before, 1), len(lines)) - 1]
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def report(self, path: KeyPath, message: str, character: int | None = None) -> None:
        """Note a fault of the value at `path`."""
        problem = Problem(message, self.file, self.line(path, character))
        if problem not in self.problems:
            self.problems.append(problem)


def read_text(path: str | Path) -> str:
    """The text of a protocol file.

    Raises: ProblemsError, when it is missing, not a file, too large or not UTF-8.
    """
    name = str(path)
    try:
        source = Path(path)
        kind = source.stat().st_mode
        if stat.S_ISDIR(kind):
            fail(name, "this is a directory. Name the protocol file in it.")
        if not stat.S_ISREG(kind):
            fail(name, "this is not a file. Name a protocol file.")
        with source.open("rb") as stream:
            raw = stream.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        fail(name, f"there is no such file. {_neighbour(Path(path))}".strip())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        fail(name, f"the file cannot be read ({str(reason).lower()}). Check its name and permissions.")
    if len(raw) > LARGEST_BYTES:
        fail(name, f"the file is larger than {LARGEST_BYTES // 1024} kB. A protocol file has a few pages.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        fail(name, "the file is not UTF-8 text. Save it as UTF-8.", line)


def read_document(text: str, file: str) -> Document:
    """The data of YAML text. Duplicate keys and the like are noted in the document's `problems`.

    Raises: ProblemsError, when the text is not YAML, is empty, or is too large or too deep to be a protocol.
    """
    if len(text) > LARGEST_BYTES:
        fail(file, f"the text is longer than {LARGEST_BYTES // 1024} kB. A protocol file has a few pages.")
    builder = _Builder(Document(file), text.splitlines())
    for event in _events(text, file):
        builder.add(event)
    if builder.document.data is None and not builder.document.problems:
        fail(file, "the file is empty. Begin with 'schema: 1', or copy one of the examples.")
    return builder.document


def fail(file: str, message: str, line: int | None = None) -> NoReturn:
    """Stop with one fault.

    Raises: ProblemsError, always.
    """
    raise ProblemsError([Problem(message, file, line)])


def _events(text: str, file: str) -> Iterator[Any]:
    """The parser's events; anything it raises becomes one sentence with a line."""
    from ruamel.yaml import YAML

    events = YAML(typ="safe", pure=True).parse(text)
    while True:
        try:
            event = next(events)
        except StopIteration:
            return
        except Exception as error:  # hostile text makes the parser raise more than its own errors
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            problem = str(getattr(error, "problem", None) or "unreadable characters")
            line = None if mark is None else mark.line + 1
            fail(file, f"this is not YAML: {shorten(problem, 90)}. {_yaml_hint(problem)}", line)
        yield event


def _yaml_hint(problem: str) -> str:
    if "mapping values are not allowed" in problem:
        return "Put quotes around text that contains ': '."
    if "\\t" in problem or "\t" in problem:
        return "Indent with spaces, not tabs."
    return "Check the indentation, the quotes and the colons near there."


class _Builder:
    """Puts values into their places while events come in."""

    def __init__(self, document: Document, source: list[str]) -> None:
        self.document, self.source = document, source
        self.stack: list[tuple[KeyPath, Any]] = []
        self.key: str | None = None
        self.values = 0
        self.documents = 0

    def add(self, event: Any) -> None:
        kind = type(event).__name__
        mark = getattr(event, "start_mark", None)
        line = mark.line + 1 if mark is not None else None
        if kind == "DocumentStartEvent":
            self._start_document(event, line)
        elif kind == "AliasEvent" or getattr(event, "anchor", None):
            fail(self.document.file, "anchors (&) and aliases (*) are not allowed. Write the text out.", line)
        elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent"):
            self._check_tag(event, line)
            self._value(kind, event, line or 1)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.stack.pop()

    def _start_document(self, event: Any, line: int | None) -> None:
        self.documents += 1
        if self.documents > 1:
            fail(self.document.file, "a second document begins here ('---'). Keep one per file.", line)
        if getattr(event, "tags", None) or getattr(event, "version", None) not in (None, (1, 2)):
            fail(self.document.file, "'%' directives are not allowed. Leave the line out.", line)

    def _check_tag(self, event: Any, line: int | None) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) not in ("!", "None"):
            fail(self.document.file, f"YAML tags such as '{shorten(str(tag), 40)}' are not allowed.", line)

    def _value(self, kind: str, event: Any, line: int) -> None:
        self.values += 1
        if self.values > MOST_VALUES:
            fail(self.document.file, f"the file holds more than {MOST_VALUES:,} values.", line)
        holder = self.stack[-1][1] if self.stack else None
        if isinstance(holder, dict) and self.key is None:
            self._key(kind, event, line)
            return
        path, place = self._place(holder, line)
        value: Any = {} if kind == "MappingStartEvent" else []
        if kind == "ScalarEvent":
            value = self._scalar(path, event, line)
        elif len(self.stack) >= DEEPEST:
            fail(self.document.file, f"values are nested more than {DEEPEST} deep.", line)
        else:
            self.stack.append((path, value))
        if isinstance(holder, list):
            holder.append(value)
        elif isinstance(holder, dict):
            if place is not None:
                holder[place] = value
        else:
            self.document.data = value

    def _key(self, kind: str, event: Any, line: int) -> None:
        if kind != "ScalarEvent":
            fail(self.document.file, "a key must be one word, not a list or a mapping.", line)
        self.key = shorten(event.value, 80)
        path = (*self.stack[-1][0], self.key)
        if path in self.document.lines:
            first = self.document.lines[path]
            message = f"'{self.key}' is given twice, first in line {first}. Keep one of the two."
            self.document.problems.append(Problem(message, self.document.file, line))
            self.key = f"{self.key}\0{line}:{event.start_mark.column}"
        else:
            self.document.lines[path] = line

    def _place(self, holder: Any, line: int) -> tuple[KeyPath, str | None]:
        """The path of the value that comes next, and its key; no key when it repeats an earlier one."""
        path = self.stack[-1][0] if self.stack else ()
        if isinstance(holder, list):
            path = (*path, len(holder))
            self.document.lines[path] = line
            return path, None
        key, self.key = self.key, None
        if key is None:
            self.document.lines[path] = 1
            return path, None
        return (*path, key), None if "\0" in key else key

    def _scalar(self, path: KeyPath, event: Any, line: int) -> Any:
        text = str(event.value)
        if _FORBIDDEN.search(text):
            self.document.report(path, "a control character stands in this text. Remove it.")
            text = _FORBIDDEN.sub(" ", text)
        if event.end_mark.line > event.start_mark.line and text.strip():
            self.document.word_lines[path] = self._lines_of_words(event)
        return resolve(text) if event.implicit[0] else text

    def _lines_of_words(self, event: Any) -> list[int]:
        """The line of each word of a text that goes over several lines."""
        start, end = event.start_mark, event.end_mark
        lines = []
        for number in range(start.line, min(end.line + 1, len(self.source))):
            begin = start.column if number == start.line else 0
            stop = end.column if number == end.line else None
            words = self.source[number][begin:stop].split()
            is_header = number == start.line and event.style in ("|", ">")
            lines += [number + 1] * (0 if is_header else len(words))
        return lines or [start.line + 1]


def resolve(text: str) -> Any:
    """The value of an unquoted scalar by the core schema of YAML 1.2."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if len(text) < 400 and _FLOAT.fullmatch(text) else text


def _text_at(data: Any, path: KeyPath) -> str:
    for key in path:
        data = data[key]
    return str(data)


def _neighbour(path: Path) -> str:
    """A hint at a file of a similar name in the same folder."""
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix in (".yaml", ".yml")]
    except (OSError, ValueError):
        return ""
    hint = suggestion(path.name, names)
    return hint if hint.startswith("Did") else "Check its name and the folder you are in."
