"""One view of a hand-in as Python modules: every file once, whatever name its siblings call it by.

Each file is a module of one package (`handin`, or `handin_<unit>` where the staff's modules stand in for
siblings), so relative imports work in every layout. `import utils`, `from a4.utils import x` and
`from .utils import x` give the same module. Names are searched in the folder of the unit, in those above it,
among the staff's files, and last in the whole hand-in. Only source is taken, and only where nothing
installed has the name.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import linecache
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from .census import Census, Piece, SourceFile
from .definitions import run_module
from .gpu import is_asked_for, stand_in
from .hidden_names import Hidden, lead_to_own
from .stand_ins import NotInstalled
from .uncompiled import is_compiled, leave_uncompiled

Spec = importlib.machinery.ModuleSpec
# Written before the folder in `__path__`, so that Python's own finder, which takes .so too, leaves it alone.
OURS = "handin:"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a tree needs beside the hand-in itself.

    `staff`: path in the hand-in -> the staff's file laid over it. `own_names`: module names of the assignment
    itself, found before anything installed. `revise` repairs a piece before it runs.
    """

    staff: Mapping[str, Path]
    own_names: frozenset[str]
    revise: Callable[[Piece], Piece]
    note: Callable[[str], None]


class Tree(importlib.abc.MetaPathFinder):
    """The hand-in's modules under one package name."""

    def __init__(self, package: str, census: Census, around: Surroundings, given: Mapping[str, Path]) -> None:
        self.package, self.census, self.around, self.given = package, census, around, given
        self.folders: list[Path] = [census.root]
        self._files = {file.path: file for file in census.files}
        self._names: dict[Path, str] = {census.root: package}
        self._aliases: dict[str, ModuleType] = {}
        self._first = _OwnNames(self, around.own_names - sys.stdlib_module_names)

    def load(self, path: Path) -> ModuleType:
        """The module of a file, run once. Raises: whatever their code raises."""
        self.look_beside(path)
        return importlib.import_module(self._canonical(path))

    def look_beside(self, path: Path) -> str:
        """Lets imports find the siblings of a file first; gives the package that it belongs to."""
        root = self.census.root
        chain = [each for each in path.parents if each == root or root in each.parents]
        self.folders = [*chain, *(each for each in self.folders if each not in chain)]
        return self._canonical(path.parent) if path != root else self.package

    def enter(self) -> None:
        """Makes this view the one that imports see."""
        sys.meta_path.insert(0, self._first)
        stand_ins = [at for at, finder in enumerate(sys.meta_path) if isinstance(finder, NotInstalled)]
        sys.meta_path.insert(min(stand_ins, default=len(sys.meta_path)), self)
        sys.modules.update(self._aliases)

    def leave(self) -> None:
        """Takes the short names back, so that another view can use them."""
        sys.meta_path.remove(self._first)
        sys.meta_path.remove(self)
        for name, module in self._aliases.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]

    def adopt(self, name: str, module: ModuleType) -> None:
        """Remembers a short name, to be taken back by `leave`."""
        self._aliases[name] = module

    # --- finding ---

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> Spec | None:
        """Where a module of theirs lies; None leaves the name to others."""
        del target
        known = next((place for place, name in self._names.items() if name == fullname), None)
        place = known or self._find(fullname.rpartition(".")[2], path)
        return None if place is None else self._spec(fullname, place)

    def _find(self, name: str, path: Sequence[str] | None) -> Path | None:
        if path is None:
            return self.given.get(name) or _look_up(name, self.folders) or self._elsewhere(name)
        folders = [Path(each.removeprefix(OURS)) for each in path if each.startswith(OURS)]
        given = self.given.get(name) if folders else None
        return given or _look_up(name, folders) or (self.around.staff.get(f"{name}.py") if folders else None)

    def _elsewhere(self, name: str) -> Path | None:
        """A name that lies in no folder searched: the staff's, a lost package's, or wherever it is."""
        if f"{name}.py" in self.around.staff:
            return self.around.staff[f"{name}.py"]
        if self._is_lost_package(name):
            return self.folders[0]
        return next((file.path for file in self.census.by_stem(name)), None)

    def _is_lost_package(self, name: str) -> bool:
        """Whether a file beside the unit imports `name.x` while `x.py` came without its folder."""
        pattern = re.compile(rf"^\s*(?:from|import)\s+{re.escape(name)}\.(\w+)", re.M)
        beside = [file for file in self.census.files if file.path.parent == self.folders[0]]
        stems = {file.path.stem for file in beside} | {Path(path).stem for path in self.around.staff}
        return any(module in stems | set(self.given) for file in beside for module in pattern.findall(file.text))

    def _spec(self, fullname: str, place: Path) -> Spec:
        canonical = self._canonical(place)
        if fullname != canonical:
            return Spec(fullname, _Alias(self, canonical))
        if place.is_dir():
            spec = Spec(fullname, _Package(self, place), origin=str(place), is_package=True)
            spec.submodule_search_locations = [f"{OURS}{place}"]
            return spec
        return Spec(fullname, _Source(self, place, self._overlay(place)), origin=str(place))

    def _overlay(self, place: Path) -> Path:
        """The staff's file for one that the student also has."""
        staff = self.around.staff
        return next((file for path, file in staff.items() if place.as_posix().endswith(f"/{path}")), place)

    def _canonical(self, place: Path) -> str:
        """The one name of a file or folder within the package; odd characters of its path become `_`."""
        if place not in self._names:
            inside = self.census.root in place.parents
            above = self._canonical(place.parent) if inside else f"{self.package}.staff"
            name = f"{above}{'.' if inside else '_'}{re.sub(r'[^0-9a-zA-Z_]', '_', place.stem)}"
            while name in self._names.values():
                name += "_"
            self._names[place] = name
        return self._names[place]

    # --- running ---

    def run(self, module: ModuleType, path: Path) -> None:
        """Fills a module from its file.

        Raises: whatever their code raises; ImportError for a file that is no source; SyntaxError.
        """
        theirs = path in self._files
        file = self._files[path] if theirs else SourceFile(path.parent, path)
        pieces = file.pieces
        for text in file.notes:
            self.around.note(text)
        if file.why_unreadable and file.why_unreadable != "is empty":
            raise ImportError(f"{file.relative} {file.why_unreadable}", path=str(path))
        if file.syntax_error is not None:
            raise file.syntax_error
        for piece in pieces:
            lines = piece.text.splitlines(keepends=True)
            linecache.cache[piece.name] = (len(piece.text), None, lines, piece.name)
        if theirs:
            pieces = tuple(self.around.revise(lead_to_own(piece, self._hidden(path.parent))) for piece in pieces)
            self._stand_in(pieces)
        remark = run_module(module, pieces, definitions_only=file.is_notebook)
        if remark:
            self.around.note(f"{file.relative}: {remark}")

    def _stand_in(self, pieces: Sequence[Piece]) -> None:
        """Replaces what these pieces want of torch and this machine has not."""
        if any(is_asked_for(piece.text, piece.tree) for piece in pieces) and stand_in():
            self.around.note("stand-in cuda")
        if any(is_compiled(piece.text) for piece in pieces) and leave_uncompiled():
            self.around.note("stand-in torch.compile")

    def _hidden(self, folder: Path) -> Callable[[str], Hidden | None]:
        """Which file of this folder an installed module hides, by its name."""

        def find(name: str) -> Hidden | None:
            """Their file, if there is one and the name is not the assignment's own."""
            file = self._files.get(folder / f"{name}.py")
            if file is None or name in self.given or name in self.around.own_names or not file.pieces:
                return None
            if name not in sys.builtin_module_names and importlib.machinery.PathFinder.find_spec(name) is None:
                return None
            return Hidden(self._canonical(file.path), file.names)

        return find

    def run_package(self, module: ModuleType, folder: Path) -> None:
        """Runs a folder's `__init__.py`, if it has one; where that raises, the folder still is a package."""
        path = folder / "__init__.py"
        if not path.is_file():
            return
        try:
            self.run(module, path)
        except Exception as error:
            relative = path.relative_to(self.census.root).as_posix()
            self.around.note(f"{relative} raised {type(error).__name__} and was left aside")


class _OwnNames(importlib.abc.MetaPathFinder):
    """The assignment's own module names, `utils` say, which an installed package must not take."""

    def __init__(self, tree: Tree, names: frozenset[str]) -> None:
        self.tree, self.names = tree, names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> Spec | None:
        """Asks the tree for these names alone."""
        return self.tree.find_spec(fullname, path, target) if fullname in self.names else None


class _Source(importlib.abc.Loader):
    """Runs the overlay of a file: the file itself, or the staff's. What only the student's has stays reachable."""

    def __init__(self, tree: Tree, path: Path, overlay: Path) -> None:
        self.tree, self.path, self.overlay = tree, path, overlay
        self.replaced: ModuleType | None = None

    def exec_module(self, module: ModuleType) -> None:
        """Runs the overlay."""
        module.__file__ = str(self.overlay)
        self.tree.run(module, self.overlay)
        if self.path != self.overlay:
            vars(module).setdefault("__getattr__", self._from_replaced)

    def _from_replaced(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.replaced is None:
            self.replaced = ModuleType(f"{self.tree.package}.replaced_{self.path.stem}")
            self.replaced.__file__, self.replaced.__package__ = str(self.path), self.tree.package
            self.tree.run(self.replaced, self.path)
        self.tree.around.note(f"staff file {self.path.name} has no '{name}': taken from the file it replaced")
        return getattr(self.replaced, name)


class _Package(importlib.abc.Loader):
    def __init__(self, tree: Tree, folder: Path) -> None:
        self.tree, self.folder = tree, folder

    def exec_module(self, module: ModuleType) -> None:
        """Runs the folder's `__init__.py`."""
        self.tree.run_package(module, self.folder)


class _Alias(importlib.abc.Loader):
    """Gives the one module of a file under another name."""

    def __init__(self, tree: Tree, canonical: str) -> None:
        self.tree, self.canonical = tree, canonical
        self.own_spec: Spec | None = None

    def create_module(self, spec: Spec) -> ModuleType:
        """The module under its one name."""
        module = importlib.import_module(self.canonical)
        self.own_spec = module.__spec__
        self.tree.adopt(spec.name, module)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Gives the module its own spec back."""
        module.__spec__ = self.own_spec


def _look_up(name: str, folders: Sequence[Path]) -> Path | None:
    """A package, a file or a plain folder of this name; in this order within a folder, as Python does."""
    for folder in folders:
        if (folder / name / "__init__.py").is_file():
            return folder / name
        if (folder / f"{name}.py").is_file():
            return folder / f"{name}.py"
    return next((folder / name for folder in folders if (folder / name).is_dir()), None)
