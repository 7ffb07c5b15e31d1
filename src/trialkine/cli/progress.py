"""Progress on standard error: a bar with the time left on a terminal, two plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ProgressCallback = Callable[[float, str], None]


@contextmanager
def shown_progress(title: str) -> Iterator[ProgressCallback]:
    """A callback that takes the fraction done and a message, and shows them while the block lasts."""
    if sys.stderr.isatty():
        with _bar(title) as callback:
            yield callback
        return
    started = time.monotonic()
    print(f"{title} ...", file=sys.stderr, flush=True)
    yield _ignore
    print(f"{title}: done in {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)


def _ignore(fraction: float, message: str) -> None:
    """Where nobody watches, only the first and last line are worth printing."""


@contextmanager
def _bar(title: str) -> Iterator[ProgressCallback]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        TaskProgressColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(escape(title), total=1.0)

        def update(fraction: float, message: str) -> None:
            said = f"{title}: {message}" if message else title
            progress.update(task, completed=min(1.0, max(0.0, fraction)), description=escape(said))

        yield update
