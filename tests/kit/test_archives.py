"""Archives are opened within caps; whatever is wrong with one is a sentence."""

from __future__ import annotations

import io
import json
import random
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.kit import archives
from grader.kit.archives import Opened, unpack


def make_zip(files: Mapping[str, bytes | str]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def make_tar(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    """A tar of these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]  # the mode is a parameter
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def make_tar_of(*members: tarfile.TarInfo) -> bytes:
    """A tar of members without content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for member in members:
            archive.addfile(member)
    return buffer.getvalue()


def opened(data: bytes) -> Opened:
    """What is taken out of an archive."""
    taken = Opened()
    taken.read(data)
    return taken


def fault(data: bytes) -> str:
    """The sentence for an archive that cannot be opened."""
    with pytest.raises(archives.Fault) as error:
        opened(data)
    return str(error.value)


FILES = {"a4/nmt_model.py": b"class NMT: pass\n", "a4/outputs/test.txt": b"one\ntwo\n"}


@pytest.mark.parametrize(
    "data",
    [make_zip(FILES), make_tar(FILES), make_tar(FILES, "w:gz"), make_tar(FILES, "w:bz2"), make_tar(FILES, "w:xz")],
    ids=["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"],
)
def test_every_kind_gives_its_files(data: bytes) -> None:
    got = opened(data)

    assert got.files == [(path, len(content)) for path, content in FILES.items()]
    assert b"".join(got.contents) == b"".join(FILES.values())


def test_the_probe_answers_with_a_list_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(make_zip(FILES))

    answer = unpack(SimpleNamespace(root=tmp_path), seed=0, name="alice.zip")

    listing = json.loads(answer["listing"].tobytes())
    assert listing == {"files": [[path, len(data)] for path, data in FILES.items()], "refused": [], "fault": ""}
    assert answer["bytes"].tobytes() == b"".join(FILES.values())


def test_the_probe_answers_for_a_broken_archive_too(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(b"no archive at all")

    answer = unpack(SimpleNamespace(root=tmp_path), seed=0, name="alice.zip")

    assert json.loads(answer["listing"].tobytes())["fault"] == "the file is neither a zip nor a tar archive"
    assert answer["bytes"].shape == (0,)


def test_the_job_must_hold_one_file(tmp_path: Path) -> None:
    answer = unpack(SimpleNamespace(root=tmp_path), seed=0, name="alice.zip")

    assert "the job holds 0 files; one archive is expected" in answer["listing"].tobytes().decode()


# --- archives that cannot be opened ---


def test_a_cut_zip_says_how_much_is_there() -> None:
    data = make_zip({"big.bin": bytes(range(256)) * 200, "b.py": "x"})

    assert fault(data[:400]).startswith("the archive ends after 400 of ")


def test_a_cut_zip_of_unknown_length_says_that_it_ends_early() -> None:
    assert fault(b"PK\x03\x04" + bytes(10)) == "the archive ends early, after 14 bytes"


def test_a_cut_tar_says_how_much_is_there() -> None:
    assert fault(make_tar({"big.bin": bytes(50_000)})[:4096]) == "the archive ends after 4,096 of 50,688 bytes"


def test_a_cut_compressed_tar_says_that_it_ends_early() -> None:
    data = make_tar({"a.bin": random.Random(0).randbytes(50_000)}, "w:gz")

    assert fault(data[:30_000]) == "the archive ends early, after 30,000 bytes"


def test_a_tar_that_is_cut_within_a_header_is_cut() -> None:
    data = make_tar(FILES)

    assert fault(data[:1_100]) == "the archive ends early, after 1,100 bytes"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (b"hello", "the file is neither a zip nor a tar archive"),
        (b"\x1f\x8bnonsense", "the archive is broken"),
        (b"PK\x05\x06" + bytes(8) + b"\xff\xff\xff\x7f" + bytes(6), "its list of members has 2,147,483,647 bytes"),
        (b"PK\x05\x06" + bytes(8) + b"\xff\x00\x00\x00" + bytes(6), "the archive is broken"),
    ],
)
def test_what_is_no_archive_says_so(data: bytes, sentence: str) -> None:
    assert sentence in fault(data)


def test_a_list_of_members_in_the_large_form_is_measured_too() -> None:
    large = b"PK\x06\x06" + bytes(36) + struct.pack("<Q", 2**33) + bytes(8)
    locator = b"PK\x06\x07" + bytes(4) + struct.pack("<Q", 0) + bytes(4)
    end = b"PK\x05\x06" + bytes(8) + b"\xff\xff\xff\xff" + bytes(6)

    assert fault(b"PK" + (large + locator + end)[2:]) == (
        "its list of members has 8,589,934,592 bytes; 16,777,216 are allowed"
    )


def test_a_million_members_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 3)
    files = {f"{number}.py": b"" for number in range(4)}

    assert fault(make_zip(files)) == "the archive holds more than 3 members; 2,000 files are allowed"
    assert fault(make_tar(files)) == "the archive holds more than 3 members; 2,000 files are allowed"


# --- members that are refused ---


@pytest.mark.parametrize("path", ["../up.py", "a/../../up.py", "/etc/passwd", "C:/x.py"])
@pytest.mark.parametrize("make", [make_zip, make_tar], ids=["zip", "tar"])
def test_a_path_that_leaves_the_hand_in_is_refused(make: Any, path: str) -> None:
    got = opened(make({path: b"x", "good.py": b"y"}))

    assert got.refused == [(path, "a path that leaves the hand-in")]
    assert got.files == [("good.py", 1)]


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link"),
        (tarfile.FIFOTYPE, "not a regular file"),
        (tarfile.CHRTYPE, "not a regular file"),
    ],
)
def test_special_members_of_a_tar_are_refused(kind: bytes, why: str) -> None:
    member = tarfile.TarInfo("x.py")
    member.type, member.linkname = kind, "/etc/passwd"

    assert opened(make_tar_of(member)).refused == [("x.py", why)]


@pytest.mark.parametrize(("mode", "why"), [(0o120777, "a link"), (0o010644, "not a regular file")])
def test_special_members_of_a_zip_are_refused(mode: int, why: str) -> None:
    member = zipfile.ZipInfo("x.py")
    member.create_system, member.external_attr = 3, mode << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(member, "/etc/passwd")

    assert opened(buffer.getvalue()).refused == [("x.py", why)]


def test_folders_are_no_files() -> None:
    folder = tarfile.TarInfo("a4")
    folder.type = tarfile.DIRTYPE

    assert opened(make_tar_of(folder)).files == []
    assert opened(make_zip({"a4/": b""})).files == []


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(make_zip({"x.py": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1

    assert opened(bytes(data)).refused == [("x.py", "it is encrypted")]


def test_a_member_with_a_wrong_sum_is_refused_and_the_rest_taken() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("bad.py", b"AAAAAAAA")
        archive.writestr("good.py", b"y")

    got = opened(buffer.getvalue().replace(b"AAAAAAAA", b"AAAABAAA"))

    assert got.files == [("good.py", 1)]
    assert got.refused[0][0] == "bad.py"
    assert got.refused[0][1].startswith("broken: Bad CRC-32")


def test_more_than_the_cap_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 10)

    got = opened(make_zip({"bomb.bin": bytes(1_000_000), "code.py": b"x = 1"}))

    assert got.files == [("code.py", 5)]
    assert got.refused == [("bomb.bin", "1,000,000 bytes, which is more than is left of 10")]


def test_more_files_than_the_cap_are_refused_and_source_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_FILES", 1)

    got = opened(make_zip({"a.txt": b"1", "deep/in/code.py": b"2"}))

    assert got.files == [("deep/in/code.py", 1)]
    assert got.refused == [("a.txt", "more than 1 files")]


def test_a_list_of_refusals_ends_with_their_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(archives, "MOST_REFUSED", 2)
    (tmp_path / "archive").write_bytes(make_zip({f"../{number}": b"" for number in range(5)}))

    answer = unpack(SimpleNamespace(root=tmp_path), seed=0, name="alice.zip")

    refused = json.loads(answer["listing"].tobytes())["refused"]
    assert [path for path, _ in refused] == ["../0", "../1", "3 more"]


# --- names ---


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_names_without_the_flag_for_utf_8_are_read_as_they_are_meant(encoding: str) -> None:
    name = "作业.py"
    raw = name.encode(encoding)
    data = make_zip({"?" * len(raw): b"x"})

    assert opened(data.replace(b"?" * len(raw), raw)).files == [(name, 1)]


def test_names_with_the_flag_are_utf_8() -> None:
    assert opened(make_zip({"作业/a.py": b"x"})).files == [("作业/a.py", 1)]


def test_folders_that_windows_separates_otherwise_are_folders() -> None:
    data = make_zip({"a4|nmt_model.py": b"x", "a4|b|c.py": b"y"}).replace(b"|", b"\\")

    assert [path for path, _ in opened(data).files] == ["a4/nmt_model.py", "a4/b/c.py"]


def test_a_tar_made_of_a_dot_has_plain_names() -> None:
    assert opened(make_tar({"./a.py": b"x"})).files == [("a.py", 1)]
