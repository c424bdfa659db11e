"""Reads the files of an author: capped in size, and every way of failing told in the same words."""

from __future__ import annotations

import os
from pathlib import Path

from grader.errors import Message, RubricError

MIB = 1024**2


def read_file(path: Path, what: str, *, code: str = "E-RUBRIC-REFERENCE", most_mib: int = 64) -> bytes:
    """The content of a file of at most `most_mib` MiB; `what` says what it should have been: "a rubric".

    Raises: RubricError if it is missing, a folder, not readable or too large.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(most_mib * MIB + 1)
    except FileNotFoundError:
        raise RubricError(Message(shown(path), "there is no such file", code, what, "look at the name")) from None
    except IsADirectoryError:
        fact = "this is a folder, not a file"
        raise RubricError(Message(shown(path), fact, code, what, "name one file in it")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        fact = f"the file cannot be read: {reason.lower()}"
        raise RubricError(Message(shown(path), fact, code, what, "look at its rights")) from None
    if len(content) > most_mib * MIB:
        fact = f"the file is larger than {most_mib} MiB"
        raise RubricError(Message(shown(path), fact, code, what, "make it smaller"))
    return content


def shown(path: Path) -> str:
    """A path as a message names it: relative to the working directory where it lies below it."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 (resolve would follow links)
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)
