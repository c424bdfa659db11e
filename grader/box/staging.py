"""The folder that a slot sees as its worker: kit, the inside of the box, the probes and what they are given.

    grader/__init__.py, grader/kit/, grader/box/__init__.py, grader/box/inside/
    probes.py   given/   staff/   plan.json

Nothing else of ours is in it, and nothing that a student may not know: every job can read all of it. Any user can read
it too, since under root the slots run as others.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from importlib.util import cache_from_source
from pathlib import Path, PurePosixPath
from typing import Any, Final

from grader.box.inside.roundup import remove
from grader.box.switches import Switches
from grader.nouns.asked import Handout
from grader.nouns.plain import Level

ENTRY: Final = "grader/box/inside/zygote.py"
STRICT_NAMESPACES: Final = ("user", "mount", "pid", "net", "ipc", "uts")
_DAY_S: Final = 86_400
_PREFIX: Final = "grade-box-"
_NAME: Final = re.compile(r"grade-box-([1-9]\d*)-(\d+)-\w+")  # pid and its namespace
_PACKAGE: Final = Path(__file__).resolve().parents[1]


def make_folder() -> Path:
    """A fresh folder for one pool, which nobody else can list; those of runs that were killed are removed first."""
    remove_left()
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-{_pid_namespace()}-"))


def remove_left() -> None:
    """Removes the folders of runs that were killed."""
    try:
        temporary = Path(tempfile.gettempdir())
    except OSError:  # there is no room for temporary files; who needs some is told
        return
    for old in temporary.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another run removes it too
            if _is_left(old):
                end_left(old)
                remove(str(old))  # a job that was killed with its run may have left folders of any depth


def end_left(folder: Path) -> None:
    """Kills every bubblewrap that was started for this folder and outlived its run.

    One whose parent is killed in the first millisecond, before it could ask to die with it, waits for ever.
    """
    name = os.fsencode(folder) + b"/"
    for entry in Path("/proc").iterdir():
        with suppress(OSError):  # no process, gone, or somebody else's
            if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if words[0].endswith(b"bwrap") and any(word.startswith(name) for word in words):
                    os.kill(int(entry.name), signal.SIGKILL)


def _pid_namespace() -> int:
    """Which numbering of processes ours is; 0 where the system has only one."""
    with suppress(OSError):
        return Path("/proc/self/ns/pid").stat().st_ino
    return 0


def _is_left(folder: Path) -> bool:
    """Whether a folder is of our making and its run is gone; a pid of another container's tells that only in a day."""
    named, facts = _NAME.fullmatch(folder.name), folder.lstat()
    if named is None or not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid() or _is_alive(int(named[1])):
        return False
    return int(named[2]) == _pid_namespace() or time.time() - facts.st_mtime > _DAY_S


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # somebody else's; no pid at all
        return True
    return True


def plan(handout: Handout, level: Level, switches: Switches, *, shares_uid: bool) -> dict[str, Any]:
    """What inside/plan.py reads: the walls of a job at this level, and the handout around it."""
    walled, confined = level == "strict", level != "open"
    taken_away = {
        name for name, on in (("pid", switches.pidns), ("net", switches.netns), ("ipc", switches.ipcns)) if not on
    }
    return {
        "level": level,
        "namespaces": [name for name in STRICT_NAMESPACES if walled and name not in taken_away],
        "tmpfs": walled and switches.tmpfs,
        "landlock": confined and switches.landlock,
        "seccomp": confined and switches.seccomp,
        "nproc": confined and switches.nproc,
        "fsize": switches.fsize,
        "shares_uid": not walled and shares_uid,
        "may_share_memory": walled or not shares_uid,
        "units": [asdict(unit) for unit in handout.units],
        "repairs": list(handout.repairs),
        "snippets": [asdict(snippet) for snippet in handout.snippets],
    }


def stage(folder: Path, handout: Handout, told: Mapping[str, Any]) -> None:
    """Fills `folder` for the zygotes of one pool.

    Raises: ValueError for a path of the handout that leads out of its folder.
    """
    for room in ("kit", "box/inside"):
        shutil.copytree(_PACKAGE / room, folder / "grader" / room, ignore=shutil.ignore_patterns("__pycache__"))
        _take_over_compiled(_PACKAGE / room, folder / "grader" / room)
    for package in ("", "box"):
        shutil.copy(_PACKAGE / package / "__init__.py", folder / "grader" / package / "__init__.py")
    (folder / "probes.py").write_text(handout.probes, encoding="utf-8")
    (folder / "plan.json").write_text(json.dumps(told))
    for name, files in (("given", handout.given), ("staff", handout.staff_files)):
        _write_all(folder / name, files)
    _let_anybody_read(folder)


def _take_over_compiled(room: Path, copy: Path) -> None:
    """What our Python has compiled of a room, to where a zygote looks for it; old ones it leaves unread."""
    for source in room.rglob("*.py"):
        compiled = Path(cache_from_source(str(source)))
        beside = (copy / source.relative_to(room)).parent / "__pycache__"
        with suppress(OSError):  # never compiled
            content = compiled.read_bytes()
            beside.mkdir(exist_ok=True)
            (beside / compiled.name).write_bytes(content)


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, content in files.items():
        relative = PurePosixPath(name)
        if relative.is_absolute() or ".." in relative.parts:
            raise ValueError(f"the path {name!r} of the handout leads out of its folder")
        path = folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _let_anybody_read(folder: Path) -> None:
    for here, _, names in os.walk(folder):
        Path(here).chmod(0o755)
        for name in names:
            Path(here, name).chmod(0o644)
