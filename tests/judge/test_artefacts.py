"""Files that a part reads."""

from __future__ import annotations

import pytest

from grader.judge.artefacts import lines_of, read_artefact

PATH = "outputs/test_outputs.txt"


def test_the_text_is_read_as_it_is() -> None:
    observation = read_artefact({PATH: b"\xef\xbb\xbfone\r\ntwo\x1b\n"}, PATH)

    assert (observation.ended, observation.texts["text"], observation.notes) == ("answered", "one\ntwo\x1b\n", ())


def test_a_file_found_elsewhere_is_noted() -> None:
    observation = read_artefact({"hw/test_outputs.txt": b"one\n"}, PATH)

    assert observation.notes == ("file outputs/test_outputs.txt: hw/test_outputs.txt",)


@pytest.mark.parametrize(
    ("files", "ended", "reason"),
    [
        ({}, "missing", "outputs/test_outputs.txt was not handed in"),
        (
            {PATH: b"version https://git-lfs.github.com/spec/v1\noid"},
            "missing",
            "outputs/test_outputs.txt is a Git LFS pointer, not the file",
        ),
        ({PATH: b"x" * (8 * 1024 * 1024 + 1)}, "unreadable", "outputs/test_outputs.txt is larger than 8 MiB"),
    ],
    ids=["none", "pointer", "huge"],
)
def test_a_file_that_cannot_be_read_says_why(files: dict[str, bytes], ended: str, reason: str) -> None:
    observation = read_artefact(files, PATH)

    assert (observation.ended, observation.reason) == (ended, reason)


@pytest.mark.parametrize(
    ("text", "count", "lines"),
    [
        ("a\nb\n", 2, ["a", "b"]),
        ("a\nb", 2, ["a", "b"]),
        ("a\nb\n\n \n", 2, ["a", "b"]),
        ("a\n\n", 2, ["a", ""]),
        ("a\nb\nc\n", 2, ["a", "b", "c"]),
        ("a\u2028b\x0bc\n", 1, ["a\u2028b\x0bc"]),
        ("", 2, []),
    ],
    ids=["plain", "no-last-newline", "blank-at-end", "empty-translation", "too-many", "odd-separators", "empty"],
)
def test_lines_are_those_between_newlines(text: str, count: int, lines: list[str]) -> None:
    assert lines_of(text, count) == lines


@pytest.mark.parametrize(
    ("log", "claimed"),
    [
        (b"Corpus BLEU: 21.36\n", 21.36),
        (b"Corpus BLEU: 20.1\n...\nCorpus BLEU: 21.3\n", 21.3),
        (b"Corpus BLEU 0.2136", 0.2136),
        (b"BLEU is fine", None),
    ],
    ids=["one", "last", "share", "none"],
)
@pytest.mark.parametrize("files", [{}, {PATH: b"x\n"}], ids=["without-outputs", "with-outputs"])
def test_the_last_claim_of_a_log_is_kept(files: dict[str, bytes], log: bytes, claimed: float | None) -> None:
    observation = read_artefact({**files, "train.log": log}, PATH)

    found = observation.tensors.get("claimed_bleu")
    assert (None if found is None else float(found)) == claimed


def test_claims_are_not_looked_for_in_code_or_in_huge_logs() -> None:
    files = {PATH: b"x", "run.py": b"Corpus BLEU: 1", "big.log": b"Corpus BLEU: 1" + b" " * (4 * 1024 * 1024)}

    assert read_artefact(files, PATH).tensors == {}
