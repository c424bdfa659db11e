"""The student process, spoken to as grade speaks to it: what it says of its import, and one answer for every case."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from grader.box.slot import RunningJob, Zygote
from grader.nouns.plain import Level
from tests.box.orders import Seen, asked, heard, imported, ordered

Zygotes = Callable[[Level], Zygote]
Order = Callable[..., AbstractContextManager[RunningJob]]


@pytest.fixture
def order(zygotes: Zygotes) -> Order:
    return lambda source, **more: ordered(zygotes("open"), source, **more)


def answered(order: Order, body: str, **changes: object) -> Seen:
    """One case of a hand-in whose `answer` has this body."""
    with order(f"import atexit, os, random, sys\ndef answer():\n    {body}\n") as job:
        imported(job)
        return asked(job, **changes)


# --- the import -------------------------------------------------------------------------------------------------


def test_every_unit_is_named_before_it_is_imported_and_then_it_is_ready(order: Order) -> None:
    with order("def answer():\n    pass\n") as job:
        said = imported(job)

    assert said == [{"at": "unit", "unit": "work"}, {"at": "unit", "unit": "other"}, {"at": "ready", "threads": 1}]


def test_it_seems_to_be_a_program_without_arguments(order: Order) -> None:
    seen = answered(order, "return {'arguments': ' '.join(sys.argv)}")

    assert seen.head["texts"]["arguments"].endswith("/handin.py")


def test_a_file_that_the_import_opens_is_not_the_way_of_the_answer(order: Order) -> None:
    source = (
        "log = open('train.log', 'w')\ndef answer():\n    print('loss', file=log, flush=True)\n    return {'y': 1.0}\n"
    )
    with order(source) as job:
        imported(job)
        seen = asked(job)

    assert seen.head["ended"] == "answered"


def test_threads_of_the_import_are_counted(order: Order) -> None:
    source = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    with order(f"{source}def answer():\n    pass\n") as job:
        assert imported(job)[-1] == {"at": "ready", "threads": 2}


def test_a_blocked_unit_is_not_imported_and_its_cases_end_as_told(order: Order) -> None:
    with order("import os\nos._exit(3)\ndef answer():\n    pass\n", blocked={"work": ("left", "left early")}) as job:
        said = imported(job)
        theirs, other = asked(job), asked(job, args={"unit": "other", "name": "fine"})

    assert [message.get("unit") for message in said] == ["other", None]
    assert (theirs.head["ended"], theirs.head["reason"]) == ("left", "left early")
    assert other.head["ended"] == "answered"


def test_a_unit_that_ends_the_process_was_named_last(order: Order) -> None:
    with order("import os\nos._exit(3)\ndef answer():\n    pass\n") as job:
        said = imported(job)
        report = job.end()

    assert said == [{"at": "unit", "unit": "work"}, {}]
    assert report["exit"] == 3


def test_what_an_import_prints_is_output_of_the_job(order: Order) -> None:
    with order("import sys\nprint('hello')\nprint('oh', file=sys.stderr)\ndef answer():\n    pass\n") as job:
        imported(job)
        job.end()
        job.out.drain()
        job.err.drain()

    assert bytes(job.out.data) == b"hello\n"
    assert b"oh\n" in bytes(job.err.data)


@pytest.mark.parametrize(
    ("source", "ended", "reason"),
    [
        ("import sys\nsys.exit(0)\ndef answer():\n    pass\n", "left", "left while work was imported"),
        ("raise SystemExit\ndef answer():\n    pass\n", "left", "left while work was imported"),
        ("raise KeyboardInterrupt\ndef answer():\n    pass\n", "import_error", ""),
        ("def answer(x=1 / 0):\n    pass\n", "import_error", ""),
        ("def another():\n    pass\n", "missing", "the function 'answer' is missing"),
    ],
)
def test_how_an_import_failed_is_the_answer_of_every_case_of_it(
    order: Order, source: str, ended: str, reason: str
) -> None:
    with order(source) as job:
        imported(job)
        first, second = asked(job), asked(job)

    assert first.head["ended"] == second.head["ended"] == ended
    assert first.head["reason"].startswith(reason)


# --- a case -----------------------------------------------------------------------------------------------------


def test_a_case_is_a_process_of_its_own_which_is_told_of(order: Order) -> None:
    with order("import os\ndef answer():\n    return {'pid': str(os.getpid()), 'parent': str(os.getppid())}\n") as job:
        imported(job)
        first, second = asked(job), asked(job)

    assert first.texts["pid"] != second.texts["pid"]
    assert first.texts["parent"] == second.texts["parent"]
    assert first.told["at"] == "done"
    assert first.told["exit"] == 0
    assert first.told["peak"] > 2**20


def test_without_a_fork_the_case_is_the_student_process_and_ends_it(order: Order) -> None:
    with order("import os\nME = os.getpid()\ndef answer():\n    return {'same': str(ME == os.getpid())}\n") as job:
        imported(job)
        seen = asked(job, fork=False)
        report = job.end()

    assert seen.texts == {"same": "True"}
    assert seen.told == {}
    assert report["exit"] == 0


def test_a_case_has_four_descriptors_and_no_way_to_speak_to_grade(order: Order) -> None:
    seen = answered(
        order,
        "return {'open': ' '.join(n for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}'))}",
    )

    assert seen.texts["open"].split() == ["0", "1", "2", "3"]


def test_answer_output_and_errors_come_by_their_own_pipes(order: Order) -> None:
    seen = answered(order, "print('out'); print('err', file=sys.stderr); os.write(3, b'raw')")

    assert (seen.frame[:3], seen.stdout, seen.stderr) == (b"raw", b"out\n", b"err\n")


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_what_was_printed_before_a_crash_is_not_lost(order: Order, end: str) -> None:
    seen = answered(order, f"print('step 1'); print('careful', file=sys.stderr); {end}")

    assert (seen.stdout, seen.stderr) == (b"step 1\n", b"careful\n")


def test_half_a_line_is_flushed_before_a_case_leaves(order: Order) -> None:
    assert answered(order, "print('\\udc80 out', end=''); return {'y': 1.0}").stdout == b"\\udc80 out"


def test_a_case_leaves_without_asking_anybody(order: Order) -> None:
    seen = answered(order, "atexit.register(print, 'late'); return {'y': 1.0}")

    assert seen.stdout == b""
    assert seen.told["exit"] == 0


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("sys.exit()", 0),
        ("sys.exit(7)", 7),
        ("sys.exit('bye')", 1),
        ("sys.exit(256 + 3)", 3),
        ("sys.exit(True)", 1),
        ("os._exit(9)", 9),
        ("os.kill(os.getpid(), 15)", -15),
    ],
)
def test_leaving_early_gives_no_frame_and_the_status_is_told(order: Order, code: str, status: int) -> None:
    seen = answered(order, code)

    assert seen.frame == b""
    assert seen.told["exit"] == status


def test_an_answer_that_cannot_be_written_is_told_on_their_stderr(order: Order) -> None:
    seen = answered(order, "os.close(3); return {'y': 1.0}")

    assert (seen.frame, seen.told["exit"]) == (b"", 1)
    assert b"Bad file descriptor" in seen.stderr


def test_an_exception_is_an_answer_with_its_place(order: Order) -> None:
    head = answered(order, "return {}['key']").head

    assert (head["ended"], head["fault"]["type"]) == ("raised", "KeyError")
    assert [frame["line"] for frame in head["fault"]["frames"]] == [3]


def test_a_stub_is_seen_before_the_probe_is_called(order: Order) -> None:
    body = "### YOUR CODE HERE\n    pass\n    ### END YOUR CODE"
    head = answered(order, body, fills=["work.answer"]).head

    assert (head["ended"], head["reason"]) == ("untouched", "work.answer is as the handout has it")


DRAWS = "import numpy, torch; return {'n': f'{random.random()} {numpy.random.rand()} {torch.rand(1).item()}'}"


@pytest.mark.parametrize(("first", "second", "alike"), [(5, 5, True), (5, 6, False), (2**40, 2**40, True)])
def test_every_generator_is_seeded_by_the_case(order: Order, first: int, second: int, alike: bool) -> None:
    with order(f"import random\ndef answer():\n    {DRAWS}\n") as job:
        imported(job)
        one, two = asked(job, seed=first).texts["n"].split(), asked(job, seed=second).texts["n"].split()

    assert [a == b for a, b in zip(one, two, strict=True)] == [alike] * 3


def test_a_case_has_the_cpu_seconds_of_its_order(order: Order) -> None:
    body = "import resource; return {'cpu': str(resource.getrlimit(resource.RLIMIT_CPU)[1])}"

    assert int(answered(order, body, cpu_s=3).texts["cpu"]) in (4, 5)


def test_a_signal_that_eats_the_childs_status_is_not_waited_for(order: Order) -> None:
    source = "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\ndef answer():\n    return {'y': 1.0}\n"
    with order(source) as job:
        imported(job)
        seen = asked(job)

    assert seen.head["ended"] == "answered"
    assert seen.told == {"at": "done", "exit": 0, "cpu_s": 0.0, "peak": 0}


def test_the_student_process_leaves_when_grade_has_no_more_cases(order: Order) -> None:
    with order("def answer():\n    return {'y': 1.0}\n") as job:
        imported(job)
        job.talk.sock.shutdown(1)
        last = heard(job)
        while not job.is_over:
            job.step(5.0)

    assert last == {}
    assert job.report is not None
    assert job.report["exit"] == 0
