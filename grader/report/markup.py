"""The only module that calls text safe: our own style and scripts, and what nh3 has cleaned.

Written answers are Markdown with `$...$` and `$$...$$` maths. HTML in them is text, links and images stay source, maths
becomes MathML, and all of it passes nh3 with a short list of elements. Whatever cannot be made shows its source.

Cells of notebooks come as HTML that nobody has cleaned. They pass nh3 with a list that has no link, no address but
those of our own pictures, no style and nothing that acts; then they stand in a frame that has no rights, under a policy
of its own. Each of the three would do alone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import MutableMapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup

from grader.safetext import safe_text

NO_CAP = 10**9  # what is too long was cut before
MAX_FORMULA, MAX_DEPTH, MAX_FORMULAS = 2_000, 64, 200
MAX_CELLS = 5_000  # of all tables; a row that is short is filled up, so few signs can ask for many cells
_TEXT = "p br hr em strong s code pre blockquote ul ol li table thead tbody tr th td h5"
_MATHS = (
    "math mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd"
    " mpadded mphantom mstyle menclose mmultiscripts"
)
_ATTRIBUTES = {
    "math": {"display", "class"},
    "mo": {"stretchy", "fence", "form", "separator", "accent", "lspace", "rspace", "minsize", "maxsize"},
    "mfrac": {"linethickness"},
    "mi": {"mathvariant"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mspace": {"width"},
    "mtable": {"columnalign", "rowspacing", "columnspacing"},
    "mtd": {"columnalign"},
    "ol": {"start"},
}
_CELL = (
    f"{_TEXT} div span b i u sub sup small kbd samp var mark center dl dt dd caption tfoot img h1 h2 h3 h4 h6 figure"
    " figcaption"
)
_CELL_ATTRIBUTES = {
    **_ATTRIBUTES,
    **{name: {"class"} for name in ("div", "span", "pre", "code", "table")},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "img": {"src", "alt"},
}
MAX_TAGS, MAX_INTRICACY = 12_000, 5 * 10**8  # of a cell; of a notebook: nh3 takes up to 2 ns a square of tags
FRAME_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_FLAT = re.compile(r'<span class="[\w -]{0,60}">[^<]{0,400}</span>')  # a coloured word: it holds no other element
_SEEN_PICTURE = re.compile(r'(<img [^<>]*?)src="picture:(\d{1,4})"')
_NAMELESS = str.maketrans("", "", "<>\"&'")
# Bounded: a text of dollars that never close would cost the square of its length.
_FORMULA = re.compile(rf"(\${{1,2}})(?=\S)(.{{1,{MAX_FORMULA}}}?)(?<=\S)\1(?!\d)", re.DOTALL)


@cache
def style() -> Markup:
    """The style sheet of all pages."""
    return Markup(_template("style.css"))


@cache
def script(name: str) -> Markup:
    """A script of ours."""
    return Markup(_template(name))


@cache
def content_policy(name: str) -> str:
    """The content security policy of a page that runs this script and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_template(name).encode()).digest()).decode()
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def shown(text: str) -> str:
    """The text with every unseen character made visible. Results hold safe text already; this is the last door."""
    if text.isascii() and text.isprintable():  # most of a page: a thousand short words
        return text
    return safe_text(text, columns=NO_CAP, lines=NO_CAP, size=NO_CAP)


@lru_cache(maxsize=8)  # two pages show the same answer, and one is made again when it grows too large
def written(text: str) -> Markup:
    """A written answer as HTML; its source, escaped, if it cannot be rendered."""
    if not text.strip():
        return Markup("")
    try:
        html = _clean(_markdown(tables=_cells(text) <= MAX_CELLS).render(shown(text), {"formulas": 0}))
        return Markup(shown(html))  # once more: `&#x202e;` is a character only now
    except Exception:  # a renderer that stumbles over a text must not hide the answer
        return Markup("<pre>") + shown(text) + Markup("</pre>")


@lru_cache(maxsize=2048)  # two pages show the same cells, and are made again when they grow too large
def clean_cell(html: str) -> str:
    """The HTML of a cell without anything that lives or asks for something; pictures are still `picture:N`.

    Nothing is left of a cell of more tags than anybody reads.
    """
    if intricacy(html) > MAX_TAGS**2:
        return "<p><em>This cell is too intricate to be shown.</em></p>"
    cleaned = nh3.clean(
        html,
        tags={*_CELL.split(), *_MATHS.split()},
        attributes=_CELL_ATTRIBUTES,
        attribute_filter=_kept_in_cell,
        url_schemes={"picture"},
        link_rel=None,
    )
    return shown(cleaned)


def intricacy(html: str) -> int:
    """What cleaning a cell may cost, in squares of tags."""
    return _FLAT.sub("", html).count("<") ** 2


def frame(cells: Sequence[tuple[int, str]], pictures: dict[int, str], *, language: str = "") -> Markup:
    """A document that shows these clean cells with their numbers, as the value of an attribute in double quotes.

    `pictures`: number -> `data:` address; each is shown once, where it is named first, and is then taken out of it.
    """

    def _placed(found: re.Match[str]) -> str:
        address = pictures.pop(int(found[2]), "")
        return f'{found[1]}src="{address}"' if address else found[1]

    body = "".join(
        f'<section><p class="at">{number}</p>{_SEEN_PICTURE.sub(_placed, cell)}</section>' for number, cell in cells
    )
    lang = f' lang="{language}"' if language else ""
    page = (
        f'<!DOCTYPE html><html{lang}><head><meta http-equiv="Content-Security-Policy" content="{FRAME_POLICY}">'
        f'<meta charset="utf-8"><title>Notebook</title><style>{_template("notebook.css")}</style></head>'
        f"<body>{body}</body></html>"
    )
    return Markup(page.replace("&", "&amp;").replace('"', "&quot;"))


def formula(source: str, *, display: bool = False) -> Markup:
    """A formula in LaTeX as MathML; its source if it cannot be made."""
    if len(source) <= MAX_FORMULA and _depth(source) <= MAX_DEPTH and r"\def" not in source:
        try:
            made = _clean(_mathml(source, display=display))
            if made.startswith("<math"):
                return Markup(made)
        except Exception:  # the converter raises whatever it meets, RecursionError included
            pass
    return Markup("<code>") + source + Markup("</code>")


def _template(name: str) -> str:
    return (files("grader.report") / "templates" / name).read_text(encoding="utf-8")


def _clean(source: str) -> str:
    return nh3.clean(
        source,
        tags={*_TEXT.split(), *_MATHS.split()},
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=set(),
        link_rel=None,
    )


def _kept(element: str, attribute: str, value: str) -> str | None:
    return value if re.fullmatch(r"[\w .%+-]{0,40}", value) else None


def _kept_in_cell(element: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if re.fullmatch(r"picture:\d{1,4}", value) else None
    if attribute == "alt":
        return value.translate(_NAMELESS)[:200]
    if attribute in ("colspan", "rowspan"):
        return value if re.fullmatch(r"[1-9]\d?", value) else None
    return value if re.fullmatch(r"[\w .%+-]{0,120}", value) else None


def _mathml(source: str, *, display: bool) -> str:
    from latex2mathml.converter import convert

    aligned = source.replace(r"\begin{aligned}", r"\begin{align*}").replace(r"\end{aligned}", r"\end{align*}")
    return str(convert(aligned, display="block" if display else "inline"))


def _depth(source: str) -> int:
    depth = deepest = 0
    for character in source:
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
    return deepest


def _cells(text: str) -> int:
    """How many cells the tables of a text could have at most."""
    lines = [line for line in text.splitlines() if line.strip()]
    return max((line.count("|") for line in lines), default=0) * len(lines)


@cache
def _markdown(*, tables: bool) -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})
    markdown.disable(["link", "image", "autolink", "reference"])
    if tables:
        markdown.enable("table")
    markdown.inline.ruler.before("escape", "formula", _formula_rule)
    markdown.add_render_rule("formula", _formula_html)
    for kind in ("heading_open", "heading_close"):
        markdown.add_render_rule(kind, _heading_html)
    return markdown


def _formula_rule(state: StateInline, silent: bool) -> bool:
    found = _FORMULA.match(state.src, state.pos)
    if found is None or state.env["formulas"] >= MAX_FORMULAS:
        return False
    if not silent:
        state.env["formulas"] += 1
        token = state.push("formula", "math", 0)
        token.content, token.markup = found[2], found[1]
    state.pos = found.end()
    return True


def _formula_html(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, object]
) -> str:
    return str(formula(tokens[at].content, display=tokens[at].markup == "$$"))


def _heading_html(
    self: RendererProtocol, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, object]
) -> str:
    return "<h5>" if tokens[at].nesting > 0 else "</h5>\n"


def language_of(text: str) -> str:
    """The `lang` of a text by its script: `ja`, `ko`, `zh`, or nothing if it is mostly Latin."""
    counts = {
        "ja": len(re.findall(r"[\u3040-\u30ff]", text)),
        "ko": len(re.findall(r"[\uac00-\ud7af]", text)),
        "zh": len(re.findall(r"[\u4e00-\u9fff]", text)),
    }
    if counts["ja"] > 0 and counts["ja"] * 5 > counts["zh"]:
        return "ja"
    winner = max(counts, key=lambda language: counts[language])
    return winner if counts[winner] * 8 > len(text) else ""
