"""`grade explain`: the long form of a code or verdict."""

from __future__ import annotations

import json
import textwrap
from difflib import get_close_matches

from grader.errors import Message, UsageError


def explain(*, code: str, as_json: bool, progress: str | None) -> int:
    """Prints what a code or a verdict means and what to do."""
    from grader.codes import CODES

    word = code.upper() if code.upper() in CODES else code.lower()
    if word not in CODES:
        raise UsageError(_unknown(code, list(CODES)))
    title, text = CODES[word]
    if as_json:
        print(json.dumps({"code": word, "title": title, "text": text}, ensure_ascii=False))
        return 0
    print(f"{word}  {title}")
    for paragraph in text.strip().split("\n\n"):
        print()
        print(textwrap.fill(" ".join(paragraph.split()), 78, initial_indent="  ", subsequent_indent="  "))
    return 0


def _unknown(code: str, codes: list[str]) -> Message:
    folded = {known.lower(): known for known in codes}
    close = get_close_matches(code.lower(), folded, n=1)
    return Message(
        place="grade explain",
        fact=f"there is no code '{code}'",
        code="E-CODE",
        allowed="a code that stands in brackets at the end of a message, or a verdict",
        help=f"write 'grade explain {folded[close[0]]}'" if close else "copy the code from the message",
    )
