"""Every way a case can end, by a real hand-in; and that no fault reaches further than it must."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.box.pool import Job, Pool
from grader.nouns.plain import Limits
from grader.nouns.seen import Observation
from tests.box.jobs import FINE, LIMITS, job, observe, observed, run

MIB = 1024**2
TWO_RUNS = (run("broken"), run("fine", unit="other", name="fine"))


def both(pool: Pool, source: str, limits: Limits = LIMITS) -> dict[str, Observation]:
    """A case that touches `source`, and one that does not."""
    runs = (run("broken", limits=limits), run("fine", unit="other", name="fine", limits=limits))
    return observed(pool, job(source, *runs))


def test_tensors_and_texts_come_out(strict: Pool) -> None:
    seen = observe(strict, "import torch\ndef answer():\n    return {'y': torch.ones(2, 3), 't': 'two'}\n")

    assert seen.ended == "answered"
    assert seen.tensors["y"].shape == (2, 3)
    assert seen.texts == {"t": "two"}


def test_every_case_has_the_seed_of_its_own(strict: Pool) -> None:
    source = """
import random, numpy, torch
def answer():
    return {'a': random.random(), 'b': numpy.random.rand(), 'c': torch.rand(1)}
"""
    first = observed(strict, job(source, run("one"), run("two"), replace(run("other"), seed=2)))

    assert first["one"].tensors == first["two"].tensors
    assert first["one"].tensors["a"] != first["other"].tensors["a"]
    assert first["one"].tensors["b"] != first["other"].tensors["b"]
    assert first["one"].tensors["c"] != first["other"].tensors["c"]


def test_an_exception_comes_with_its_place_in_their_file(strict: Pool) -> None:
    seen = observe(strict, "def answer():\n    x = 1\n    return {}[x]\n")

    assert seen.ended == "raised"
    assert seen.fault is not None
    assert (seen.fault.type, seen.fault.message) == ("KeyError", "1")
    (frame,) = seen.fault.frames
    assert (frame.file, frame.line, frame.function) == ("work.py", 3, "answer")
    assert frame.near == ((1, "def answer():"), (2, "    x = 1"), (3, "    return {}[x]"))


def test_a_syntax_error_is_an_import_error_with_its_line(strict: Pool) -> None:
    found = both(strict, "import os\ndef answer(:\n    pass\n")

    assert found["broken"].ended in ("import_error", "missing")
    assert found["fine"].ended == "answered"


def test_an_exception_at_import_is_an_import_error(strict: Pool) -> None:
    source = "def early():\n    raise ValueError('early')\n@early()\ndef answer():\n    pass\n"
    found = both(strict, source)

    assert found["broken"].ended == "import_error"
    assert found["broken"].reason == "ValueError: early"
    assert found["broken"].fault is not None
    assert [frame.line for frame in found["broken"].fault.frames] == [3, 2]
    assert found["fine"].ended == "answered"


def test_a_class_that_is_not_there_is_missing(strict: Pool) -> None:
    seen = observed(strict, Job("student", {"other.py": FINE.encode()}, TWO_RUNS))

    assert seen["broken"].ended == "missing"
    assert "'answer' is missing" in seen["broken"].reason
    assert seen["fine"].ended == "answered"


def test_a_stub_is_untouched(strict: Pool) -> None:
    source = "def answer():\n    ### YOUR CODE HERE\n    pass\n    ### END YOUR CODE\n"
    seen = observed(strict, job(source, replace(run("stub"), fills=("work.answer",))))["stub"]

    assert seen.ended == "untouched"
    assert "work.answer" in seen.reason


@pytest.mark.parametrize("code", ["os._exit(0)", "os._exit(3)", "os.kill(os.getpid(), 9)", "ctypes.string_at(0)"])
def test_leaving_at_import_costs_only_what_needs_that_file(strict: Pool, code: str) -> None:
    found = both(strict, f"import ctypes, os\ndef answer():\n    return {{'y': 1.0}}\n{code}\n")

    assert found["broken"].ended == "left"
    assert "work" in found["broken"].reason
    assert found["fine"].tensors["y"] == 7.0


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("os._exit(0)", "left before answering, with exit status 0"),
        ("sys.exit('bye')", "left before answering, with exit status 1"),
        ("os._exit(5)", "left before answering, with exit status 5"),
        ("ctypes.string_at(0)", "segmentation fault (SIGSEGV) before answering"),
        ("os.abort()", "aborted (SIGABRT) before answering"),
        ("os.kill(os.getppid(), 9); time.sleep(5)", "killed (SIGKILL) before answering"),
    ],
)
def test_leaving_in_a_case_is_said_in_words_and_costs_that_case(strict: Pool, code: str, reason: str) -> None:
    found = both(strict, f"import ctypes, os, sys, time\ndef answer():\n    {code}\n")

    assert found["broken"].ended == "left"
    assert found["broken"].reason == reason
    assert found["fine"].ended == "answered"


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("os.write(3, b'score: 100')", "the answer does not begin as a frame does"),
        ("os.write(3, b'GRADEOB1' + b'\\xff' * 12)", "the JSON is longer than 262144 bytes"),
    ],
)
def test_bytes_that_are_no_frame_are_not_readable(strict: Pool, code: str, rule: str) -> None:
    found = both(strict, f"import os\ndef answer():\n    {code}\n    os._exit(0)\n")

    assert found["broken"].ended == "unreadable"
    assert found["broken"].reason.startswith(rule) or "within its first" in found["broken"].reason
    assert found["fine"].ended == "answered"


@pytest.mark.parametrize("claim", ["broken", "stopped", "left"])
def test_a_forged_ending_earns_nothing(strict: Pool, claim: str) -> None:
    source = f"""
import os, struct
def answer():
    head = b'{{"ended": "{claim}", "reason": "ours"}}'
    body = struct.pack('<Q', 2) + b'{{}}'
    os.write(3, b'GRADEOB1' + struct.pack('<IQ', len(head), len(body)) + head + body)
    os._exit(0)
"""
    seen = observe(strict, source)

    assert seen.ended in ("unreadable", "left")


def test_an_answer_of_the_wrong_kind_is_their_fault_in_words(strict: Pool) -> None:
    seen = observe(strict, "def answer():\n    return {'y': None}\n")

    assert seen.ended == "raised"
    assert seen.reason.startswith("TypeError: y is None")


# --- limits -----------------------------------------------------------------------------------------------------


def limited(**changes: float) -> Limits:
    """The usual limits with some of them changed."""
    return replace(LIMITS, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "limits", "limit"),
    [
        ("time.sleep(60)", limited(wall_s=1.0), "wall"),
        ("os.write(3, b'GRAD'); time.sleep(60)", limited(wall_s=1.0), "wall"),
        ("exec('while True: pass')", limited(cpu_s=1.0, wall_s=60.0), "cpu"),
        (
            "signal.signal(signal.SIGXCPU, signal.SIG_IGN); exec('while True: pass')",
            limited(cpu_s=0.5, wall_s=60.0),
            "cpu",
        ),
        ("torch.ones(2 * 10**10)", LIMITS, "memory"),
        ("bytearray(8 * 1024**3)", LIMITS, "memory"),
        ("[b'x' * 2**20 * i for i in range(10**6)]", limited(memory_bytes=600 * MIB), "memory"),
        ("exec('while True: print(\"x\" * 10**6)')", LIMITS, "output"),
        ("exec('while True: os.write(2, b\"x\" * 10**6)')", LIMITS, "output"),
        ("exec('while True: os.write(3, b\"x\" * 10**6)')", limited(answer_bytes=4 * MIB), "answer"),
        ("[threading.Thread(target=time.sleep, args=(60,)).start() for _ in range(500)]", LIMITS, "processes"),
        ("[os.fork() or time.sleep(60) for _ in range(500)]", LIMITS, "processes"),
        ("exec('while True:\\n try: os.fork()\\n except OSError: pass')", limited(wall_s=1.5), "processes"),
    ],
)
def test_a_limit_stops_the_case_and_no_other(strict: Pool, code: str, limits: Limits, limit: str) -> None:
    imports = "import os, signal, sys, threading, time, torch\n"
    found = both(strict, f"{imports}def answer():\n    {code}\n", limits)

    assert (found["broken"].ended, found["broken"].limit) == ("stopped", limit)
    assert found["fine"].tensors["y"] == 7.0


def test_the_memory_of_all_processes_counts_together(strict: Pool) -> None:
    source = """
import os, time
def answer():
    for _ in range(8):
        if os.fork() == 0:
            block = bytearray(b'x') * (200 * 2**20)
            time.sleep(60)
    time.sleep(60)
"""
    seen = observe(strict, source, limits=limited(memory_bytes=1024 * MIB))

    assert (seen.ended, seen.limit) == ("stopped", "memory")
    assert seen.usage.peak_bytes > 1024 * MIB


def test_an_import_that_does_not_end_is_stopped_and_costs_only_what_needs_it(strict: Pool) -> None:
    found = both(strict, "import time\ndef answer():\n    pass\ntime.sleep(60)\n", limited(wall_s=1.5))

    assert (found["broken"].ended, found["broken"].limit) == ("stopped", "wall")
    assert found["broken"].reason == "1.5 s are allowed; it was still running, while work was imported"
    assert found["fine"].ended == "answered"


def test_the_cases_of_a_part_share_its_wall_clock(strict: Pool) -> None:
    limits = limited(wall_s=1.0)
    runs = (run("ragged", part="1d", limits=limits), run("alone", part="1d", limits=limits))
    found = observed(strict, job("import time\ndef answer():\n    time.sleep(60)\n", *runs))

    assert found["ragged"].limit == "wall"
    assert (found["alone"].ended, found["alone"].limit) == ("stopped", "wall")
    assert found["alone"].reason == "the part's 1 s were used up by case ragged"
    assert found["alone"].usage.wall_s == 0


def test_output_is_kept_up_to_a_cap_that_says_so(strict: Pool) -> None:
    seen = observe(strict, "def answer():\n    print('a\\n' * 100_000)\n    return {'y': 1}\n")

    assert seen.ended == "answered"
    assert seen.stdout.startswith("a\na\n")
    assert "cut" in seen.stdout[-200:] or "more" in seen.stdout[-200:]


# --- what one case leaves to the next ---------------------------------------------------------------------------


def test_nothing_one_case_does_to_python_reaches_the_next(strict: Pool) -> None:
    source = """
import torch
seen = []
def answer():
    seen.append(1)
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(5)
    return {'n': len(seen), 'y': torch.zeros(1)}
"""
    found = observed(strict, job(source, run("one"), run("two"), run("three")))

    assert [int(seen.tensors["n"]) for seen in found.values()] == [1, 1, 1]


def test_a_daemon_does_not_hold_up_grading_and_is_gone_for_the_next_case(strict: Pool) -> None:
    source = """
import os, signal, time
def count():
    return {'n': sum(name.isdigit() for name in os.listdir('/proc')) if os.access('/proc', os.R_OK) else -1}
def alive():
    try:
        os.kill(-1, 0)
    except PermissionError:
        return {'n': 1}
    except ProcessLookupError:
        return {'n': 0}
    return {'n': 1}
def answer():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(1, 32):
                if number not in (9, 19):
                    signal.signal(number, signal.SIG_IGN)
            time.sleep(60)
        os._exit(0)
    os.wait()
    return {'y': 1.0}
"""
    found = observed(strict, job(source, run("daemon"), run("later", name="alive")))

    assert found["daemon"].tensors["y"] == 1.0
    assert found["daemon"].usage.wall_s < 3
    assert found["later"].ended == "answered"


def test_runs_apart_share_no_files(strict: Pool) -> None:
    source = """
import os
def answer():
    known = os.path.exists('/tmp/note')
    open('/tmp/note', 'w').close()
    return {'known': known}
"""
    runs = (run("one", apart=True), run("two", apart=True))
    found = observed(strict, job(source, *runs))

    assert [bool(seen.tensors["known"]) for seen in found.values()] == [False, False]


def test_a_hand_in_that_starts_threads_at_import_is_graded_without_a_fork(strict: Pool) -> None:
    source = """
import os, threading, time, torch
torch.set_num_threads(2)
x = torch.ones(400, 400) @ torch.ones(400, 400)
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
def answer():
    y = torch.ones(400, 400, requires_grad=True)
    (y @ y).sum().backward()
    return {'g': y.grad.sum(), 'pid': os.getpid()}
"""
    found = observed(strict, job(source, run("one"), run("two")))

    assert [seen.ended for seen in found.values()] == ["answered", "answered"]
    assert [int(seen.tensors["pid"]) for seen in found.values()] == [2, 2]


def test_a_replaced_fork_ends_as_an_ending_of_theirs(strict: Pool) -> None:
    found = both(
        strict,
        "import os, json, torch\nos.fork = os._exit = json.dumps = torch.manual_seed = None\n"
        "def answer():\n    return {'y': 1.0}\n",
    )

    assert found["broken"].ended == "answered"
    assert found["fine"].ended == "answered"


@pytest.mark.parametrize(
    "code",
    [
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
        "os.close(0); os.close(1); os.close(2)",
        "os.closerange(0, 256)",
        "sys.stdout = sys.stderr = None",
        "import socket; socket.socket.send = None",
        "import gc; [os.close(fd) for fd in range(3, 64) if os.path.exists(f'/proc/self/fd/{fd}')]",
        "os.fork()",
        "import builtins; builtins.open = builtins.len = builtins.isinstance = None",
        "sys.setrecursionlimit(10**9)",
    ],
)
def test_whatever_a_file_does_to_its_process_is_never_our_fault(strict: Pool, code: str) -> None:
    found = both(strict, f"import os, sys\ndef answer():\n    return {{'y': 1.0}}\n{code}\n")

    assert {seen.ended for seen in found.values()} <= {"answered", "left", "stopped", "raised", "unreadable"}
