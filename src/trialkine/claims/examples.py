"""Where the example protocols lie: inside an installed package, or beside the sources."""

from __future__ import annotations

from pathlib import Path

from trialkine.errors import InputError


def example_folders() -> tuple[Path, ...]:
    """The folders that may hold the examples, the first that exists first."""
    package = Path(__file__).parents[1]
    candidates = (package / "examples", package.parents[1] / "examples")
    return tuple(folder for folder in candidates if folder.is_dir())


def example_file(name: str) -> Path:
    """One example protocol.

    Raises: InputError, when it is not there.
    """
    for folder in example_folders():
        if (folder / name).is_file():
            return folder / name
    raise InputError(f"The example '{name}' is not there. Put it into the folder 'examples' of the project.")
