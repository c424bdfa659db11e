"""What may stand on a page, however hostile the hand-in is that it tells of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from grader.report import markup
from tests.report.conftest import parsed
from tests.report.test_pages import ATTRIBUTES, ELEMENTS

ADDRESS = re.compile(r"#[\w%-]+|(\.\./)?(staff/)?[\w%.-]+\.html(#[\w%-]+)?|data:image/(png|svg\+xml);base64,[\w+/=]+")
ALLOWED_ELEMENTS = {*ELEMENTS, *markup._MATHS.split()}
ALLOWED_ATTRIBUTES = {
    *ATTRIBUTES,
    *(key for some in markup._ATTRIBUTES.values() for key in some),
    "data-words",
    "data-sort",
}
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def faults(html: str) -> list[str]:
    """What stands on this page and must not, in words."""
    tree, complaints = parsed(html)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    tags = [element.tag.rpartition("}")[2] for element in elements]
    found = [f"HTML5: {complaint}" for complaint in complaints]
    found += [f"element {tag}" for tag in sorted({*tags} - ALLOWED_ELEMENTS)]
    found += [f"{tags.count(tag)} elements {tag}" for tag in ("script", "style") if tags.count(tag) != 1]
    for element in elements:
        found += [f"{key}={value!r:.60}" for key, value in element.attrib.items() if not _is_allowed(key, value)]
    policy = next(element for element in elements if element.tag == "head")[0].attrib
    if policy.get("http-equiv") != "Content-Security-Policy" or "default-src 'none'" not in policy["content"]:
        found.append("no policy at the top")
    return found + [f"unseen U+{ord(sign):04X}" for sign in sorted(_unseen(html))]


def _is_allowed(key: str, value: str) -> bool:
    if key in ("href", "src"):
        return bool(ADDRESS.fullmatch(value))
    return key.startswith("aria-") or (key in ALLOWED_ATTRIBUTES and not key.startswith("on"))


def _unseen(html: str) -> Iterator[str]:
    return (sign for sign in {*html} - {"\n", "\t"} if unicodedata.category(sign) in UNSEEN)
