"""Which uids slots get when grade runs as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from grader.box.uids import FIRST, LAST, subordinate_ranges, take_uids


def test_no_uid_is_taken_twice_at_a_time() -> None:
    first, second = take_uids(3), take_uids(3)
    numbers = [uid.number for uid in first + second]
    for uid in first + second:
        uid.close()

    assert len(set(numbers)) == 6


def test_a_uid_that_is_given_back_is_taken_again() -> None:
    (one,) = take_uids(1)
    one.close()
    (again,) = take_uids(1)
    again.close()

    assert again.number == one.number


def test_uids_have_no_passwd_entry() -> None:
    (uid,) = take_uids(1)
    uid.close()

    assert FIRST <= uid.number < LAST
    assert uid.number not in {entry.pw_uid for entry in pwd.getpwall()}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can start a process as another uid")
def test_a_uid_with_a_running_process_is_left_alone() -> None:
    (free,) = take_uids(1)
    free.close()
    with subprocess.Popen(["sleep", "60"], user=free.number, group=free.number, extra_groups=[]) as sleeper:
        (other,) = take_uids(1)
        other.close()
        sleeper.kill()

    assert other.number != free.number


def test_too_few_uids_are_said_so() -> None:
    with pytest.raises(ValueError, match=r"only \d of 9 unused uids between 64995 and 65000"):
        take_uids(9, first=LAST - 5)


def test_subordinate_ranges_are_read_and_a_missing_file_has_none(tmp_path: Path) -> None:
    (tmp_path / "subuid").write_text("ann:100000:65536\nbob:165536:10\n")

    assert subordinate_ranges(tmp_path / "subuid") == [range(100_000, 165_536), range(165_536, 165_546)]
    assert subordinate_ranges(tmp_path / "none") == []
