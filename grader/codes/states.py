"""Words of `grade check` that are no verdicts: where a part stands at home."""

from __future__ import annotations

from typing import Final

STATES: Final[dict[str, tuple[str, str]]] = {
    "not started": (
        "Nothing is written for this part yet",
        """
        The function still is as the handout gave it, or nothing of its name was found in any file. It is no failure.
        Write between the marks of the handout; as soon as something stands there, it is run and judged.
        """,
    ),
    "waiting": (
        "Another part comes first",
        """
        The part is not right yet, and it builds on another one that is not right either: that one is named beside it.
        Mend it first; what is wrong here is often gone then. When the homework is graded, every part is judged on its
        own, from the reference's inputs.

        `grade check 1f` shows the card of this part all the same.
        """,
    ),
    "found": (
        "It is there, and is looked at after hand-in",
        """
        A file or a written answer was found where the handout asks for it. What it is worth is not decided at home.
        """,
    ),
    "missing": (
        "A file or an answer is not there yet",
        """
        The part is judged from a file, or read by a person, and there is nothing to look at. The line names what was
        looked for. Written answers stand in answers.md, each under a heading with the id of its part.

        `grade pack` lists all that is expected, found or missing, before it writes the file to hand in.
        """,
    ),
    "later": (
        "It is looked at after hand-in",
        """
        Nothing of this part can be checked at home: its inputs are hidden, or they need what a kit does not hold.
        """,
    ),
}
