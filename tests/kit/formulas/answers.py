"""Ten right and ten wrong forms for each maths answer of hw12, in Python, sympy and LaTeX, and what they equal."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from grader.kit.formulas.spelling import Names

POINTS = 12


def _drawn(*names: str) -> dict[str, Tensor]:
    chance = torch.Generator().manual_seed(5)
    drawn = {name: torch.rand(POINTS, generator=chance, dtype=torch.float64) * 2 - 1 for name in names}
    return {name: values + 0.2 * values.sign() for name, values in drawn.items()}


CHAIN = _drawn("u1", "u2", "u3", "w")
CHAIN["p"] = CHAIN["u1"]
CELL = _drawn("o_prev", "o", "f", "i", "C_prev", "C", "dL_dh", "dL_dC")
CHAIN_NAMES = Names(CHAIN, {})
CELL_NAMES = Names(CELL, {"dL_dh": ("dL_dh_prev",), "dL_dC": ("dL_dC_T", "dL_dC_t")})


def _truths() -> dict[str, Tensor]:
    u1, u2, u3, w, _ = CHAIN.values()
    t = w * (w * u1 + u2) + u3
    cell = CELL["dL_dh"] * CELL["o_prev"] * (1 - CELL["C_prev"].tanh() ** 2) + CELL["dL_dC"] * CELL["f"]
    return {"t": t, "y": w * t, "dy_dw": 3 * w**2 * u1 + 2 * w * u2 + u3, "dy_dp": w**3, "dL_dC_prev": cell}


TRUTHS = _truths()

RIGHT: dict[str, tuple[str, ...]] = {
    "t": (
        "t = w*(w*u1 + u2) + u3",
        "t = w**2*u1 + w*u2 + u3",
        "$t = w(w u_1 + u_2) + u_3$",
        "$$t = w^2u_1 + wu_2 + u_3$$",
        "- t: w^2 u1 + w u2 + u3",
        "t = u₃ + w·u₂ + w²·u₁",
        r"$t = u_3 + w\left(u_2 + w\,u_1\right)$",
        "t = w p' + u3\np' = w*p + u2".replace("p'", "s"),
        "`t = u3 + w*(u2 + w*p)`",
        "Answer: t = (2*u3 + 2*w*u2 + 2*w**2*u1)/2",
    ),
    "y": (
        "y = w*t\nt = w*(w*u1 + u2) + u3",
        "t = w(w u1 + u2) + u3\ny = w t",
        "y = w**3*u1 + w**2*u2 + w*u3",
        r"\[ y = w \cdot \bigl(w(wu_1 + u_2) + u_3\bigr) \]",
        "$y = wt$, where $t = w^2u_1 + wu_2 + u_3$",
        "y: w*(w*(w*u1 + u2) + u3)",
        "\\begin{align}\ny &= w t \\\\\n  &= w (w (w u_1 + u_2) + u_3)\n\\end{align}",
        "| y | $w^3u_1 + w^2u_2 + wu_3$ |",
        "## y\n\n$$w^3 u_1 + w^2 u_2 + w u_3$$",
        "ｙ = ｗ×（ｗ×（ｗ×u1 ＋ u2）＋ u3）",
    ),
    "dy_dw": (
        "dy_dw = 3*w**2*u1 + 2*w*u2 + u3",
        "dy/dw = 3 w^2 u1 + 2 w u2 + u3",
        r"$\frac{dy}{dw} = 3w^2u_1 + 2wu_2 + u_3$",
        r"$$\frac{\partial y}{\partial w} = u_3 + 2 w u_2 + 3 u_1 w^{2}$$",
        "∂y/∂w = 3w²u₁ + 2wu₂ + u₃",
        "t = w*(w*u1 + u2) + u3\ndt/dw = 2*w*u1 + u2\ndy/dw = t + w*dt/dw",
        r"So $\dfrac{dy}{dw} = t + w\frac{dt}{dw} = u_3 + w\,(2u_2 + 3wu_1)$.",
        "dy_dw = w*(w*u1 + u2) + u3 + w*(2*w*u1 + u2)",
        '"dy_dw": "3*np.power(w, 2)*u1 + 2*np.multiply(w, u2) + u3",',
        "dydw = (w**3*u1*3 + 2*w**2*u2 + w*u3)/w   # product rule",
    ),
    "dy_dp": (
        "dy_dp = w**3",
        "dy/dp = w^3",
        r"$\frac{dy}{dp} = w \cdot w \cdot w$",
        "dy_dp: w*w*w",
        "∂y/∂p = w³",
        r"$$\frac{\mathrm{d}y}{\mathrm{d}p} = w^{3}$$",
        "dy/dp = dy/dt * dt/dp = w * w**2",
        r"$\frac{\partial y}{\partial p} = w \times w^2$",
        "dy_dp = (w**2)**(3/2) * w/sqrt(w**2)",
        "**dy_dp** = pow(w, 3)",
    ),
    "dL_dC_prev": (
        "dL_dC_prev = dL_dh*o_prev*(1 - tanh(C_prev)**2) + dL_dC*f",
        "dL_dC_prev = dL_dC*f + dL_dh*o_prev*sech(C_prev)**2",
        r"$$\frac{\partial L}{\partial C_{T-1}} = \frac{\partial L}{\partial h_{T-1}} \odot o_{T-1} \odot "
        r"\left(1 - \tanh^2(C_{T-1})\right) + \frac{\partial L}{\partial C_T} \odot f_T$$",
        r"$\frac{dL}{dC_{T-1}} = \mathrm{diag}(o_{T-1})\,\mathrm{diag}(1-\tanh^2(C_{T-1}))\frac{dL}{dh_{T-1}} "
        r"+ f_T \odot \frac{dL}{dC_T}$",
        "∂L/∂C_{t−1} = ∂L/∂h_{t−1} ⊙ o_{t−1} ⊙ (1 − tanh²(C_{t−1})) + ∂L/∂C_t ⊙ f_t",
        "dL/dC_prev = dL/dh * o_prev * tanh'(C_prev) + dL/dC * f",
        "dL_dC_prev = dL_dh @ diag(o_prev) @ diag(1 - np.tanh(C_prev)**2) + dL_dC * f",
        "s = 1 - torch.tanh(C_prev)**2\ndL_dC_prev = dL_dh*o_prev*s + dL_dC*f",
        "dL_dC_prev = dL_dh*o_prev*4/(e^C_prev + e^(-C_prev))^2 + f dL_dC",
        "dL_dC_prev = dL_dh * o_prev * (1 - C_prev.tanh().pow(2)) + dL_dC * f",
    ),
}

WRONG: dict[str, tuple[str, ...]] = {
    "t": (
        "t = w*(w*u1 + u2)",
        "t = w*u1 + u2 + u3",
        "$t = w(w u_1 + u_3) + u_2$",
        "t = w**2*u1 + w*u2 - u3",
        "t = u1 + w*u2 + w**2*u3",
        "t = w(w u1 + u2) + u3 + 1e-6",
        "t = w*w*(u1 + u2) + u3",
        "t = w(w u1) + u2 + u3",
        r"$t = \frac{w^2u_1}{2} + wu_2 + u_3$",
        "t = 0",
    ),
    "y": (
        "y = w(w u1 + u2) + u3",
        "y = w**3*u1 + w**2*u2 + u3",
        "y = w**2*u1 + w*u2 + u3",
        "t = w u1 + u2\ny = w t",
        "$y = -w(w(wu_1+u_2)+u_3)$",
        "y = w**4*u1 + w**3*u2 + w**2*u3",
        "y = 2*w*(w*(w*u1 + u2) + u3)",
        "y = w*(w*(w*u2 + u1) + u3)",
        "y = w + w*(w*u1 + u2) + u3",
        r"$$y = \tanh(w(w(wu_1+u_2)+u_3))$$",
    ),
    "dy_dw": (
        "dy_dw = w*(w*u1 + u2) + u3",
        "dy_dw = 3*w**2*u1 + 2*w*u2",
        "dy/dw = w^2 u1 + w u2 + u3",
        r"$\frac{dy}{dw} = 3w^2u_1 + wu_2 + u_3$",
        "dy/dw = 2*w*u1 + u2",
        "dy_dw = 3*w*u1 + 2*w*u2 + u3",
        "dy_dw = -(3*w**2*u1 + 2*w*u2 + u3)",
        "t = w*(w*u1 + u2) + u3\ndy/dw = t + w*u1",
        "dy_dw = 3*w**2*u1 + 2*w*u2 + u3**2",
        "∂y/∂w = 3w²u₁ + 2wu₂ + u₂",
    ),
    "dy_dp": (
        "dy_dp = w**2",
        "dy/dp = w",
        r"$\frac{dy}{dp} = 3w^2$",
        "dy_dp = w**4",
        "dy_dp = -w**3",
        "dy_dp = w**3*u1",
        "dy_dp = w**3 + u2",
        "dy_dp = 3*w",
        "∂y/∂p = w^-3",
        "dy_dp = abs(w)**3",
    ),
    "dL_dC_prev": (
        "dL_dC_prev = dL_dh*o*(1 - tanh(C_prev)**2) + dL_dC*f",
        "dL_dC_prev = dL_dh*o_prev*(1 - tanh(C)**2) + dL_dC*f",
        "dL_dC_prev = dL_dh*o_prev + dL_dC*f",
        "dL_dC_prev = dL_dh*o_prev*(1 - tanh(C_prev)**2) + dL_dC*i",
        "dL_dC_prev = dL_dh*o_prev*(1 - tanh(C_prev)**2)",
        "dL_dC_prev = dL_dC*f",
        "dL_dC_prev = dL_dh*o_prev*tanh(C_prev) + dL_dC*f",
        "dL_dC_prev = dL_dh*o_prev*(1 + tanh(C_prev)**2) + dL_dC*f",
        r"$$\frac{\partial L}{\partial C_{T-1}} = \frac{\partial L}{\partial h_{T-1}} \odot o_T \odot "
        r"(1 - \tanh^2(C_{T-1})) + \frac{\partial L}{\partial C_T} \odot f_T$$",
        "dL_dC_prev = dL_dh*o_prev*(1 - tanh(C_prev))**2 + dL_dC*f",
    ),
}


def _odd() -> tuple[tuple[str, str], ...]:
    """Right answers as people write them, from odd_formulas.txt: a name after `===`, then what was written."""
    text = (Path(__file__).parent / "odd_formulas.txt").read_text(encoding="utf-8")
    entries = (entry.partition("\n") for entry in text.split("=== ")[1:])
    return tuple((name, written) for name, _, written in entries)


ODD = _odd()
