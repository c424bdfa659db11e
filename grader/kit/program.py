"""A file of the hand-in as a list of steps, and what each may do when it is run: train, read files, make models, draw.

A step is a statement of the top level. What a call does is known from its name, and for functions of the hand-in from
what stands in them.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from .definitions import ACTIONS, PLAIN_CALLS
from .facts import FUNCTIONS, Facts, called, chain, facts_of

if TYPE_CHECKING:
    from .census import Piece

TRAINING = (ACTIONS - {"parse_args", "parse_known_args", "docopt"}) | {"zero_grad", "system", "Popen"}
BY_CONTENT = frozenset(["main", "run"])  # functions of theirs with these names may do anything
READING = frozenset(
    """
    open load load_state_dict read_csv read_json loadtxt genfromtxt fromfile read_text read_bytes urlopen urlretrieve
    from_pretrained load_checkpoint load_model load_data_iterator setup_task load_dataset download mount glob listdir
    check_output check_call rmtree unlink rename makedirs mkdir
    """.split()  # noqa: SIM905 (a list of words reads better)
)
MAKING = ("build_model", "make_model", "get_model", "create_model", "init_model", "get_trainer")
SHOWING = frozenset(
    """
    plot imshow matshow pcolormesh pcolor contourf heatmap scatter bar semilogy semilogx loglog step stem hist vlines
    fill_between errorbar spy clustermap lineplot scatterplot barplot
    """.split()  # noqa: SIM905
)
DRAWING = SHOWING | frozenset(
    """
    annotate text arrow add_patch add_artist axvline axhline axvspan axhspan hlines legend colorbar title set_title
    xlabel ylabel set_xlabel set_ylabel xlim ylim set_xlim set_ylim xticks yticks set_xticks set_yticks set grid
    set_xticklabels set_yticklabels tight_layout suptitle subplots subplot add_subplot figure savefig show gca gcf
    tick_params set_yscale set_xscale yscale xscale invert_yaxis twinx subplots_adjust axis clf cla close Circle Ellipse
    """.split()  # noqa: SIM905
)
DRAWERS = ("matplotlib", "pylab", "seaborn")
QUIET_MODULES = frozenset(
    """
    math numpy torch collections itertools functools matplotlib pylab seaborn random statistics scipy os argparse string
    re types dataclasses pathlib operator datetime time copy heapq typing cmath decimal fractions sys warnings json
    """.split()  # noqa: SIM905
)
QUIET_METHODS = (
    {name for kind in (torch.Tensor, np.ndarray, list, dict, str, set, tuple) for name in dir(kind)}
    | (PLAIN_CALLS - READING)
    | {"add_argument", "add_argument_group", "parse_args", "parse_known_args"}
) - TRAINING


@dataclass(slots=True, eq=False)
class Step:
    """A statement of the top level; steps of one `cell` were run together."""

    node: ast.stmt
    piece: Piece
    cell: int
    facts: Facts


@dataclass(slots=True)
class Effects:
    """Names of functions and methods of the hand-in that do something, themselves or through others."""

    train: set[str]
    read: set[str]
    make: set[str]
    draw: set[str]
    show: set[str]


class Program:
    """The steps of one file, and what its functions do. `cells`: the statements that were run together."""

    def __init__(self, cells: Sequence[tuple[Piece, Sequence[ast.stmt]]]) -> None:
        self._facts: dict[ast.AST, Facts] = {}
        self.cells = cells
        self.steps = [
            Step(statement, piece, number, self.facts(statement))
            for number, (piece, statements) in enumerate(cells)
            for statement in without_guard(statements)
        ]

    def facts(self, node: ast.AST) -> Facts:
        """The facts of a statement, found once."""
        if node not in self._facts:
            self._facts[node] = facts_of(node)
        return self._facts[node]

    @cached_property
    def functions(self) -> Mapping[str, Facts]:
        """What functions do when they are called, by name; a class stands for its `__init__`."""
        found: dict[str, Facts] = {}
        for step in self.steps:
            if isinstance(step.node, FUNCTIONS):
                found[step.node.name] = step.facts
            elif isinstance(step.node, ast.ClassDef):
                made = [each for each in step.node.body if isinstance(each, FUNCTIONS) and "init__" in each.name]
                found[step.node.name] = self.facts(made[-1]) if made else Facts()
        return found

    @cached_property
    def classes(self) -> Mapping[str, ast.ClassDef]:
        """The classes of the top level."""
        return {step.node.name: step.node for step in self.steps if isinstance(step.node, ast.ClassDef)}

    @cached_property
    def methods(self) -> Mapping[str, Facts]:
        """What methods do, by name; those of models are left out."""
        return {
            each.name: self.facts(each)
            for node in self.classes.values()
            if node.name not in self.models
            for each in node.body
            if isinstance(each, FUNCTIONS)
        }

    @cached_property
    def _nodes(self) -> Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef]:
        found: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
        for step in self.steps:
            if isinstance(step.node, FUNCTIONS):
                found[step.node.name] = step.node
            elif isinstance(step.node, ast.ClassDef) and step.node.name not in self.models:
                methods = [each for each in step.node.body if isinstance(each, FUNCTIONS)]
                found.update({each.name: each for each in methods if each.name not in self.functions})
                made = [each for each in methods if each.name == "__init__"]
                found.update(dict.fromkeys([step.node.name], made[-1]) if made else {})
        return found

    def function(self, call: ast.Call) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The function or method of this file that a call leads to."""
        return self._nodes.get(called(call)) if self._is_own(call) else None

    @cached_property
    def models(self) -> frozenset[str]:
        """The classes that are models: they have a `forward`, or derive from a Module."""
        return frozenset(
            name
            for name, node in self.classes.items()
            if any(getattr(each, "name", "") == "forward" for each in node.body)
            or any(chain(base)[1][-1:] == ("Module",) for base in node.bases)
        )

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """Names that imports bind -> what they stand for, as in `plt` -> `matplotlib.pyplot`."""
        found: dict[str, str] = {}
        for step in self.steps:
            for node in ast.walk(step.node) if isinstance(step.node, ast.Try | ast.If) else [step.node]:
                if isinstance(node, ast.Import):
                    found.update({(each.asname or each.name.partition(".")[0]): each.name for each in node.names})
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.update({(each.asname or each.name): f"{node.module}.{each.name}" for each in node.names})
        return found

    @cached_property
    def effects(self) -> Effects:
        """Which functions and methods do what."""
        nodes = {**self.methods, **self.functions}
        read, draw, show = set[str](), set[str](), set[str]()
        train = {name for name in nodes if name in TRAINING - BY_CONTENT}
        make = set(self.models)
        for name, facts in nodes.items():
            for call in (*facts.calls, *facts.calls_later):
                told = called(call)
                if not self._is_own(call):
                    train |= {name} if self._trains(call) else set()
                    read |= {name} if told in READING else set()
                    make |= {name} if told.startswith(MAKING) else set()
                    draw |= {name} if self._draws(call) else set()
                    show |= {name} if told in SHOWING else set()
        return Effects(*(spread(found, self.users) for found in (train, read, make, draw, show)))

    @cached_property
    def users(self) -> Mapping[str, set[str]]:
        """Functions and methods -> those that use them."""
        found: dict[str, set[str]] = {}
        for name, facts in {**self.methods, **self.functions}.items():
            for used in self.uses(facts):
                found.setdefault(used, set()).add(name)
        return found

    @cached_property
    def altering(self) -> Mapping[str, set[str]]:
        """Names of the module -> the functions and methods that alter them, directly or through others."""
        found: dict[str, set[str]] = {}
        for name, facts in {**self.methods, **self.functions}.items():
            for altered in facts.alters_later:
                found.setdefault(altered, set()).add(name)
        return {altered: spread(names, self.users) for altered, names in found.items()}

    def uses(self, facts: Facts) -> set[str]:
        """The functions and methods of this file that a statement or function may call."""
        return {name for name in facts.names if name in self.functions} | {
            called(call)
            for call in (*facts.calls, *facts.calls_later)
            if isinstance(call.func, ast.Attribute) and called(call) in self.methods
        }

    # --- what a step does when it is run ---

    def trains(self, facts: Facts) -> bool:
        """Whether it trains, runs other programs or asks for input."""
        return any(
            called(call) in self.effects.train if self._is_own(call) else self._trains(call) for call in facts.calls
        )

    def acts(self, facts: Facts) -> bool:
        """Whether it trains, reads files or makes a model."""
        effects = self.effects
        return self.trains(facts) or any(
            called(call) in effects.read | effects.make
            if self._is_own(call)
            else called(call) in READING or called(call).startswith(MAKING)
            for call in facts.calls
        )

    def draws(self, facts: Facts) -> bool:
        """Whether it calls matplotlib."""
        return any(
            called(call) in self.effects.draw if self._is_own(call) else self._draws(call) for call in facts.calls
        )

    def shows(self, facts: Facts) -> bool:
        """Whether it draws data: more than a title or an empty figure."""
        return any(
            called(call) in self.effects.show if self._is_own(call) else called(call) in SHOWING for call in facts.calls
        )

    def is_quiet(self, facts: Facts) -> bool:
        """Whether all that it calls is known to do nothing but compute."""
        return not self.acts(facts) and all(self._is_quiet(call) for call in facts.calls)

    def _is_own(self, call: ast.Call) -> bool:
        if isinstance(call.func, ast.Name):
            return call.func.id in self.functions
        return isinstance(call.func, ast.Attribute) and call.func.attr in self.methods

    def _trains(self, call: ast.Call) -> bool:
        name = called(call)
        if name == "step":
            return not call.args
        return name in TRAINING and not (name in ("run", "train") and self._module(call) in QUIET_MODULES)

    def _draws(self, call: ast.Call) -> bool:
        root = self._module(call)
        return root in DRAWERS or (called(call) in DRAWING and isinstance(call.func, ast.Attribute))

    def _is_quiet(self, call: ast.Call) -> bool:
        name, module = called(call), self._module(call)
        if self._is_own(call) or module in QUIET_MODULES:
            return True
        if isinstance(call.func, ast.Name):
            return name in PLAIN_CALLS or hasattr(builtins, name)
        return name in QUIET_METHODS or name in DRAWING

    def _module(self, call: ast.Call) -> str:
        """The top module that the called thing comes from; "" if it comes from a variable."""
        root, _ = chain(call.func)
        return self.modules.get(root, CONVENTIONS.get(root, "")).partition(".")[0]


# What names mean in nearly every notebook, where the import was forgotten or stands in a cell that was not handed in.
CONVENTIONS: dict[str, str] = {
    "plt": "matplotlib.pyplot",
    "matplotlib": "matplotlib",
    "np": "numpy",
    "numpy": "numpy",
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "math": "math",
    "sns": "seaborn",
    "os": "os",
    "cosine_similarity": "torch.nn.functional.cosine_similarity",
}


def without_guard(statements: Iterable[ast.stmt]) -> list[ast.stmt]:
    """The statements, with the body of `if __name__ == "__main__":` in the place of the `if`."""
    found: list[ast.stmt] = []
    for statement in statements:
        found += statement.body if is_guard(statement) and isinstance(statement, ast.If) else [statement]
    return found


def is_guard(statement: ast.stmt) -> bool:
    """Whether this is `if __name__ == "__main__":`."""
    if not isinstance(statement, ast.If) or not isinstance(statement.test, ast.Compare):
        return False
    sides = [statement.test.left, *statement.test.comparators]
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)


def spread(found: set[str], users: Mapping[str, Iterable[str]]) -> set[str]:
    """Those found and whoever uses one of them, directly or through others."""
    reached, waiting = set(found), [*found]
    while waiting:
        more = set(users.get(waiting.pop(), ())) - reached
        reached |= more
        waiting += more
    return reached
