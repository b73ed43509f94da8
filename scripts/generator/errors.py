"""What stops a regeneration."""

from __future__ import annotations


class GenerationError(Exception):
    """One or more things that the contract or the generator cannot express, each named."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
