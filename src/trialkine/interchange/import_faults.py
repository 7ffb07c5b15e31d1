"""What of a foreign file cannot be carried over, collected with its lines until all of it is known."""

from __future__ import annotations

from trialkine.errors import Problem, ProblemsError


class Faults:
    """The refusals of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, message: str, line: int | None = None) -> None:
        """Refuse something."""
        self.found.append(Problem(message, self.file, line or None))

    def stop(self) -> None:
        """End here if anything was refused.

        Raises: ProblemsError, with every refusal in order of its line, each once.
        """
        if self.found:
            ordered = sorted(dict.fromkeys(self.found), key=lambda problem: problem.line or 0)
            raise ProblemsError(ordered)
