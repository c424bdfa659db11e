"""What an author writes mistakes.py with: edits of the solved files, wrong ones and ones that are just as right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a solved file: `was` must stand in it exactly once."""

    file: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A small named edit of the reference, with the hint that a student reads; `also` are further edits."""

    file: str
    was: str
    now: str
    hint: str
    also: tuple[Edit, ...] = ()
    public: bool = False

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits in order."""
        return (Edit(self.file, self.was, self.now), *self.also)


@dataclass(frozen=True, slots=True)
class Variant:
    """A named edit of the reference that is just as right."""

    edits: tuple[Edit, ...]
