"""Which files of a hand-in are kept: rules on names, kinds, numbers and sizes, the same for folders and archives."""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.kit_line import KIT_FILE
from grader.safetext import safe_line


@dataclass(frozen=True, slots=True)
class Caps:
    """How much one submission may hold. Units: bytes by the size that the file system or archive states."""

    files: int = 2_000
    folders: int = 2_000  # a job has room for so many files and folders
    total_bytes: int = 256 * 1024**2
    depth: int = 16
    name_bytes: int = 255
    path_bytes: int = 1_024


CAPS = Caps()
SOURCES = (".py", ".ipynb")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
OTHER_ARCHIVES = (".rar", ".7z", ".gz", ".bz2", ".xz", ".zst")
# What runs is what a reader sees: nothing compiled, nothing that Python or pytest starts by itself.
LEFT_OUT = {
    "__pycache__": "compiled Python",
    "*.pyc": "compiled Python",
    "*.pyo": "compiled Python",
    "*.pyd": "compiled code",
    "*.so": "compiled code",
    "*.pth": "Python runs such files at its start",
    "*.egg-link": "Python reads such files at its start",
    "sitecustomize.py": "Python runs such files at its start",
    "usercustomize.py": "Python runs such files at its start",
    "conftest.py": "pytest runs such files by itself",
    "pytest.ini": "pytest reads such files by itself",
    ".git": "version control",
    ".venv": "an installed environment",
    "__MACOSX": "made by macOS",
    "._*": "made by macOS",
    ".DS_Store": "made by macOS",
    ".ipynb_checkpoints": "older states of notebooks",
}
OUR_MODULES = frozenset({"torch", "numpy", "safetensors", "grader", "kit", "worker", "zygote", "probes"})
POINTER = b"version https://git-lfs.github.com/spec/"
DRIVE = re.compile(r"[A-Za-z]:")
MOST_LINES = 200


def reason_to_leave_out(path: str, caps: Caps = CAPS) -> str:
    """Why a file of this path is not taken; nothing if it is."""
    parts = path.split("/")
    for part in parts:
        why = _kind_left_out(part) or _fault_of_name(part, caps)
        if why:
            return why
    if len(parts) > caps.depth + 1:
        return f"more than {caps.depth} folders deep"
    if len(path.encode("utf-8", "surrogatepass")) > caps.path_bytes:
        return f"a path of more than {caps.path_bytes:,} bytes"
    return ""


def _kind_left_out(part: str) -> str:
    kinds = (part, f"*.{part.rpartition('.')[2]}" if "." in part else "", "._*" if part.startswith("._") else "")
    return next((LEFT_OUT[kind] for kind in kinds if kind in LEFT_OUT), "")


def _fault_of_name(part: str, caps: Caps) -> str:
    if part in {"", ".", ".."}:
        return "a path that leaves the hand-in"
    if len(part.encode("utf-8", "surrogatepass")) > caps.name_bytes:
        return f"a name of more than {caps.name_bytes} bytes"
    if DRIVE.match(part):
        return "a path with a drive letter"
    if "\\" in part:
        return "a backslash in its name"
    if any(unicodedata.category(sign) == "Cc" for sign in part):
        return "a control character in its name"
    return ""


def plain_path(path: str) -> str:
    """The path with a visible sign for every byte that is no UTF-8 and every character that cannot be seen."""
    return "".join(map(_shown, path))


def _shown(sign: str) -> str:
    if "\udc80" <= sign <= "\udcff":  # a byte that is no UTF-8, as Python gives it in file names
        return f"_x{ord(sign) - 0xDC00:02x}"
    return "_" if sign == "\\" or unicodedata.category(sign).startswith("C") else sign


def priority(path: str) -> tuple[bool, int, str]:
    """Order of reading: source, and what tells a kit, before data, and what lies near the top first: caps meet data."""
    return not path.endswith((*SOURCES, f"/{KIT_FILE}")) and path != KIT_FILE, path.count("/"), path


class Gathering:
    """The files of one submission as they come in, each judged by the rules."""

    def __init__(self, caps: Caps = CAPS) -> None:
        self.caps = caps
        self.files: dict[str, bytes] = {}
        self.total_bytes = 0
        self._left_out: list[str] = []
        self._more = 0
        self._renamed: list[str] = []
        self._remarks: list[str] = []
        self._folded: dict[str, str] = {}
        self._folders: set[str] = set()

    @property
    def left_out(self) -> tuple[str, ...]:
        """What was left out and why, as safe text."""
        more = (f"and {self._more:,} more",) if self._more else ()
        return (*self._left_out, *more)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know of the files kept, as safe text."""
        found = [*self._remarks, *self._renamed, *_hidden_modules(self.files), *_hollow_files(self.files)]
        return tuple(found[:MOST_LINES])

    def leave_out(self, path: str | bytes, why: str) -> None:
        """Notes a file that is not taken."""
        if len(self._left_out) < MOST_LINES:
            self._left_out.append(safe_line(f"{safe_line(path, columns=120)}: {why}"))
        else:
            self._more += 1

    def remark(self, line: str) -> None:
        """Notes what a reader should know of the hand-in as a whole, as safe text."""
        self._remarks.append(line)

    def admits(self, path: str, size: int) -> bool:
        """Whether a file of this path and size may come in; if not, it is noted."""
        shown = self._place(path)
        why = reason_to_leave_out(path, self.caps) or reason_to_leave_out(shown, self.caps)
        why = why or self._over_cap(size) or self._double(path) or self._no_room(shown)
        if why:
            self.leave_out(path, why)
        return not why

    def add(self, path: str, data: bytes) -> None:
        """Takes a file that was admitted, under a path that can be shown."""
        shown = self._place(path)
        if shown != path:
            self._renamed.append(safe_line(f"{shown}: renamed, its name holds signs that cannot be shown"))
        self.files[shown] = data
        self._folded[_fold(path)] = self._folded[_fold(shown)] = shown
        self._folders.update(_folders_of(shown))
        self.total_bytes += len(data)

    def take_out(self, path: str) -> bytes:
        """The bytes of a file that no longer counts: it was an archive, or not the student's own."""
        data = self.files.pop(path)
        self.total_bytes -= len(data)
        self._folded = {folded: shown for folded, shown in self._folded.items() if shown != path}
        return data

    def _place(self, path: str) -> str:
        """Where a file of this path will lie: the path as it can be shown, beside what lies there already."""
        shown = plain_path(path)
        if shown == path or _fold(shown) not in self._folded:
            return shown
        folder, slash, name = shown.rpartition("/")
        beside = f"{folder}{slash}_{name}"
        if _fold(beside) in self._folded:
            mark = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:12]
            beside = f"{folder}{slash}{mark}_{name}"
        return beside

    def _no_room(self, shown: str) -> str:
        folders = _folders_of(shown)
        if shown in self._folders:
            return "its name is that of a folder"
        if not folders.isdisjoint(self.files):
            return "its folder has the name of a file"
        if len(self._folders) + len(folders - self._folders) > self.caps.folders:
            return f"more than {self.caps.folders:,} folders"
        return ""

    def _over_cap(self, size: int) -> str:
        if len(self.files) >= self.caps.files:
            return f"more than {self.caps.files:,} files"
        if self.total_bytes + size > self.caps.total_bytes:
            return f"{size:,} bytes, which is more than is left of {self.caps.total_bytes:,}"
        return ""

    def _double(self, path: str) -> str:
        other = self._folded.get(_fold(path))
        return "" if other is None else f"its name equals that of {other} but for upper and lower case"


def _fold(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _folders_of(path: str) -> set[str]:
    return {above.as_posix() for above in PurePosixPath(path).parents} - {"."}


def _hidden_modules(files: Mapping[str, bytes]) -> list[str]:
    found = []
    sources = [path for path in sorted(files) if path.endswith(".py")]
    packages = {f"{folder}/": folder for path in sources for folder in sorted(_folders_of(path))}
    for path, shown in ({path.removesuffix(".py"): path for path in sources} | packages).items():
        name = path.rstrip("/").rpartition("/")[2]
        if name in sys.stdlib_module_names or name in OUR_MODULES:
            owner = "the grader's environment" if name in OUR_MODULES else "the standard library"
            found.append(safe_line(f"{shown} hides a module of {owner}; imports get the original"))
    return found


def _hollow_files(files: Mapping[str, bytes]) -> list[str]:
    pointers = [path for path, data in sorted(files.items()) if data.startswith(POINTER)]
    empty = [
        path
        for path, data in sorted(files.items())
        if not data and path.endswith(SOURCES) and not path.endswith("__init__.py")
    ]
    return [
        *(safe_line(f"{path} is a Git LFS pointer: the file itself was not handed in") for path in pointers),
        *(safe_line(f"{path} is empty") for path in empty),
    ]
