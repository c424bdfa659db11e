"""File names of pages, safe on every file system, and the places of parts on them."""

from __future__ import annotations

import hashlib
import re

MAX_BYTES = 120
RESERVED = {"index", "con", "prn", "aux", "nul"}  # our own page; names that Windows keeps for devices


def page_name(submission_id: str) -> str:
    """The file name of a page: the id itself where it can be one, else a readable part of it and a hash."""
    plain = re.sub(r"[^\w.-]", "_", submission_id).strip(".")
    fits = (
        len(plain) > 0
        and plain == submission_id
        and len(plain.encode()) <= MAX_BYTES
        and plain.casefold() not in RESERVED
    )
    if fits and not plain.startswith("-"):
        return f"{plain}.html"
    digest = hashlib.sha256(submission_id.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{plain.encode()[:60].decode('utf-8', 'ignore').lstrip('-')}-{digest}.html"


def anchor(part: str) -> str:
    """The place of a part on a page."""
    return "part-" + "-".join(part.split())
