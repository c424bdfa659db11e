"""Equations that a document states: `dy/dw = t + w t' = ...` as a name and the sides after it.

Read are lines of plain text, Markdown with `$...$`, `$$...$$`, `\\[...\\]`, `align` and its like, fenced blocks, tables
of two columns, `name: expression` as in YAML and JSON, equations that go on in the next line, and a heading that is
nothing but the name, or the id of its question where that is looked for too. What stands before the name (a bullet,
"1b)", "Answer:", "So") is left out, and so is what follows after "where", a comma or a semicolon. A frame around a
whole equation (`\\boxed{dy/dw = ...}`) is as if it were not there. `g = dy/dw = ...` states both; `y'(w)` is `dy/dw`,
and `y'` alone no name at all, least of all `y`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from .formula import LETTER, Unreadable
from .latex import FRAMES, plain_formula
from .spelling import key, quotient_key, straightened

LONGEST_LINE = 20_000
MOST_SLOPES = 8  # sides of a chain that may be derivatives
MOST_LINES = 20_000
MOST_STATEMENTS = 2_000
LONGEST_NAME = 120
MOST_WORDS = 8  # of a heading
LONGEST_JOIN = 40  # lines of one equation

ENVIRONMENTS = "align|aligned|alignat|equation|gather|gathered|split|eqnarray|multline|displaymath|math|flalign"
DISPLAY = re.compile(rf"(\$\$|\\\[|\\\]|\\(?:begin|end)\{{(?:{ENVIRONMENTS})\*?\}}(?:\{{\d+\}})?)")
BLANK_LINE = re.compile(r"\n[ \t]*\n")
ROW_BEGIN = re.compile(r"^(?:\s|\\q?quad(?![a-z])|\\[,;:!]|\\h?phantom\{[^{}]*\}|\{\})+")
SPACES = re.compile(r"(?<!\\)\\[,;:!>]")  # else they would be cut at
ROW_END = re.compile(r"\\\\(?:\[[^\]]*\])?")
SPAN = re.compile(r"\$([^$\n]+)\$|\\\((.{1,2000}?)\\\)|(?<!`)`([^`\n]+)`(?!`)")
FENCE = re.compile(r"\s*(?:```|~~~)\s*\{?[\w.+-]*\}?\s*$")
LEADING = re.compile(r"^\s*(?:>\s*)*(?:#{1,6}\s+|[-*+]\s+)?(?:\[[ xX]\]\s+)?")
LABEL = re.compile(r"^\s*(?:\(?\d{0,2}[a-z]?\s*[.)]|[(\[][ivx]+[)\]])\s+")
ID = r"(?:(?:part|question|problem|exercise|task|answer|q)\s?)?[(\[]?(\d{1,2})\s?[.(]?\s?([a-z]?)(?![\w=])[)\].:]*"
AN_ID = re.compile(ID, re.I)
HEADING = re.compile(rf"#{{1,6}}\s*{ID}[^=]*", re.I)
BOLD = re.compile(r"^(\*\*|__)(.*)\1$")
CUT = re.compile(
    r";|\\(?:Rightarrow|Longrightarrow|implies|iff|therefore|because|rightarrow|to)(?![a-zA-Z])|=>|->|(?<=[^=+\-*/^\s])\s?\\q?quad"
    r"|\\text(?:rm|it|bf)?\s?\{[^{}]{0,200}[^{}\s]\s[^{}]{0,200}\}"
    r"|\b(?:where|with|and|so|then|thus|hence|therefore|because|since|using|when|which|here|we|let)\b"
    r"|(?<=[\w)}\]])\.\s+(?=[A-Z\\$])|\s#.*$|\s//.*$",
    re.I,
)
EQUALS = re.compile(
    r":?={1,3}|\b(?:is equal to|equals)\b|\\(?:equiv|approx|triangleq|coloneqq|doteq|simeq|coloneq)(?![a-zA-Z])"
)
NAME = rf"[{LETTER}][{LETTER}0-9]*(?:_(?:\{{[^{{}}]{{1,40}}\}}|[tT]-1|[{LETTER}0-9]+))*"
IDENTIFIER = re.compile(NAME)
PRIME = r"\s?(?:'|\^\{'\})"
PRIMED = re.compile(  # y'(w), y'_w and y_w'
    rf"([{LETTER}]+){PRIME}\s?(?:_\{{?({NAME})\}}?|\(\s?({NAME})\s?\))|([{LETTER}]+)_\{{?([{LETTER}]+)\}}?{PRIME}"
)
IS_PRIMED = re.compile(r"[\w)}\]]\s?(?:'|\^\s?\{?\s?\\prime)")
QUOTIENT = re.compile(rf"([d∂]{NAME})\s*/\s*([d∂]{NAME})")
ARGUMENTS = re.compile(rf"\s?\(\s?{NAME}(?:\s?[,;]\s?{NAME})*\s?\)$")
SAID_BEFORE = re.compile(r"^[^+*/^=\\]*[\s:)\]]$|^$")
YAML_BLOCK = re.compile(r"^[|>][+-]?$")
QUOTES = "\"'“”‘’`"
OPENED = re.compile(r"(?:^|[^\w)}\]'])'(?=\S)|‘")  # else a `'` is a prime
SLOPE_KEY = re.compile(r"d\w+d\w+")
WORDS_IN = frozenset("mathrm operatorname text textrm textbf textit texttt mbox hbox".split())  # noqa: SIM905
FRAME = re.compile(
    rf"(?P<open>\\(?:{'|'.join(sorted(FRAMES - WORDS_IN))}|(?:text)?color\s?\{{[^{{}}]{{0,40}}\}})\s?\{{"
    r"|\{\s?\\color\s?\{[^{}]{0,40}\})|(?P<mark>(?:\\.)|[{}=]|\n[ \t]*\n)"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """An equation: the key of its name, and the texts of its other sides in order."""

    name: str
    sides: tuple[str, ...]


def statements(text: str, wanted: Collection[str]) -> list[Statement]:
    """All equations of a document, in order. `wanted`: keys that may also stand before a colon or over a formula."""
    found: list[Statement] = []
    for line in _logical_lines(_without_displays(_unframed(straightened(text))), wanted):
        for statement in _of_line(line, wanted):
            if statement.name or not found:
                found.append(statement)
            else:  # a formula that goes on with another `=`
                found[-1] = Statement(found[-1].name, found[-1].sides + statement.sides)
        if len(found) >= MOST_STATEMENTS:
            break
    return [statement for statement in found if statement.name and statement.sides]


# --- lines ---


def _unframed(text: str) -> str:
    """The text without the frames that hold an `=`: with them it would stand in braces, where no side ends."""
    pieces: list[str] = []
    opened: list[tuple[int, bool, bool]] = []  # where in the pieces, whether a frame, whether an `=` stands in it
    end = 0
    for match in FRAME.finditer(text):
        pieces += [text[end : match.start()], match[0]]
        end, sign = match.end(), match["mark"]
        if match["open"] or sign == "{":
            opened.append((len(pieces) - 1, bool(match["open"]), False))
        elif sign == "=" and opened:
            opened[-1] = (*opened[-1][:2], True)
        elif sign == "}" and opened:
            at, is_frame, has_sides = opened.pop()
            if has_sides and (is_frame or not "".join(pieces[at + 1 : at + 3]).strip()):  # a group of a frame alone
                pieces[at] = pieces[-1] = " "
                opened[-1:] = [(*each[:2], True) for each in opened[-1:]]
        elif not sign.strip():  # what a blank line leaves open is never closed
            opened.clear()
    return "".join([*pieces, text[end:]])


def _without_displays(text: str) -> str:
    """Displayed formulas with a line for each of their equations, and without what delimits them.

    A blank line ends a display, as in TeX, so one that is never closed takes nothing with it.
    """
    plain: list[str] = []
    inside: list[str] = []
    opened: list[str] = []
    for at, piece in enumerate(DISPLAY.split(SPACES.sub(" ", text))):
        if at % 2:
            _open_or_close(piece, opened)
            if not opened:
                plain += ["\n", _rows(" ".join(inside)), "\n"]
                inside = []
            continue
        end = BLANK_LINE.search(piece.strip()) if opened else None
        if end is not None:
            plain += ["\n", _rows(" ".join(inside)), "\n", piece]
            inside, opened = [], []
        else:
            (inside if opened else plain).append(piece)
    return "".join([*plain, *inside])


def _open_or_close(delimiter: str, opened: list[str]) -> None:
    begins = delimiter == "\\[" or delimiter.startswith("\\begin") or (delimiter == "$$" and "$$" not in opened)
    if begins:
        opened.append(delimiter)
    elif opened:
        opened.pop()
    if delimiter == "$$" and not begins:
        opened.clear()


def _rows(inner: str) -> str:
    rows: list[str] = []
    for row in ROW_END.split(re.sub(r"\s+", " ", inner)):
        plain = ROW_BEGIN.sub("", row.replace("&", " ")).strip()
        if rows and plain[:1] in tuple("=+-*/") and plain:
            rows[-1] += f" {plain}"
        elif plain:
            rows.append(plain)
    return "\n".join(rows)


def _logical_lines(text: str, wanted: Collection[str]) -> Iterator[str]:
    """Lines as they are meant: what goes on in the next one is joined."""
    joined, blank, joins = "", False, 0
    for raw in text.split("\n")[:MOST_LINES]:
        line = "" if FENCE.match(raw) else " ".join(raw[:LONGEST_LINE].split())
        if not line:
            blank = True
            continue
        if joined and joins < LONGEST_JOIN and _goes_on(joined, line, blank, wanted):
            joined, joins = f"{joined} {line}"[:LONGEST_LINE], joins + 1
        else:
            if joined:
                yield joined
            joined, joins = _bare_line(line, wanted), 0
        blank = False
    if joined:
        yield joined


def _goes_on(before: str, line: str, blank: bool, wanted: Collection[str]) -> bool:
    tail = before.rstrip("$` ")
    if tail.endswith(("=", ":=")) or line.lstrip("$`& ").startswith(("=", ":=")):
        return True
    if YAML_BLOCK.match(before.partition(":")[2].strip()[:2].strip()) and (blank or "=" not in line):
        return ":" not in line
    if line.startswith("+ ") and "=" in before and not blank and not {"=", ":"} & set(line):
        return True
    if "=" not in line and name_of(before.rstrip(": "), wanted) in wanted and not _has_sides(before):
        return ":" not in line  # a heading that is the name
    opened = sum(map(tail.count, "([{")) - sum(map(tail.count, ")]}"))
    return not blank and "=" in before and "=" not in line and (opened > 0 or tail.endswith(("+", "-", "*", "/", "\\")))


def _has_sides(line: str) -> bool:
    return EQUALS.search(line) is not None or bool(line.partition(":")[2].strip())


def _bare_line(line: str, wanted: Collection[str]) -> str:
    """The line without bullet, label and bold; of a heading that begins with an id that is looked for, the id."""
    heading = HEADING.fullmatch(line)
    if heading and f"{heading[1]}{heading[2]}".lower() in wanted and name_of(line, wanted) not in wanted:
        return f"{heading[1]}{heading[2]}".lower()
    line = LEADING.sub("", line, count=1)
    bold = BOLD.match(line)
    return LABEL.sub("", bold[2] if bold else line, count=1)


# --- one line ---


def _of_line(line: str, wanted: Collection[str]) -> Iterator[Statement]:
    if line.startswith("|"):
        yield from _of_table(line, wanted)
        return
    spans = [match[1] or match[2] or match[3] for match in SPAN.finditer(line)]
    said = [statement for span in spans for clause in _clauses(span) for statement in _of_clause(clause, wanted)]
    if any(statement.name for statement in said):
        yield from said
        return
    line = re.sub(r"\\\(|\\\)|[$`]", " ", line)
    for clause in _clauses(line):
        yield from _of_clause(clause, wanted)


def _of_table(line: str, wanted: Collection[str]) -> Iterator[Statement]:
    cells = [cell.strip(" $`*") for cell in line.strip("|").split("|")]
    for left, right in pairwise(cells):
        name = name_of(left, wanted)
        if name in wanted and right:
            sides = EQUALS.split(right)
            yield Statement(name, tuple(sides if name_of(sides[0], wanted) != name else sides[1:]))


def _clauses(line: str) -> list[str]:
    clauses: list[str] = []
    for clause in CUT.split(line):
        depth, begin = 0, 0
        for at, character in enumerate(clause):
            depth += (character in "([{") - (character in ")]}")
            if character == "," and depth <= 0:
                clauses.append(clause[begin:at])
                begin = at + 1
        clauses.append(clause[begin:])
    return [clause for clause in clauses if clause.strip()]


def _of_clause(clause: str, wanted: Collection[str]) -> Iterator[Statement]:
    sides = _sides(clause)
    first = name_of(sides[0], wanted) if len(sides) > 1 else ""
    before, colon, after = clause.partition(":")
    name = name_of(before, wanted) if colon and not first else ""
    if name in wanted and after.strip():
        yield Statement(name, tuple(filter(None, map(_bare_side, _sides(after)))))
    elif len(sides) > 1:
        yield from _of_sides(first, sides, wanted)
    elif not colon and (split := _heading(clause, wanted)):
        yield split


def _of_sides(first: str, sides: list[str], wanted: Collection[str]) -> Iterator[Statement]:
    """What the first side names, and each derivative between it and the last side, as in `g = dy/dw = 3w`."""
    if first or not sides[0].strip(" &"):
        yield Statement(first, tuple(filter(None, map(_bare_side, sides[1:]))))
    for at, side in islice(enumerate(sides[1:-1], 2), MOST_SLOPES):
        name = _derivative(side, wanted)
        if name and name != first:
            yield Statement(name, tuple(filter(None, map(_bare_side, sides[at:]))))


def _heading(clause: str, wanted: Collection[str]) -> Statement | None:
    """A name with its formula after nothing but a blank, as a heading and the line under it are joined."""
    for name in islice(re.finditer(r"\S+", clause), MOST_WORDS):
        found = name_of(clause[: name.end()], wanted)
        if found in wanted and name.end() < len(clause):
            return Statement(found, (_bare_side(clause[name.end() :]),))
    return None


def _sides(clause: str) -> list[str]:
    """The clause, cut at each `=` outside of brackets; at every one if brackets do not match."""
    sides, begin, depth = [], 0, 0
    for match in EQUALS.finditer(clause):
        between = clause[begin : match.start()]
        depth = sum(map(between.count, "([{")) - sum(map(between.count, ")]}"))
        if depth == 0 and clause[match.start() - 1 : match.start()] not in ("<", ">", "!"):
            sides.append(between)
            begin = match.end()
    sides.append(clause[begin:])
    return sides if len(sides) > 1 or depth == 0 else EQUALS.split(clause)


def _bare_side(side: str) -> str:
    side = side.strip().rstrip(".,;( ")
    side = re.sub(r"^[|>][+-]?\s+", "", side)
    if side[:1] in QUOTES:
        side = side.strip(QUOTES)
    side = side.strip("& ")
    return side.removesuffix("**").strip()  # the end of bold


# --- names ---


def name_of(text: str, wanted: Collection[str] = ()) -> str:
    """The key of the name that a text ends in, if there is nothing but words before it; else an empty text."""
    text = _unquoted(text).replace(r"\_", "_")[-LONGEST_NAME:]
    number = AN_ID.fullmatch(text)
    if number and f"{number[1]}{number[2]}".lower() in wanted:
        return f"{number[1]}{number[2]}".lower()
    try:
        plain = plain_formula(text).strip()
    except Unreadable:
        bare = re.sub(r"\\(?:d|t)?frac|\\partial|\\mathrm|[^A-Za-z0-9∂_-]", "", text)
        return key(bare) if key(bare) in wanted and not IS_PRIMED.search(text) else ""
    whole = _unquoted(plain)
    plain = _unquoted(ARGUMENTS.sub("", whole))
    for begin in (0, *(match.end() for match in re.finditer(r"[\s:)\]]", plain))):
        if SAID_BEFORE.match(plain[:begin]):
            slope = _slope(plain, begin) or _slope(whole, begin)
            if slope or IDENTIFIER.fullmatch(plain, begin):
                return slope or key(plain[begin:])
    return ""


def _derivative(side: str, wanted: Collection[str]) -> str:
    """The key of the derivative that a side is, if it is nothing else: `w dt/dw` is a formula, and so is `w`."""
    try:
        whole = plain_formula(_unquoted(side).replace(r"\_", "_")[:LONGEST_LINE]).strip()
    except Unreadable:
        return ""
    plain = ARGUMENTS.sub("", whole)
    name = key(plain) if len(plain) <= LONGEST_NAME and IDENTIFIER.fullmatch(plain) else ""
    return _slope(plain) or _slope(whole) or (name if name in wanted and SLOPE_KEY.fullmatch(name) else "")


def _slope(plain: str, begin: int = 0) -> str:
    """The key of `dy/dw`, `y'(w)`, `y'_w` or `y_w'`, whose letters are those from there to the end."""
    if len(plain) > LONGEST_NAME + begin:
        return ""
    quotient = QUOTIENT.fullmatch(plain, begin)
    primed = PRIMED.fullmatch(plain, begin)
    if quotient:
        return quotient_key(quotient[1], quotient[2])
    return quotient_key(f"d{primed[1] or primed[4]}", f"d{primed[2] or primed[3] or primed[5]}") if primed else ""


def _unquoted(text: str) -> str:
    """The text without blanks, quotes and emphasis around it; a `'` that nothing opened is a prime, and stays."""
    text = text.strip()
    closing = QUOTES if 2 * len(OPENED.findall(text)) >= text.count("'") else QUOTES.replace("'", "")
    return text.lstrip(QUOTES + "*& ").rstrip(closing + "*& ")
