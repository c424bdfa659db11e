"""What lies in SUBMISSIONS is listed without being read."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.intake import list_submissions

Put = Callable[[Mapping[str, bytes | str]], Path]


def test_every_form_of_a_submission_is_listed(put: Put) -> None:
    root = put({"ada/x.py": "", "bo.zip": "", "cleo.tar.gz": "", "dev.tgz": "", "eli.py": "", "fay.ipynb": ""})

    entries = list_submissions(root, "a4")

    assert [(entry.id, entry.kind) for entry in entries] == [
        ("ada", "folder"),
        ("bo", "archive"),
        ("cleo", "archive"),
        ("dev", "archive"),
        ("eli", "file"),
        ("fay", "file"),
    ]


def test_the_folder_of_the_assignment_is_preferred(put: Put) -> None:
    root = put({"a4/ada/x.py": "", "hw5/bo/x.py": ""})

    assert [entry.id for entry in list_submissions(root, "a4")] == ["ada"]


def test_without_a_folder_of_the_assignment_all_children_count(put: Put) -> None:
    root = put({"ada/x.py": "", "bo/x.py": ""})

    assert [entry.id for entry in list_submissions(root, "a4")] == ["ada", "bo"]


def test_files_that_are_no_submissions_are_passed_over(put: Put) -> None:
    root = put({"ada/x.py": "", "grades.csv": "", "README.md": "", ".DS_Store": "", "__MACOSX/x": "", ".git/x": ""})

    assert [entry.id for entry in list_submissions(root, "a4")] == ["ada"]


def test_a_folder_and_an_archive_of_one_name_stay_apart(put: Put) -> None:
    ids = [entry.id for entry in list_submissions(put({"ada/x.py": "", "ada.zip": ""}), "a4")]

    assert len(set(ids)) == 2
    assert all(each.startswith("ada") for each in ids)


@pytest.mark.parametrize("name", ["gus.rar", "gus.7z", "gus.tar.xz", "gus.gz"])
def test_an_archive_of_another_kind_is_refused_and_not_lost(put: Put, name: str) -> None:
    (entry,) = list_submissions(put({name: ""}), "a4")

    assert (entry.id.partition("-")[0].partition(".")[0], entry.kind) == ("gus", "refused")
    assert entry.why == "an archive of a kind that is not opened"


def test_links_and_special_files_are_refused(put: Put) -> None:
    root = put({"ada/x.py": ""})
    (root / "bo").symlink_to("/etc")
    os.mkfifo(root / "cleo.zip")

    entries = list_submissions(root, "a4")

    assert [(entry.kind, entry.why) for entry in entries[1:]] == [
        ("refused", "a symbolic link"),
        ("refused", "not a regular file"),
    ]


def test_only_the_ids_that_are_asked_for_are_listed(put: Put) -> None:
    root = put({"ada/x.py": "", "bo/x.py": "", "cleo/x.py": ""})

    assert [entry.id for entry in list_submissions(root, "a4", only=("bo", "ada"))] == ["ada", "bo"]


def test_an_id_that_is_not_there_is_a_usage_error(put: Put) -> None:
    root = put({f"s{number:02}/x.py": "" for number in range(10)})

    with pytest.raises(UsageError) as error:
        list_submissions(root, "a4", only=("s011",))

    assert "there is no submission 's011'  [E-ONLY]" in str(error.value)
    assert "allowed: s00, s01, s02, s03, s04, s05, s06, s07 and 2 more" in str(error.value)
    assert "help: write 's0" in str(error.value)


def test_an_id_that_resembles_none_gets_other_advice(put: Put) -> None:
    with pytest.raises(UsageError, match="help: copy the id from the report"):
        list_submissions(put({"ada/x.py": ""}), "a4", only=("zzz",))


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        list_submissions(tmp_path / "none", "a4")

    assert str(error.value).splitlines() == [
        f"{tmp_path}/none: there is no such folder  [E-SUBMISSIONS]",
        "  expected: a folder that holds one folder, archive or file per student",
        "  help: give the folder in which the submissions lie",
    ]


def test_a_file_in_place_of_the_folder_is_a_usage_error(put: Put) -> None:
    with pytest.raises(UsageError, match="this is a file; a folder of submissions is needed"):
        list_submissions(put({"x.zip": ""}) / "x.zip", "a4")


@pytest.mark.parametrize("files", [{}, {"README.md": ""}], ids=["empty", "nothing to grade"])
def test_a_folder_without_submissions_is_a_usage_error(put: Put, files: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"holds no submissions  \[E-SUBMISSIONS\]"):
        list_submissions(put(files), "a4")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_a_usage_error(put: Put) -> None:
    root = put({"ada/x.py": ""})
    root.chmod(0)

    with pytest.raises(UsageError, match="the folder cannot be read: Permission denied"):
        list_submissions(root, "a4")
