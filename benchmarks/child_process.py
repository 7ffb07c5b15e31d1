"""Runs a command as a user would, and reads its time and memory from the system."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KIB_PER_MIB = 1024.0
BYTES_PER_MIB = 1024.0**2


@dataclass(frozen=True)
class Cost:
    """What a finished command took. Units: seconds [s], peak_memory [MiB]."""

    wall_seconds: float
    cpu_seconds: float
    peak_memory: float


def command_of(name: str) -> str:
    """The path of a command of this environment."""
    return str(Path(sys.executable).with_name(name))


def run_command(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end, its output to a file in `folder`.

    Raises: RuntimeError, when it fails.
    """
    log = folder / "output.txt"
    pid = os.fork()
    if pid == 0:
        _become(command, folder, log, {**os.environ, **(environment or {})})
    begin = time.perf_counter()
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - begin
    if os.waitstatus_to_exitcode(status):
        tail = log.read_text(encoding="utf-8", errors="replace").strip()[-400:]
        raise RuntimeError(f"'{' '.join(command)}' failed: {tail}")
    unit = BYTES_PER_MIB if sys.platform == "darwin" else KIB_PER_MIB
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def _become(command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str]) -> None:
    try:
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, 1)
        os.dup2(file, 2)
        os.chdir(folder)
        os.execvpe(command[0], list(command), dict(environment))
    finally:
        os._exit(127)
