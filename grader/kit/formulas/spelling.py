"""How people write the names and signs of a formula: one key for each name, plain signs for fancy ones.

The key of a name leaves out what is only typography: `u_1`, `u_{1}` and `u1` are `u1`; an index for the step before
is `prev` (`C_{T-1}`, `C_{t-1}`, `C_prev`), one for the present step is `now` (`f_T`, `f_t`); `∂L/∂h`, `dL/dh` and
`dL_dh` are `dLdh`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", "0123456789+-()n")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₜₚₒₑₐₓᵢₕₖₙₘ", "0123456789+-()tpoeaxihknm")
_RUN_RAISED = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ]+")
_RUN_LOWERED = re.compile("[₀-₎ₐ-ₜᵢ]+")
_TAGS = (
    (re.compile(r"<sup>([^<>]{1,40})</sup>", re.I), r"^(\1)"),
    (re.compile(r"<sub>([^<>]{1,40})</sub>", re.I), r"_{\1}"),
    (re.compile(r"<br\s*/?>|</(?:p|div|li|tr)>", re.I), "\n"),
    (re.compile(r"</?(?:p|div|span|b|i|em|strong|u|li|ul|ol|center|code)(?:\s[^<>]{0,200})?>", re.I), ""),
    (re.compile(r"<!--.*?-->", re.S), ""),
    (re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]*"), ""),
)
_SIGNS = str.maketrans(
    dict.fromkeys("−–—‐‑‒―﹣", "-")
    | dict.fromkeys("×·⋅∙•∗⊙∘⊗⨀○◦⨯◯∗", "*")
    | dict.fromkeys("÷∕⁄", "/")
    | dict.fromkeys("′ʹ’´", "'")
    | dict.fromkeys("⇒⟹→⟶∴⇔", ";")
    | dict.fromkeys("≡≜≔≈≅", "=")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00adᵀ⊤", "")
    | dict.fromkeys("\u2061\u2062\u2063", " ")
    | dict.fromkeys("∎■□▪", "")
    | {"。": ".", "，": ",", "、": ",", "√": "sqrt ", "𝜕": "∂", "𝝏": "∂", "\t": " "}
)
LONGEST_PIECE = 24
_PREVIOUS = frozenset(f"{step}{less}" for step in ("t", "T", "k", "K", "n", "N") for less in ("-1", "m1", "minus1")) | {
    "prev",
    "previous",
    "old",
    "last",
}
_PRESENT = frozenset({"t", "T"})


def straightened(text: str) -> str:
    """The text with raised and lowered characters as `^(2)` and `_{1}`, and one sign for each meaning."""
    for pattern, plain in _TAGS:
        text = pattern.sub(plain, text)
    text = _RUN_RAISED.sub(lambda run: f"^({run[0].translate(_RAISED)})", html.unescape(text))
    text = _RUN_LOWERED.sub(lambda run: f"_{{{run[0].translate(_LOWERED)}}}", text)
    return unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)


def key(name: str) -> str:
    """What a name is known by, however it is set."""
    base, *indices = re.sub(r"[\s{}()<>\\]", "", name.replace("∂", "d")).split("_")
    return base + "".join("prev" if each in _PREVIOUS else "now" if each in _PRESENT else each for each in indices)


def quotient_key(above: str, below: str) -> str:
    """The key of a derivative such as `dL/dC_{T-1}`."""
    return key(above) + key(below)


class Names:
    """The names that may stand in a formula, by their keys."""

    def __init__(self, symbols: Iterable[str], spellings: Mapping[str, Iterable[str]]) -> None:
        self._symbols = {key(symbol): symbol for symbol in symbols}
        for symbol in tuple(self._symbols.values()):
            others = [key(each) for each in spellings.get(symbol, ())]
            for other in others or [f"{key(symbol)}now"]:
                self._symbols.setdefault(other, symbol)
        self._folded = {each.casefold(): symbol for each, symbol in reversed(self._symbols.items())}
        folded = {each.casefold() for each in self.symbols}
        self._folds = len(folded) == len(self.symbols)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The names as the rubric writes them, each once."""
        return tuple(dict.fromkeys(self._symbols.values()))

    def symbol(self, name_key: str) -> str | None:
        """The symbol that a key stands for; capitals matter only where two symbols differ in nothing else."""
        found = self._symbols.get(name_key)
        return found or (self._folded.get(name_key.casefold()) if self._folds else None)


def split(run: str, known: Callable[[str], bool]) -> list[str]:
    """A run of letters such as `wu2` as known keys, the fewest that make it up; empty if nothing does."""
    best = {0: (0, 0)}  # end -> how many pieces, and where the last of them begins
    for end in range(1, len(run) + 1):
        begins = [at for at in range(max(0, end - LONGEST_PIECE), end) if at in best and known(run[at:end])]
        if begins:
            best[end] = min((best[at][0] + 1, at) for at in begins)
    pieces: list[str] = []
    end = len(run) if len(run) in best else 0
    while end:
        begin = best[end][1]
        pieces.append(run[begin:end])
        end = begin
    return pieces[::-1]
