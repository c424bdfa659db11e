"""What may stand on a page, however hostile the hand-in is that it tells of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from grader.report import markup
from tests.report.conftest import parsed
from tests.report.test_pages import ATTRIBUTES, ELEMENTS

ADDRESS = re.compile(
    r"#[\w%-]+|(\.\./)?(staff/)?[\w%.-]+\.html(#[\w%-]+)?|data:image/(png|jpeg|svg\+xml);base64,[\w+/=]+"
)
ALLOWED_ELEMENTS = {*ELEMENTS, *markup._MATHS.split()}
ALLOWED_ATTRIBUTES = {
    *ATTRIBUTES,
    *(key for some in markup._ATTRIBUTES.values() for key in some),
    "data-words",
    "data-sort",
}
FRAME_ELEMENTS = {
    *markup._CELL.split(),
    *markup._MATHS.split(),
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "section",
}
FRAME_ATTRIBUTES = {*(key for some in markup._CELL_ATTRIBUTES.values() for key in some), "lang", "charset"}
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def faults(html: str) -> list[str]:
    """What stands on this page and must not, in words."""
    tree, complaints = parsed(html)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    tags = [element.tag.rpartition("}")[2] for element in elements]
    found = [f"HTML5: {complaint}" for complaint in complaints]
    found += [f"element {tag}" for tag in sorted({*tags} - ALLOWED_ELEMENTS - {"iframe"})]
    found += [f"{tags.count(tag)} elements {tag}" for tag in ("script", "style") if tags.count(tag) != 1]
    frames = [element.attrib for element in elements if element.tag == "iframe"]
    for frame in frames:
        found += [
            f"frame with {key}" for key in sorted({*frame} - {"class", "id", "title", "height", "sandbox", "srcdoc"})
        ]
        found += ["frame with rights"] * (frame.pop("sandbox", "none") != "")
        found += frame_faults(frame.pop("srcdoc", ""))
    for element in elements:
        found += [f"{key}={value!r:.60}" for key, value in element.attrib.items() if not _is_allowed(key, value)]
    policy = next(element for element in elements if element.tag == "head")[0].attrib
    if policy.get("http-equiv") != "Content-Security-Policy" or "default-src 'none'" not in policy["content"]:
        found.append("no policy at the top")
    return found + [f"unseen U+{ord(sign):04X}" for sign in sorted(_unseen(html))]


def frame_faults(html: str) -> list[str]:
    """What stands in a frame and must not."""
    tree, _ = parsed(html)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    tags = [element.tag.rpartition("}")[2] for element in elements]
    found = [f"element {tag} in a frame" for tag in sorted({*tags} - FRAME_ELEMENTS)]
    found += [f"{tags.count(tag)} elements {tag} in a frame" for tag in ("meta", "style") if tags.count(tag) > 2]
    head, *_ = [element for element in elements if element.tag == "meta"]
    if head.attrib != {"http-equiv": "Content-Security-Policy", "content": markup.FRAME_POLICY}:
        found.append("no policy at the top of a frame")
    for element in [each for each in elements if each is not head]:
        for key, value in element.attrib.items():
            is_ours = value.startswith("data:image/") and ADDRESS.fullmatch(value) if key == "src" else True
            if key not in FRAME_ATTRIBUTES or not is_ours:
                found.append(f"{key}={value!r:.60} in a frame")
    return found


def _is_allowed(key: str, value: str) -> bool:
    if key in ("href", "src"):
        return bool(ADDRESS.fullmatch(value))
    return key.startswith("aria-") or (key in ALLOWED_ATTRIBUTES and not key.startswith("on"))


def _unseen(html: str) -> Iterator[str]:
    return (sign for sign in {*html} - {"\n", "\t"} if unicodedata.category(sign) in UNSEEN)
