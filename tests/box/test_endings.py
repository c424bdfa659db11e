"""The table of endings, row by row; test_job.py makes each of them happen."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from grader.box.endings import (
    Facts,
    Stop,
    answer_stop,
    broken,
    cpu_stop,
    how_it_left,
    memory_stop,
    observation,
    output_stop,
    wall_stop,
)
from grader.box.inside.frame import encode_frame
from grader.nouns.plain import Limits
from grader.nouns.seen import Observation, Usage

LIMITS = Limits(wall_s=10, cpu_s=5, memory_bytes=2**31, processes=64)
ANSWERED = encode_frame({"ended": "answered", "notes": ["file work: work.py"]}, {"y": 1.5})


def raised(kind: str, message: str) -> bytes:
    return encode_frame({"ended": "raised", "fault": {"type": kind, "message": message}}, {})


def test_a_whole_frame_counts_whatever_happens_later() -> None:
    seen = observation(Facts(LIMITS, frame=ANSWERED, exit=-signal.SIGKILL, usage=Usage(cpu_s=9.0)))

    assert seen.ended == "answered"
    assert seen.tensors["y"] == 1.5
    assert seen.notes == ("file work: work.py",)


def test_a_limit_met_before_the_frame_ended_counts_more_than_the_frame() -> None:
    seen = observation(Facts(LIMITS, Stop("wall", "late"), frame=ANSWERED))

    assert (seen.ended, seen.limit, seen.reason, seen.tensors) == ("stopped", "wall", "late", {})


def test_output_and_usage_stay_with_every_ending() -> None:
    usage = Usage(1.0, 2.0, 3)
    seen = observation(Facts(LIMITS, exit=1, stdout="a", stderr="b", usage=usage))

    assert (seen.stdout, seen.stderr, seen.usage) == ("a", "b", usage)


@pytest.mark.parametrize(
    ("kind", "message", "limit"),
    [
        ("MemoryError", "", "memory"),
        ("RuntimeError", "[enforce fail] DefaultCPUAllocator: can't allocate memory", "memory"),
        ("OSError", "[Errno 12] Cannot allocate memory", "memory"),
        ("BlockingIOError", "[Errno 11] Resource temporarily unavailable", "processes"),
        ("RuntimeError", "can't start new thread", "processes"),
    ],
)
def test_an_exception_about_a_limit_is_a_stop(kind: str, message: str, limit: str) -> None:
    seen = observation(Facts(LIMITS, frame=raised(kind, message), exit=0))

    assert (seen.ended, seen.limit) == ("stopped", limit)
    assert seen.reason.endswith("more was asked for")
    assert seen.fault is not None


def test_another_exception_is_theirs() -> None:
    seen = observation(Facts(LIMITS, frame=raised("ValueError", "can't start new thread"), exit=0))

    assert (seen.ended, seen.reason) == ("raised", "ValueError: can't start new thread")


def test_a_claim_of_an_earlier_import_is_believed_only_if_we_know_of_it() -> None:
    frame = encode_frame({"ended": "stopped", "reason": "10 s are allowed, while work was imported"}, {})
    known = Observation(ended="stopped", limit="wall", reason="10 s are allowed, while work was imported")
    facts = Facts(LIMITS, frame=frame, exit=0)

    assert observation(facts).ended == "left"
    assert observation(replace(facts, blocked={known.reason: known})).limit == "wall"


@pytest.mark.parametrize(
    ("exit_status", "cpu_s", "is_stop"),
    [
        (-signal.SIGKILL, 5.0, True),
        (-signal.SIGXCPU, 4.9, True),
        (-signal.SIGKILL, 1.0, False),
        (-signal.SIGSEGV, 5.0, False),
        (0, 5.0, False),
        (None, 5.0, False),
    ],
)
def test_a_process_was_stopped_for_its_cpu_only_if_it_used_it(
    exit_status: int | None, cpu_s: float, is_stop: bool
) -> None:
    assert (cpu_stop(exit_status, cpu_s, LIMITS) is not None) == is_stop


@pytest.mark.parametrize(("tasks", "limit"), [(3, "wall"), (55, "wall"), (56, "processes"), (64, "processes")])
def test_time_is_up_by_the_wall_clock_or_by_a_bomb(tasks: int, limit: str) -> None:
    assert wall_stop(LIMITS, tasks).limit == limit


def test_stops_say_what_was_allowed_and_what_was_used() -> None:
    small = replace(LIMITS, output_bytes=2048, answer_bytes=2**20)

    assert wall_stop(LIMITS, 1).reason == "10 s are allowed; it was still running"
    assert memory_stop(LIMITS, 2**32).reason == "2048 MiB are allowed; 4096 MiB were in use"
    assert output_stop(small, "stdout").reason == "2 KiB of output are allowed; stdout had more"
    assert answer_stop(small).reason == "1 MiB of answer are allowed; there was more"
    assert wall_stop(LIMITS, 64).reason == "64 processes are allowed; all were in use when time was up"


@pytest.mark.parametrize(
    ("exit_status", "reason"),
    [
        (0, "left before answering, with exit status 0"),
        (3, "left before answering, with exit status 3"),
        (None, "left before answering"),
        (-11, "segmentation fault (SIGSEGV) before answering"),
        (-6, "aborted (SIGABRT) before answering"),
        (-15, "ended by a signal (SIGTERM) before answering"),
        (-63, "ended by signal 63 before answering"),
    ],
)
def test_leaving_is_said_in_words(exit_status: int | None, reason: str) -> None:
    seen = observation(Facts(LIMITS, exit=exit_status))

    assert how_it_left(exit_status) == reason
    assert (seen.ended, seen.reason) == ("left", reason)


@pytest.mark.parametrize(("exit_status", "ended"), [(0, "unreadable"), (1, "unreadable"), (-11, "left")])
def test_a_piece_of_a_frame_is_unreadable_unless_a_signal_cut_it(exit_status: int, ended: str) -> None:
    assert observation(Facts(LIMITS, frame=ANSWERED[:-1], exit=exit_status)).ended == ended


def test_broken_keeps_its_log_for_staff_and_its_last_line_as_reason() -> None:
    seen = broken("the box died 2 times", "Traceback:\n  ...\nOSError: no room\n")

    assert (seen.ended, seen.reason) == ("broken", "the box died 2 times: OSError: no room")
    assert seen.stderr.startswith("Traceback:")
