"""Source is read whatever its encoding; what is no source says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.kit.source_text import NotSource, decode, read_source, same_text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x", "x"),
        (b"\xef\xbb\xbfx", "x"),
        ("x = '中'".encode("utf-16"), "x = '中'"),
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"# coding: latin-1\n# \xe9", "# coding: latin-1\n# é"),
        ("# 词表".encode("gbk"), "# 词表"),
        (b"# \xe9 \xff", "# é ÿ"),
        (b"# coding: rot13\nvzcbeg", "# coding: rot13\nvzcbeg"),
        (b"# coding: utf-8\n# \xe9 ", "# coding: utf-8\n# é "),
    ],
)
def test_bytes_are_decoded_as_they_are_meant(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b" \n", "is empty"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
        (b"#" * 5_242_881, "has 5,242,881 bytes; source is read up to 5,242,880"),
    ],
    ids=["empty", "pointer", "large"],
)
def test_what_is_no_source_says_why(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "x.py").write_bytes(data)

    with pytest.raises(NotSource, match=why):
        read_source(tmp_path / "x.py")


def test_a_file_that_is_gone_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NotSource, match="cannot be read: No such file or directory"):
        read_source(tmp_path / "x.py")


@pytest.mark.parametrize(("other", "same"), [(b"a\r\nb \r\n", True), (b"\xef\xbb\xbfa\nb", True), (b"a\nc\n", False)])
def test_line_ends_do_not_make_a_text_another(other: bytes, same: bool) -> None:
    assert same_text(b"a\nb\n", other) is same
