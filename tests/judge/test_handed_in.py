"""Finding and decoding files as they come."""

from __future__ import annotations

import pytest

from grader.judge.handed_in import decode, find_file, is_pointer

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n"


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["a/b/outputs/test_outputs.txt", "outputs/test_outputs.txt"], "outputs/test_outputs.txt"),
        (["x/test_outputs.txt", "a/b/c/outputs/test_outputs.txt"], "a/b/c/outputs/test_outputs.txt"),
        (["deep/er/test_outputs.txt", "b/test_outputs.txt", "a/test_outputs.txt"], "a/test_outputs.txt"),
        (["Outputs/Test_Outputs.TXT"], "Outputs/Test_Outputs.TXT"),
        (["my_test_outputs.txt", "test_outputs.txt.bak"], ""),
        ([], ""),
    ],
    ids=["exact", "its-folder-first", "nearest-the-top", "capitals", "other-names", "none"],
)
def test_a_file_is_found_in_any_layout(paths: list[str], found: str) -> None:
    assert find_file(dict.fromkeys(paths, b""), ["outputs/test_outputs.txt"]) == found


def test_the_first_name_wins() -> None:
    files = {"answers.txt": b"", "deep/answers.md": b""}

    assert find_file(files, ["answers.md", "answers.txt"]) == "deep/answers.md"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfa\r\nb\rc\n", "a\nb\nc\n"),
        ("ä中".encode(), "ä中"),
        ("ä中".encode("utf-16"), "ä中"),
        (b"a\xffb", "a�b"),
        (b"", ""),
    ],
    ids=["bom-and-crlf", "utf-8", "utf-16", "broken", "empty"],
)
def test_a_text_is_decoded_as_it_comes(content: bytes, text: str) -> None:
    assert decode(content) == text


def test_a_pointer_is_not_the_file() -> None:
    assert is_pointer(POINTER)
    assert not is_pointer(b"a translation\n")
    assert not is_pointer(POINTER + b"x" * 2000)
