"""The line by which a student kit is known. Nothing is imported: pytest asks in every folder, intake in every hand-in.

The line proves nothing and grants nothing. Whoever writes it above a file of their own has the folder `checks/` beside
it left out of their hand-in, and that is all.
"""

from __future__ import annotations

from typing import Final

KIT_FILE: Final = "public.yaml"
CHECKS: Final = "checks"
README: Final = "README.md"
FIRST_LINE: Final = (
    "# A student kit of grade: the public checks of this homework. README.md tells how to work with them."
)
README_MARK: Final = "<!-- of the student kit of grade -->"  # somewhere in the first lines of the kit's README
_START: Final = "# A student kit of grade"
_LOOKED_AT: Final = 400  # signs at the start of a file


def is_ours(text: str | bytes) -> bool:
    """Whether a `public.yaml` of this text was made by `grade handout`; editors may have changed the line's ends."""
    return _start(text).lstrip("\ufeff").startswith(_START)


def is_readme_of_kit(text: str | bytes) -> bool:
    """Whether a `README.md` of this text is the kit's and not the student's own."""
    return README_MARK in _start(text)


def _start(text: str | bytes) -> str:
    start = text[:_LOOKED_AT]
    return start.decode("utf-8", "replace") if isinstance(start, bytes) else start
