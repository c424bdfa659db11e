"""Repairs of old code for a current torch and numpy.

Each has a name, is applied only where the code fails without it, and is noted once. Two kinds:
`revise` changes a student's file before it runs; `install` changes functions of torch and numpy, for the job's
processes only. Neither changes what a program computes that runs without it.
"""

from __future__ import annotations

import ast
import copy
import functools
import importlib
import pickle
import warnings
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from .census import Piece

Note = Callable[[str], None]

# Names that numpy 2 (or 1.24) took away -> the name or builtin that is the same today.
NUMPY_NAMES = {
    **dict.fromkeys(("Inf", "Infinity", "infty", "PINF"), "inf"),
    **dict.fromkeys(("NaN", "NAN"), "nan"),
    "float": "float",
    "int": "int",
    "object": "object",
    "str": "str",
    "complex": "complex",
    "float_": "float64",
    "complex_": "complex128",
    "unicode_": "str_",
    "string_": "bytes_",
    "round_": "round",
    "product": "prod",
    "cumproduct": "cumprod",
    "alltrue": "all",
    "sometrue": "any",
    "trapz": "trapezoid",
    "in1d": "isin",
    "row_stack": "vstack",
    "mat": "asmatrix",
    "longfloat": "longdouble",
    "singlecomplex": "complex64",
    "cfloat": "complex128",
}
# Names that nothing replaces. An editor's automatic import (`from numpy import source`) is the usual way in.
NUMPY_GONE = frozenset(
    """
    source who lookfor cast safe_eval asscalar fastCopyAndTranspose set_string_function asfarray issctype
    maximum_sctype obj2sctype sctype2char sctypes issubsctype issubclass_ recfromcsv recfromtxt deprecate
    deprecate_with_doc disp find_common_type DataSource nbytes byte_bounds compare_chararrays format_parser
    add_newdoc add_docstring typeDict MachAr loads chararray NZERO PZERO NINF tracemalloc_domain
    """.split()  # noqa: SIM905 (a list of words reads better)
)
VERSIONS = ("__version__", "version_info", "python_version")


def install(names: Sequence[str], note: Note) -> None:
    """Makes the repairs that concern torch and numpy, for the rest of this process."""
    if "uint8_masks" in names:
        _install_uint8_masks(lambda: note("repair uint8_masks"))
    if "torch_load" in names:
        _install_torch_load(lambda: note("repair torch_load"))
    if "numpy_names" in names:
        _install_numpy_names(lambda: note("repair numpy_names"))


def revise(names: Sequence[str], note: Note, piece: Piece) -> Piece:
    """The piece with the repairs that concern its text; the piece itself if there is nothing to repair."""
    repairs = [REVISIONS[name](note) for name in REVISIONS if name in names]
    if not any(repair.concerns(piece.text) for repair in repairs):
        return piece
    tree = copy.deepcopy(piece.tree)
    for repair in repairs:
        tree = repair.visit(tree)
    return Piece(piece.name, piece.text, ast.fix_missing_locations(tree))


# --- in the text ---


class _FloatBeamIndex(ast.NodeTransformer):
    """The given `beam_search` of 2019 divides a position by the size of the vocabulary to get an index."""

    def __init__(self, note: Note) -> None:
        self.note = note
        self.inside = False

    def concerns(self, text: str) -> bool:
        """Whether there may be something to repair in this text."""
        return "beam_search" in text

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Looks only into `beam_search`."""
        outside, self.inside = self.inside, self.inside or node.name == "beam_search"
        self.generic_visit(node)
        self.inside = outside
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """Makes a division for an index a whole one."""
        value = node.value
        if not self.inside or not _is_true_division(value):
            return node
        self.note("repair float_beam_index")
        if isinstance(value, ast.BinOp):
            value.op = ast.FloorDiv()
        elif isinstance(value, ast.Call):
            value.keywords = [ast.keyword("rounding_mode", ast.Constant("floor"))]
        return node


class _VersionAsserts(ast.NodeTransformer):
    """`assert torch.__version__ == "1.0.0"`: the assertion about a version is left out if it would fail."""

    def __init__(self, note: Note) -> None:
        self.note = note

    def concerns(self, text: str) -> bool:
        """Whether there may be something to repair in this text."""
        return "assert" in text and any(version in text for version in VERSIONS)

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        """Leaves assertions about versions out."""
        if not any(version in ast.unparse(node.test) for version in VERSIONS):
            return node
        test = ast.Expression(node.test)
        if not _holds(ast.unparse(test)):
            self.note("repair version_asserts")
        return ast.copy_location(ast.Pass(), node)


REVISIONS: dict[str, Callable[[Note], _FloatBeamIndex | _VersionAsserts]] = {
    "float_beam_index": _FloatBeamIndex,
    "version_asserts": _VersionAsserts,
}


def _is_len(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _is_true_division(node: ast.expr) -> bool:
    """Whether this is `x / len(...)` or `torch.div(x, len(...))`."""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Div) and _is_len(node.right)
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "torch.div"
        and len(node.args) == 2
        and not node.keywords
        and _is_len(node.args[1])
    )


def _holds(test: str) -> bool:
    """Whether an assertion about versions holds here; one that cannot be read counts as failing."""
    names = {name: _module(name) for name in ("torch", "numpy", "sys", "platform")}
    names["np"] = names["numpy"]
    try:
        return bool(eval(test, {"__builtins__": {"str": str, "int": int, "float": float, "tuple": tuple}}, names))
    except Exception:
        return False


# --- in torch and numpy ---


def _install_uint8_masks(note: Callable[[], None]) -> None:
    import torch

    for name in ("masked_fill", "masked_select", "masked_scatter"):
        setattr(torch, name, _with_bool_mask(getattr(torch, name), note))
        setattr(torch.Tensor, name, _with_bool_mask(getattr(torch.Tensor, name), note))
    for name in ("masked_fill_", "masked_scatter_", "__setitem__"):
        setattr(torch.Tensor, name, _with_bool_mask(getattr(torch.Tensor, name), note))


def _with_bool_mask(function: Callable[..., Any], note: Callable[[], None]) -> Callable[..., Any]:
    """The function with its mask, the second argument or `mask`, made bool where it is uint8."""
    import torch

    @functools.wraps(function)
    def repaired(*args: Any, **kwargs: Any) -> Any:
        """The same with a bool mask."""
        mask = args[1] if len(args) > 1 else kwargs.get("mask")
        if isinstance(mask, torch.Tensor) and mask.dtype is torch.uint8:
            note()
            if len(args) > 1:
                args = (args[0], mask.bool(), *args[2:])
            else:
                kwargs["mask"] = mask.bool()
        return function(*args, **kwargs)

    return repaired


def _install_torch_load(note: Callable[[], None]) -> None:
    """`torch.load` as before 2.6: what the weights-only reader refuses is unpickled whole, in the jail."""
    import torch

    load = torch.load

    @functools.wraps(load)
    def repaired(f: Any, *args: Any, **kwargs: Any) -> Any:
        """`torch.load`, a second time if need be."""
        if kwargs.get("weights_only") is not None:
            return load(f, *args, **kwargs)
        start = f.tell() if hasattr(f, "tell") else None
        try:
            return load(f, *args, **kwargs)
        except pickle.UnpicklingError:
            if start is not None:
                f.seek(start)
            note()
            return load(f, *args, **{**kwargs, "weights_only": False})

    torch.load = repaired


def _install_numpy_names(note: Callable[[], None]) -> None:
    numpy: Any = _module("numpy")
    if numpy is None:
        return
    builtins: Any = importlib.import_module("builtins")
    look_up = numpy.__getattr__

    def repaired(name: str) -> Any:
        """numpy's own answer, else the name of today, else a placeholder."""
        try:
            with warnings.catch_warnings(action="ignore"):  # numpy's advice about names that this repair is for
                return look_up(name)
        except AttributeError:
            if name not in NUMPY_NAMES and name not in NUMPY_GONE:
                raise
        note()
        today = NUMPY_NAMES.get(name)
        if today is None:
            return _Gone(name)
        return getattr(builtins, today) if today == name else getattr(numpy, today)

    numpy.__getattr__ = repaired


class _Gone:
    """Stands for a numpy name that is gone; harmless while it is only imported."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __call__(self, *args: object, **kwargs: object) -> Any:
        raise self._error()

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise self._error()

    def __getitem__(self, key: object) -> Any:
        raise self._error()

    def __iter__(self) -> Any:
        raise self._error()

    def _error(self) -> AttributeError:
        return AttributeError(f"numpy.{self.__name__} is gone since numpy 2.0; this code uses it")


def _module(name: str) -> ModuleType | None:
    # By name, because numpy is no requirement of the kit: without it there is nothing to repair.
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
