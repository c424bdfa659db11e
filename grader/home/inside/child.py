"""The child process of `grade check`: has torch loaded, imports a copy of the homework and runs probes on it.

    from grade  {"root", "units", "repairs", "snippets", "blocked", "given", "staff", "cases": [...]}   one line of JSON
    to grade    {"at": "hello"}, then for every order "job", "unit", "case", "done", ... and "over"      one line each

Answers go into files, in the frame that grader/box/wire.py reads. Where processes can be forked, every order and every
case is a fork, so that nothing one case does reaches the next; elsewhere an order runs here, and what it brought into
Python is taken away again.
"""

from __future__ import annotations

import builtins
import gc
import importlib.util
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Any, Final, TextIO

import numpy as np
import torch

from grader.box.inside import answer, of_torch, warm
from grader.kit import gpu
from grader.kit.handin import Blocked, Handin, ImportFailed, Missing

NUMPY_SEEDS: Final = 2**32
PACKAGE: Final = Path(__file__).resolve().parents[2]
_exit = os._exit


class Noting(Handin):
    """A hand-in that notes which of its units a probe asks for."""

    def __getattr__(self, unit: str) -> ModuleType:
        """The module of a unit, as `Handin` gives it."""
        module = super().__getattr__(unit)
        self.__dict__.setdefault("asked", set()).add(unit)
        return module


class Child:
    """Serves orders until grade closes its end. `forks`: whether orders and cases are processes of their own."""

    def __init__(self, talk: TextIO, probes: ModuleType, *, forks: bool) -> None:
        self._talk, self._probes, self._forks = talk, probes, forks

    def say(self, **message: Any) -> None:
        """Sends one line to grade."""
        self._talk.write(json.dumps(message) + "\n")
        self._talk.flush()

    def serve(self, orders: TextIO) -> None:
        """Runs every order that comes."""
        self.say(at="hello", torch=torch.__version__)
        for line in orders:
            order = json.loads(line)
            if not self._forks:
                with _taken_back():
                    self._job(order)
                self.say(at="over", exit=0)
                continue
            pid = os.fork()
            if pid == 0:
                os.setsid()  # so that grade can end all of it
                self.say(at="job", pid=os.getpid())
                _leave_after(partial(self._job, order))
            self.say(at="over", exit=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

    def _job(self, order: dict[str, Any]) -> None:
        root = Path(order["root"])
        os.chdir(root)
        _redirect(order["stdout"], order["stderr"])
        hw = Noting(
            root=root,
            units=order["units"],
            given=Path(order["given"]),
            staff_files=Path(order["staff"]),
            repairs=order["repairs"],
            snippets=order["snippets"],
            blocked={unit: (ended, reason) for unit, (ended, reason) in order["blocked"].items()},
            announce=lambda unit: self.say(at="unit", unit=unit),
        )
        sys.argv = [str(root / "handin.py")]
        _seed(0)
        hw.load_all()
        for case in order["cases"]:
            self._case(hw, case)

    def _case(self, hw: Noting, case: dict[str, Any]) -> None:
        if not self._forks:
            self.say(at="case", number=case["number"])
            used = process_time()
            self._answer(hw, case)
            self.say(at="done", number=case["number"], exit=0, cpu_s=process_time() - used)
            return
        pid = os.fork()
        if pid == 0:
            self.say(at="case", number=case["number"], pid=os.getpid())
            _leave_after(lambda: self._answer(hw, case))
        _, status, used_by = os.wait4(pid, 0)
        cpu_s = used_by.ru_utime + used_by.ru_stime
        self.say(at="done", number=case["number"], exit=os.waitstatus_to_exitcode(status), cpu_s=cpu_s)

    def _answer(self, hw: Noting, case: dict[str, Any]) -> None:
        """Runs one case, and writes how it ended and what it gave."""
        _redirect(case["stdout"], case["stderr"])
        hw.__dict__["asked"] = set()
        try:
            head, tensors = self._observed(hw, case)
        except Blocked as blocked:
            head, tensors = answer.ended(blocked.ended, reason=blocked.reason), {}
        except Missing as missing:
            head, tensors = answer.ended("missing", reason=str(missing)), {}
        except ImportFailed as failed:
            head, tensors = _import_failed(failed, hw.root), {}
        except SystemExit:
            head, tensors = answer.ended("left", reason="left before answering"), {}
        except BaseException as error:
            head, tensors = answer.raised(error, hw.root, "raised"), {}
        with Path(case["answer"]).open("wb", buffering=0) as file:
            answer.send(file.fileno(), {**head, "notes": hw.notes}, tensors)
        self.say(at="asked", number=case["number"], units=sorted(hw.__dict__["asked"]))

    def _observed(self, hw: Noting, case: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        for name in case["fills"]:
            if hw.untouched(name):
                return answer.ended("untouched", reason=f"{name} is as the handout has it"), {}
        _seed(case["seed"])
        probe = getattr(self._probes, case["probe"])
        return answer.ended("answered"), answer.outputs(probe(hw, seed=case["seed"], **case["args"]))


def _import_failed(failed: ImportFailed, root: Path) -> dict[str, Any]:
    if isinstance(failed.original, SystemExit):
        return answer.ended("left", reason=f"left while {failed.unit} was imported")
    return answer.raised(failed.original, root, "import_error")


def _leave_after(work: Callable[[], None]) -> None:
    status = 1
    try:
        work()
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException as error:
        with suppress(Exception):
            sys.stderr.write(answer.full_traceback(error))
    finally:
        _flush()
        _exit(status & 0xFF)


def _redirect(stdout: str, stderr: str) -> None:
    """What is printed from now on goes into these files, by whatever way it is printed."""
    _flush()
    for number, path in ((1, stdout), (2, stderr)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.stdout, sys.stderr = _printed(1), _printed(2)


def _printed(number: int) -> TextIO:
    return os.fdopen(number, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # theirs to break
            stream.flush()


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % NUMPY_SEEDS)
    torch.default_generator.manual_seed(seed)


@contextmanager
def _taken_back() -> Iterator[None]:
    """What runs inside leaves modules, paths, finders, folder, environment and torch's settings as they were."""
    modules, folder, around = dict(sys.modules), Path.cwd(), dict(os.environ)
    paths, finders, importing = list(sys.path), list(sys.meta_path), builtins.__import__
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name not in modules and _is_theirs(name)]:
            del sys.modules[name]
        sys.modules.update(modules)
        sys.path[:], sys.meta_path[:], builtins.__import__ = paths, finders, importing
        importlib.invalidate_caches()
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(around)
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        torch.set_num_threads(1)
        gc.collect()


def _is_theirs(name: str) -> bool:
    """Whether a module is of the homework: not of grade, of Python or of what is installed."""
    module = sys.modules[name]
    file = getattr(module, "__file__", None)
    if file is None:
        return getattr(module, "__spec__", None) is None and name.partition(".")[0] != "grader"
    ours = (sys.prefix, sys.base_prefix, PACKAGE)
    return not any(Path(file).is_relative_to(folder) for folder in ours)


def _loaded(path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("probes", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["probes"] = module
    spec.loader.exec_module(module)
    return module


def main(probes: str, how: str) -> None:
    """Starts with the path of probes.py, and `forks` or `alone`."""
    gc.disable()  # what is imported stays: to look through it again and again is a tenth of the start
    orders, talk = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    gpu.hide()
    of_torch.use_one_thread()
    sys.dont_write_bytecode = True
    if how == "forks":
        warm.use_once()
    gc.enable()
    Child(talk, _loaded(probes), forks=how == "forks").serve(orders)


if __name__ == "__main__":
    main(*sys.argv[1:3])
