"""LaTeX of formulas as plain text: `\\frac{3w^2}{2}` is `((3w^2)/(2))`, `\\frac{dy}{dw}` is `dy/dw`, `\\odot` is `*`.

Plain text passes unchanged, so what is written half in LaTeX is read too. A command that is not known stays, and
whoever reads the result says so.
"""

from __future__ import annotations

import re

from .formula import DEEPEST, MOST_CHARACTERS, Unreadable

PRODUCTS = frozenset("cdot cdotp times odot circ ast star bullet otimes bigodot bigcirc".split())  # noqa: SIM905
FRACTIONS = frozenset(["frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"])
DERIVATIVES = frozenset(["dv", "pdv", "odv", "derivative"])
FRAMES = frozenset(  # what they hold is read as if they were not there
    """
    mathrm mathbf mathit mathsf mathcal mathnormal mathscr boldsymbol bm pmb operatorname text textrm textbf textit
    texttt vec hat bar tilde boxed fbox mbox hbox overline underline ensuremath mathop mathbin
    """.split()  # noqa: SIM905
)
NOTHING = frozenset(
    """
    left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle nonumber notag
    blacksquare square Box qed limits nolimits rm bf it cal quad qquad top intercal
    """.split()  # noqa: SIM905
)
BRACES = frozenset(["underbrace", "overbrace"])
DROPPED = frozenset(["label", "tag", "color", "hspace", "vspace", "phantom", "hphantom"])  # with what they hold
GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon eta theta lambda mu nu xi rho tau phi chi psi omega Delta Gamma".split(),  # noqa: SIM905
        "αβγδεηθλμνξρτφχψωΔΓ",
        strict=True,
    )
)
WORDS = {
    "partial": "∂",
    "prime": "'",
    "lbrace": "(",
    "rbrace": ")",
    "lbrack": "[",
    "rbrack": "]",
    "lparen": "(",
    "rparen": ")",
    "sigma": " σ ",
    "dd": "d",
    "diff": "d",
    "div": "/",
    "slash": "/",
    "lvert": "|",
    "rvert": "|",
}
FUNCTIONS = frozenset("tanh sech sinh cosh coth exp log ln sin cos tan diag Diag sigmoid".split())  # noqa: SIM905
HALF = re.compile(r"[d∂]\s*[A-Za-z]\w*(?:_(?:\{[^{}]*\}|\w))?")
LONELY_D = re.compile(r"(?<![A-Za-z0-9_])(d|∂)\s+(?=[A-Za-z])")
TRANSPOSED = re.compile(r"\^\s*(?:\{\s*(?:T|\\top|\\intercal|\\mathsf\s*\{?T\}?)\s*\}|T(?![\w])|\\top\b|\\intercal\b)")
STEP_ABOVE = re.compile(r"\^\s*(?:\{\s*)?[(<]\s*([tT](?:\s*-\s*1)?)\s*[)>](?:\s*\})?")  # C^{(t-1)}, C^{<t>}
SLOPE = re.compile(  # \partial_w y and \nabla_{C_t} L
    r"\\(?:partial|nabla)\s?_\s?(?:\{((?:[^{}]|\{[^{}]*\}){1,40})\}|(\w))\s*([A-Za-z](?:_(?:\{[^{}]*\}|\w))?)(?![A-Za-z])"
)
SPACED = re.compile(r"\\[,;:!> ]|~|&")


def plain_formula(text: str) -> str:
    """A formula without LaTeX. Raises: Unreadable for braces that are not closed, and for what is too long or deep."""
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"it has more than {MOST_CHARACTERS:,} characters")
    text = STEP_ABOVE.sub(r"_{\1}", TRANSPOSED.sub("", SPACED.sub(" ", text)))
    text = SLOPE.sub(r"\\frac{d \3}{d \1\2}", text)
    text = re.sub(r"\\left\s*\.|\\right\s*\.", "", text).replace(r"\\", " ")
    return LONELY_D.sub(r"\1", _Scanner(text).all())


class _Scanner:
    """Reads LaTeX from left to right; `at` is where it is."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth = text, 0, 0

    def all(self) -> str:
        """The whole text."""
        plain = self._until("")
        if self._at < len(self._text):
            raise Unreadable("a '}' closes nothing")
        return plain

    def _until(self, end: str) -> str:
        parts: list[str] = []
        while self._at < len(self._text) and self._text[self._at] != "}":
            character = self._text[self._at]
            if character == "\\":
                parts.append(self._command())
            elif character == "{":
                parts.append("{" + self._group() + "}")
            elif character in "_^":
                parts.append(self._script(character))
            else:
                parts.append(character)
                self._at += 1
        if end and self._at >= len(self._text):
            raise Unreadable("a '{' is not closed")
        return "".join(parts)

    def _group(self) -> str:
        """What stands in braces; the scanner is before the first of them."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable(f"it is nested deeper than {DEEPEST} levels")
        self._at += 1
        inner = self._until("}")
        self._at += 1
        self._depth -= 1
        return inner

    def _script(self, sign: str) -> str:
        """An exponent or index; an index in braces is one word."""
        self._at += 1
        self._skip_blanks()
        if self._peek() == "{":
            inner = self._group()
            return "_{" + re.sub(r"\s", "", inner) + "}" if sign == "_" else "^{" + inner + "}"
        if self._peek() == "\\":
            return f"{sign}{{{self._command().strip()}}}"
        return sign

    def _command(self) -> str:
        match = re.compile(r"\\([A-Za-z]+)\*?|\\(.)").match(self._text, self._at)
        if match is None:
            raise Unreadable("it ends in a '\\'")
        self._at = match.end()
        if match[1] is None:
            return {"{": "(", "}": ")", "|": "|"}.get(match[2], match[2])
        return self._of(match[1])

    def _of(self, name: str) -> str:  # one line for each kind of command
        if name in PRODUCTS:
            return " * "
        if name in FRACTIONS:
            return _fraction(self._argument(), self._argument())
        if name in DERIVATIVES:
            return f" d{self._argument()}/d{self._argument()} "
        if name in FUNCTIONS:
            return f" {name} "
        if name in BRACES:
            return self._braced()
        if name in FRAMES:
            return _framed(self._argument())
        if name == "sqrt":
            return f" sqrt({self._argument()})"
        if name in DROPPED:
            self._argument()
        if name in NOTHING or name in DROPPED:
            return " "
        return WORDS.get(name) or GREEK.get(name) or f"\\{name} "

    def _braced(self) -> str:
        """What stands over a brace; what is written under it is no index."""
        inner = self._argument()
        self._skip_blanks()
        if self._peek() in ("_", "^"):
            self._at += 1
            self._argument()
        return f" {inner} "

    def _argument(self) -> str:
        """A group, a command, or a single character."""
        self._skip_blanks()
        if self._peek() == "{":
            return self._group()
        if self._peek() == "\\":
            return self._command()
        self._at += 1
        character = self._text[self._at - 1 : self._at]
        if not character or character == "}":
            raise Unreadable("a command lacks what it is about")
        return character

    def _skip_blanks(self) -> None:
        while self._peek() == " ":
            self._at += 1

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]


def _fraction(above: str, below: str) -> str:
    top, bottom = LONELY_D.sub(r"\1", above).strip(), LONELY_D.sub(r"\1", below).strip()
    if HALF.fullmatch(top) and HALF.fullmatch(bottom):
        return f" {top}/{bottom} "
    return f"(({above})/({below}))"


def _framed(inner: str) -> str:
    """A single letter may belong to what follows it; a word stands for itself."""
    return inner if len(inner.strip()) < 2 else f" {inner} "
