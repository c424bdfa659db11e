"""How a slot is started: the argument vectors of bubblewrap, as pure functions of what the host looks like.

The ordinary user's recipe makes one bubblewrap: all namespaces, read-only /usr, the Python with its packages, the
worker folder, nothing else. Real uid 0 must not run student code, and an unprivileged uid cannot reach a Python below
a home of mode 0700. So root first makes the Python reachable under /tmp in a mount namespace of its own, then drops to
a uid that nobody has, and the ordinary recipe follows with those sources; its targets stay the same.
Why each piece is there, and what failed without it: docs/security.md.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

VENV: Final = "/opt/venv"
WORKER: Final = "/opt/worker"
SHM_BYTES: Final = 64 * 1024**2
TMP_BYTES: Final = 16 * 1024**2
ENVIRONMENT: Final[Mapping[str, str]] = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "USER": "student",
    "LOGNAME": "student",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_LINKED: Final = ("bin", "lib", "lib64")
_TOLD: Final = ("ld.so.cache", "alternatives", "fonts")
_KEPT_BY_ROOT: Final = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")


@dataclass(frozen=True, slots=True)
class Host:
    """What the recipes need to know of the machine.

    `links`: /bin and its like -> what it points to, "" if it is a folder of its own.
    """

    base: str
    venv: str
    worker: str
    links: Mapping[str, str]
    bwrap: str = "/usr/bin/bwrap"
    setpriv: str = "/usr/bin/setpriv"
    program: str = "zygote.py"  # in grader/box/inside
    share_files: bool = False  # test-only: the slot sees the host's files under /host
    share_network: bool = False  # test-only
    hash_seed: int = 0  # fixed, so that a set has the same order in every run; another one for repetitions

    @property
    def environment(self) -> Mapping[str, str]:
        """All that a zygote finds in its environment."""
        return {**ENVIRONMENT, "PYTHONHASHSEED": str(self.hash_seed)}

    @property
    def has_venv(self) -> bool:
        """Whether packages live apart from the interpreter."""
        return self.venv != self.base

    @property
    def prefix_inside(self) -> str:
        """`sys.prefix` as the zygote must report it."""
        return VENV if self.has_venv else self.base


def this_host(worker: Path, *, share_files: bool = False, share_network: bool = False, hash_seed: int = 0) -> Host:
    """This machine and the Python that runs now."""
    return Host(
        base=sys.base_prefix,
        venv=sys.prefix,
        worker=str(worker),
        links={name: _link(Path("/", name)) for name in _LINKED if Path("/", name).exists()},
        bwrap=shutil.which("bwrap") or "/usr/bin/bwrap",
        setpriv=shutil.which("setpriv") or "/usr/bin/setpriv",
        share_files=share_files,
        share_network=share_network,
        hash_seed=hash_seed,
    )


def _link(path: Path) -> str:
    return str(path.readlink()) if path.is_symlink() else ""


def ordinary(host: Host, sources: Host, control: int) -> list[str]:
    """The slot of an ordinary user; `sources` says where the Python lies now, `host` where it shall be seen."""
    return [
        host.bwrap,
        *("--unshare-user", "--unshare-all", "--hostname", "box", "--die-with-parent", "--new-session"),
        *(["--share-net"] if host.share_network else []),
        "--clearenv",
        *(word for name, value in host.environment.items() for word in ("--setenv", name, value)),
        *("--cap-drop", "ALL", "--ro-bind", "/usr", "/usr"),
        *_links(host.links),
        *("--dir", "/etc"),
        *(word for name in _TOLD for word in ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", str(SHM_BYTES), "--perms", "1777", "--tmpfs", "/dev/shm"),
        *("--size", str(TMP_BYTES), "--perms", "1777", "--tmpfs", "/tmp"),
        *_base(host.base, sources.base),
        *("--dir", "/opt"),
        *(["--ro-bind", sources.venv, VENV] if host.has_venv else []),
        *("--ro-bind", sources.worker, WORKER, "--dir", "/job"),
        *(["--ro-bind", "/", "/host"] if host.share_files else []),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--"),
        *command(replace(host, venv=host.prefix_inside, worker=WORKER), control, scratch="", parent=0),
    ]


def root(host: Host, uid: int, control: int) -> list[str]:
    """The slot of real uid 0: the Python made reachable, every right but changing the user dropped, then that too."""
    near = replace(host, base="/tmp/base", venv="/tmp/venv", worker="/tmp/worker")
    return [
        host.bwrap,
        *("--unshare-pid", "--die-with-parent", "--dev-bind", "/", "/", "--tmpfs", "/tmp"),
        *([] if _is_system(host.base) else ["--ro-bind", host.base, near.base]),
        *(["--ro-bind", host.venv, near.venv] if host.has_venv else []),
        *("--ro-bind", host.worker, near.worker, "--remount-ro", "/tmp", "--cap-drop", "ALL"),
        *(word for name in _KEPT_BY_ROOT for word in ("--cap-add", name)),
        *("--", host.setpriv, f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--inh-caps=-all"),
        *("--ambient-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"),
        *ordinary(host, near, control),
    ]


def command(host: Host, control: int, *, scratch: str, parent: int) -> list[str]:
    """The program itself, as it is started inside a slot, or without one.

    Isolated as by -I, but that the hash seed is read: nothing else stands in its environment.
    """
    entry = f"{host.worker}/grader/box/inside/{host.program}"
    return [f"{host.venv}/bin/python3", "-s", "-P", "-B", entry, str(control), scratch, str(parent)]


def _links(links: Mapping[str, str]) -> list[str]:
    words: list[str] = []
    for name, target in links.items():
        words += ["--symlink", target, f"/{name}"] if target else ["--ro-bind", f"/{name}", f"/{name}"]
    return words


def _is_system(base: str) -> bool:
    return base == "/usr" or base.startswith("/usr/")


def _base(target: str, source: str) -> list[str]:
    if _is_system(target):
        return []
    parents = [str(parent) for parent in reversed(PurePosixPath(target).parents) if str(parent) != "/"]
    return [*(word for parent in parents for word in ("--dir", parent)), "--ro-bind", source, target]
