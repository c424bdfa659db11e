"""A student's hand-in as modules: `hw.nmt_model` is the file that defines `NMT`, wherever it lies.

Runs inside the jail, and on students' own machines. Every unit is imported once, in the order given; what
goes wrong is kept and raised when a probe asks for that unit, so a fault in one file costs the other parts
nothing.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import newer_python, stand_ins
from . import repairs as old_code
from .cell_files import write_cell_files
from .census import Census, SourceFile, walk
from .source_text import same_text
from .stubs import Function, is_stub
from .tree import Surroundings, Tree

if TYPE_CHECKING:
    from .collection import Collection
    from .played import Played
    from .snippets import Snippet


class Missing(Exception):  # noqa: N818 (a fact about the hand-in)
    """A file, class or function is not there: what is missing, and what was expected."""

    def __init__(self, fact: str, expected: str) -> None:
        super().__init__(fact, expected)
        self.fact, self.expected = fact, expected

    def __str__(self) -> str:
        return f"{self.fact}; expected: {self.expected}"


class ImportFailed(Exception):  # noqa: N818 (a fact about the hand-in)
    """Their file raised while it was imported; `original` keeps its traceback."""

    def __init__(self, unit: str, original: BaseException) -> None:
        super().__init__(unit, original)
        self.unit, self.original = unit, original

    def __str__(self) -> str:
        return f"{self.unit}: {type(self.original).__name__}: {self.original}"


class Blocked(Exception):  # noqa: N818 (a fact about the hand-in)
    """Importing this unit ended an earlier process; it is not tried again."""

    def __init__(self, unit: str, ended: str, reason: str) -> None:
        super().__init__(unit, ended, reason)
        self.unit, self.ended, self.reason = unit, ended, reason

    def __str__(self) -> str:
        return f"{self.unit}: {self.reason}"


class Handin:
    """The units of one hand-in, as attributes.

    Units are mappings with `name`, `defines` and `given` (module name -> path below the folder `given`).
    """

    def __init__(
        self,
        root: Path,
        units: Sequence[Mapping[str, Any]],
        given: Path,
        staff_files: Path,
        repairs: Sequence[str],
        blocked: Mapping[str, tuple[str, str]],
        announce: Callable[[str], None],
        snippets: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.notes: list[str] = []
        self._units = {str(unit["name"]): unit for unit in units}
        self._given, self._blocked, self._announce = given, blocked, announce
        self.root = Path(root).absolute()
        write_cell_files(self.root, walk(self.root), self._note)
        self._census = Census(self.root)
        staff = {path.relative_to(staff_files).as_posix(): path for path in sorted(_files(staff_files))}
        self._chosen: dict[str, SourceFile] = {}
        self._loaded: dict[str, ModuleType | Exception] = {}
        self._around = Surroundings(
            staff=staff,
            own_names=frozenset(self._units) | {Path(path).stem for path in staff},
            revise=functools.partial(old_code.revise, tuple(repairs), self._note),
            note=self._note,
        )
        self._plain = Tree("handin", self._census, self._around, {})
        self._rules = snippets
        self._note_staff_files()
        old_code.install(tuple(repairs), self._note)
        stand_ins.install(self._note)
        newer_python.install(self._note)

    def load_all(self) -> None:
        """Imports every unit once, in the order given; what goes wrong waits for whoever asks."""
        self._census.settle([unit["defines"] for unit in self._units.values()])
        for name, unit in self._units.items():
            if name in self._blocked:
                self._loaded[name] = Blocked(name, *self._blocked[name])
                continue
            self._announce(name)
            self._loaded[name] = self._load(name, unit)
        self._plain.enter()
        torch = sys.modules.get("torch")  # a course that does not use it does not wait for it
        if torch is not None and hasattr(torch, "set_default_dtype"):  # not a file of theirs by that name
            torch.set_default_dtype(torch.float32)  # the inputs of probes are

    def __getattr__(self, unit: str) -> ModuleType:
        """The module of a unit. Raises: Missing, ImportFailed or Blocked."""
        if unit.startswith("_") or unit not in self._units:
            raise AttributeError(f"the rubric names no unit {unit!r}")
        if unit not in self._loaded:
            raise AttributeError(f"{unit}: load_all() comes first")
        loaded = self._loaded[unit]
        if isinstance(loaded, Exception):
            raise loaded
        return loaded

    def snippets(self, name: str, *, needed: bool = False) -> list[Snippet | Played]:
        """The snippets that fit a rule of the rubric, best first; asking runs nothing of theirs.

        Raises: KeyError if the rubric has no such rule; with `needed`, Missing if nothing fits.
        """
        found = self._collection.find(name)
        if needed and not found:
            raise Missing(*self._collection.missing(name))
        return found

    @functools.cached_property
    def _collection(self) -> Collection:
        from .collection import Collection  # few rubrics have snippets

        return Collection(self._census, self._plain, self._rules, self._note)

    def untouched(self, dotted: str) -> bool:
        """Whether a function such as "nmt_model.NMT.encode" still is the handout's stub."""
        unit, *names = dotted.split(".")
        file = self._chosen.get(unit)
        found = None if file is None else _function(file, names)
        if found is None:
            return False
        function, text = found
        return is_stub(function, text) and self._still_bound(unit, names, function)

    # --- finding and loading ---

    def _load(self, name: str, unit: Mapping[str, Any]) -> ModuleType | Exception:
        wanted = [str(each) for each in unit["defines"]]
        path = self._choose(name, wanted)
        if path is None:
            return self._missing(name, wanted[0])
        given = {str(module): self._given / str(place) for module, place in unit.get("given", {}).items()}
        tree = Tree(f"handin_{name}", self._census, self._around, given) if given else self._plain
        tree.enter()
        try:
            replacements = [tree.load(place) for place in given.values()]
            return self._import(name, path, tree, wanted, replacements)
        finally:
            tree.leave()

    def _import(
        self, name: str, path: Path, tree: Tree, wanted: Sequence[str], given: Sequence[ModuleType]
    ) -> ModuleType | Exception:
        try:
            module = tree.load(path)
        except BaseException as error:
            return ImportFailed(name, error)
        for stand_in in given:
            self._stand_in(module, stand_in)
        self._complete(name, module, tree, wanted)
        return module

    def _stand_in(self, module: ModuleType, given: ModuleType) -> None:
        """Puts the staff's classes in the place of the student's, wherever the unit has them from.

        What the student's class has beyond the staff's (a `forward`, say, that this unit calls) is kept.
        """
        from .given import in_the_place_of  # it needs torch

        for key, value in _own_names(given).items():
            theirs = vars(module).get(key)
            if theirs is value or theirs is None:
                theirs = self._of_other_units(key)
            value = in_the_place_of(theirs, value)
            setattr(given, key, value)
            if key in vars(module):
                setattr(module, key, value)

    def _of_other_units(self, name: str) -> Any:
        loaded = (self._loaded.get(unit) for unit, text in self._units.items() if name in text["defines"])
        return next((vars(found).get(name) for found in loaded if isinstance(found, ModuleType)), None)

    def _choose(self, name: str, wanted: Sequence[str]) -> Path | None:
        """The file of a unit: the best that defines it, else the staff's, else one with another spelling."""
        candidates = self._census.candidates(name, wanted)
        if not candidates and f"{name}.py" in self._around.staff:
            return self._around.staff[f"{name}.py"]
        candidates = candidates or [file for each in wanted for _, file in self._census.near_misses(each)]
        if not candidates:
            return None
        file = candidates[0]
        self._chosen[name] = file
        others = [other.relative for other in candidates[1:] if other.pieces]
        also = f" (of several: also {', '.join(others[:4])})" if others else ""
        self._note(f"file {name}: {file.relative}{also}")
        return file.path

    def _complete(self, name: str, module: ModuleType, tree: Tree, wanted: Sequence[str]) -> None:
        """Brings names of the unit that lie in other files, or are spelled another way, under the unit."""
        for missing in (each for each in wanted if each not in vars(module)):
            for spelled, file in self._spellings(missing):
                try:
                    value = getattr(tree.load(file.path), spelled)
                except BaseException:
                    continue
                setattr(module, missing, value)
                self._note(
                    f"file {name}: {missing} from {file.relative}"
                    + (f", where it is called {spelled}" if spelled != missing else "")
                )
                break
        absent = [each for each in wanted if each not in vars(module)]
        if absent and "__getattr__" not in vars(module):
            vars(module)["__getattr__"] = _raiser(module.__name__, {each: self._missing(name, each) for each in absent})

    def _spellings(self, name: str) -> list[tuple[str, SourceFile]]:
        exact = [(name, file) for file in self._census.candidates("", [name]) if file.pieces]
        return exact or self._census.near_misses(name)

    def _missing(self, unit: str, name: str) -> Missing:
        kind = "class" if name[:1].isupper() else "function"
        fact = f"the {kind} '{name}' is missing"
        for file in self._census.files:
            why = file.why_skipped(name) or (file.why_unreadable if file.path.stem == unit else "")
            if why:
                fact += f": {file.relative} {why}"
                break
        return Missing(fact, f"{name} at the top level of a .py file or notebook, as in the handout")

    def _still_bound(self, unit: str, names: Sequence[str], function: Function) -> bool:
        """Whether the name still leads to the function in the text, and was not bound anew later."""
        found: Any = self._loaded.get(unit)
        if not isinstance(found, ModuleType):
            return True
        for name in names:
            found = getattr(found, name, None)
        found = inspect.unwrap(found) if callable(found) else found
        code = getattr(found, "__code__", None)
        first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
        return code is None or first <= code.co_firstlineno <= (function.end_lineno or first)

    # --- whatever lies in it ---

    def sources(self) -> list[SourceFile]:
        """The files with code, those nearest the top first; reading them runs nothing."""
        return self._census.nearest_first()

    def value(self, file: SourceFile, name: str) -> Any:
        """What a file binds to a name at its top level. Raises: AttributeError, or whatever their code raises."""
        return getattr(self._plain.load(file.path), name)

    # --- the course's own files ---

    def data(self, path: str) -> bytes:
        """A file that the rubric names under `data`; it is the course's, and the same for every hand-in."""
        return (self._given / path).read_bytes()

    # --- notes ---

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _note_staff_files(self) -> None:
        for file in sorted(_files(self._census.root)):
            relative = file.relative_to(self._census.root).as_posix()
            staff = next(
                (each for path, each in self._around.staff.items() if f"/{relative}".endswith(f"/{path}")),
                None,
            )
            if staff is not None and not same_text(file.read_bytes(), staff.read_bytes()):
                self._note(f"staff file {relative} replaced: it differed")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []


def _own_names(module: ModuleType) -> dict[str, Any]:
    return {
        key: value
        for key, value in vars(module).items()
        if not key.startswith("_") and getattr(value, "__module__", None) == module.__name__
    }


def _function(file: SourceFile, names: Sequence[str]) -> tuple[Function, str] | None:
    """The last function of this dotted name, and the text that it stands in."""
    for piece in reversed(file.pieces):
        body: Sequence[ast.stmt] = piece.tree.body
        node: ast.stmt | None = None
        for name in names:
            node = next((each for each in reversed(body) if getattr(each, "name", None) == name), None)
            body = getattr(node, "body", [])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return node, piece.text
    return None


def _raiser(module: str, absent: Mapping[str, Missing]) -> Callable[[str], Any]:
    def missing_name(name: str) -> Any:
        """`__getattr__` of the unit's module."""
        if name in absent:
            raise absent[name]
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return missing_name
