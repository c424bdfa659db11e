"""Door intake: what a folder or an archive may do to those who collect it. Refused by name; the rest is graded."""

# ruff: noqa: E501 (tables of hostile inputs are read as tables)

from __future__ import annotations

import hashlib
import lzma
import os
import shutil
import socket
import stat
import struct
import tarfile
import tempfile
import time
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.box.levels import best_level
from grader.errors import IntakeError, RubricError
from grader.intake import collect, inodes_of, list_submissions
from grader.intake.ids import submission_ids
from grader.intake.rules import Gathering
from grader.intake.walk import gather_file, gather_folder
from grader.kit.notebooks import NotANotebook, code_cells
from grader.nouns.seen import Observation, Submission
from grader.opener import Opener
from grader.report.names import page_name
from grader.rubric.load import load_rubric
from tests.hostile import parcels
from tests.hostile.parcels import DEVICE, GOOD, LINK, PIPE, Member, entry, made_tar, made_zip, odd, plain_zip, zip_of

SECRET = b"the reference says 7311"
AWAY = "no file that can be graded"


@dataclass(frozen=True)
class Course:
    """A class of three with a reference beside it: mallory sits between two honest students."""

    root: Path

    @property
    def mallory(self) -> Path:
        return self.root / "submissions" / "mallory"

    @property
    def reference(self) -> Path:
        return self.root / "reference"

    @property
    def inodes(self) -> frozenset[tuple[int, int]]:
        return inodes_of(self.reference, self.root / "rubric.yaml")

    def collected(self, unpack: Callable[[bytes, str], Observation]) -> dict[str, Submission | IntakeError]:
        """Everybody, as a run collects them."""
        entries = list_submissions(self.root / "submissions", "tiny")
        return {each.id: read for each, read in collect(entries, unpack, course=self.inodes)}


@pytest.fixture
def course() -> Iterator[Course]:
    """Readable to everybody, so that it can be collected as somebody else than root."""
    root = Path(tempfile.mkdtemp(prefix="grade-intake-"))
    root.chmod(0o755)
    for path, content in {
        "reference/solved.py": SECRET,
        "rubric.yaml": SECRET,
        "submissions/anna/attention.py": GOOD,
        "submissions/mallory/attention.py": GOOD,
        "submissions/zoe/attention.py": GOOD,
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    yield Course(root)
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def opener() -> Iterator[Opener]:
    """The jail for archives; started with the first one."""
    with Opener(best_level()) as opener:
        opener.open(plain_zip("x.py"), "x.zip")
        yield opener


def nobody_opens(data: bytes, name: str) -> Observation:
    """For hand-ins that hold no archive."""
    raise AssertionError(f"{name} was opened")


def told(read: Submission | IntakeError) -> str:
    """All that is said about a hand-in."""
    return str(read) if isinstance(read, IntakeError) else "\n".join([*read.left_out, *read.warnings])


def assert_only_mallory_is_touched(found: dict[str, Submission | IntakeError]) -> None:
    """The others as if she were not there, and nothing from outside of her folder."""
    for name in ("anna", "zoe"):
        read = found[name]
        assert isinstance(read, Submission)
        assert (dict(read.files), read.left_out, read.warnings) == ({"attention.py": GOOD}, (), ())
    assert not any(
        SECRET in content for read in found.values() if isinstance(read, Submission) for content in read.files.values()
    )
    assert SECRET.decode() not in "".join(map(told, found.values()))


# --- what lies in a folder ----------------------------------------------------------------------------------------


def _socket(folder: Path) -> None:
    here = Path.cwd()
    os.chdir(folder)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("odd.py")
    finally:
        os.chdir(here)


def _sparse(folder: Path, name: str, size: int) -> None:
    with (folder / name).open("wb") as file:
        file.truncate(size)


def _put(name: str | bytes, content: bytes = b"planted") -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        path = os.path.join(os.fsencode(folder), os.fsencode(name))  # noqa: PTH118 (bytes)
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(content)

    return make


def _link(name: str, target: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).symlink_to(target)


def _tree(depth: int) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        deep = folder
        for _ in range(depth):
            deep = deep / "d"
            deep.mkdir()
        (deep / "x.py").write_bytes(b"deep")

    return make


def _loop(folder: Path) -> None:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")


def _many(count: int) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY)
        for number in range(count):
            os.close(os.open(f"a{number:06}.txt", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
        os.close(handle)

    return make


def _folders(count: int) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        for number in range(count):
            (folder / f"d{number}").mkdir()
            (folder / f"d{number}" / "x.txt").touch()

    return make


FOLDERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "link to a file": (_link("x.py", "attention.py"), "x.py: a symbolic link"),
    "link to a folder": (_link("x", "../anna"), "x: a symbolic link"),
    "link to a neighbour's file": (_link("x.py", "../anna/attention.py"), "x.py: a symbolic link"),
    "link to nothing": (_link("x.py", "nowhere"), "x.py: a symbolic link"),
    "two links in a ring": (_loop, "a: a symbolic link"),
    "link to itself": (_link("x.py", "x.py"), "x.py: a symbolic link"),
    "link to the reference": (_link("x.py", "../../reference/solved.py"), "x.py: a symbolic link"),
    "link to the folder of the reference": (_link("pkg", "../../reference"), "pkg: a symbolic link"),
    "link to the root": (_link("x", "/"), "x: a symbolic link"),
    "link to our own process": (_link("x", "/proc/self"), "x: a symbolic link"),
    "link to our environment": (_link("x.txt", "/proc/self/environ"), "x.txt: a symbolic link"),
    "link to our memory": (_link("x.py", "/proc/self/mem"), "x.py: a symbolic link"),
    "link that climbs": (_link("x", "../../../../../../../../../.."), "x: a symbolic link"),
    "link to a terminal": (_link("x.py", "/dev/tty"), "x.py: a symbolic link"),
    "link of an endless target": (_link("x.py", "a/" * 2000), "x.py: a symbolic link"),
    "hard link to the reference": (
        lambda folder: os.link(folder / "../../reference/solved.py", folder / "x.py"),
        "x.py: a hard link to a file of the course",
    ),
    "hard link to the rubric": (
        lambda folder: os.link(folder / "../../rubric.yaml", folder / "x.py"),
        "x.py: a hard link to a file of the course",
    ),
    "pipe": (lambda folder: os.mkfifo(folder / "odd.py"), "odd.py: a named pipe"),
    "pipe named as an archive": (lambda folder: os.mkfifo(folder / "odd.zip"), "odd.zip: a named pipe"),
    "socket": (_socket, "odd.py: a socket"),
    "device without end": (
        lambda folder: os.mknod(folder / "odd.py", stat.S_IFCHR | 0o666, os.makedev(1, 5)),
        "odd.py: a device",
    ),
    "disk": (lambda folder: os.mknod(folder / "odd.py", stat.S_IFBLK | 0o666, os.makedev(8, 0)), "odd.py: a device"),
    "sparse file of a terabyte": (lambda folder: _sparse(folder, "x.bin", 1 << 40), "x.bin: 1,099,511,627,776 bytes"),
    "sparse source": (lambda folder: _sparse(folder, "b.py", 1 << 40), "b.py: 1,099,511,627,776 bytes"),
    "notebook of 500 MB": (lambda folder: _sparse(folder, "x.ipynb", 500 << 20), "x.ipynb: 524,288,000 bytes"),
    "200 folders deep": (_tree(200), "d/" * 17 + ": more than 16 folders deep"),
    "2,100 folders": (_folders(2100), ": more than 2,000 files"),
    "a name of two lines": (_put("a\nb.py"), "a␊b.py: a control character in its name"),
    "a name that clears a terminal": (_put("\x1b[2J.py"), "␛[2J.py: a control character in its name"),
    "a name with a backslash": (_put("a\\b.py"), "a\\b.py: a backslash in its name"),
    "a drive": (_put("C:x.py"), "C:x.py: a path with a drive letter"),
    "names but for capitals": (
        lambda folder: [_put(name)(folder) for name in ("UTILS.txt", "utils.txt")] and None,
        "utils.txt: its name equals that of UTILS.txt but for upper and lower case",
    ),
    "names but for composition": (
        lambda folder: [_put(unicodedata.normalize(form, "é.py"))(folder) for form in ("NFC", "NFD")] and None,
        "é.py: its name equals that of",
    ),
    "255 bytes that are no text": (_put(b"\xff" * 252 + b".py"), ": a name of more than 255 bytes"),
    "compiled Python": (_put("__pycache__/attention.cpython-311.pyc"), "__pycache__/: compiled Python"),
    "compiled Python by its name": (_put("attention.pyc"), "attention.pyc: compiled Python"),
    "a library": (_put("attention.so"), "attention.so: compiled code"),
    "a library of this Python": (
        _put("attention.cpython-311-x86_64-linux-gnu.so"),
        "attention.cpython-311-x86_64-linux-gnu.so: compiled code",
    ),
    "a library of Windows": (_put("attention.pyd"), "attention.pyd: compiled code"),
    "a path file": (_put("x.pth", b"import os; os._exit(0)"), "x.pth: Python runs such files at its start"),
    "an egg link": (_put("x.egg-link"), "x.egg-link: Python reads such files at its start"),
    "sitecustomize": (_put("sitecustomize.py"), "sitecustomize.py: Python runs such files at its start"),
    "usercustomize": (_put("lib/usercustomize.py"), "lib/usercustomize.py: Python runs such files at its start"),
    "conftest": (_put("conftest.py"), "conftest.py: pytest runs such files by itself"),
    "pytest.ini": (_put("pytest.ini"), "pytest.ini: pytest reads such files by itself"),
    "an environment": (_put(".venv/bin/python"), ".venv/: an installed environment"),
    "a history": (_put(".git/hooks/post-checkout"), ".git/: version control"),
    "an archive beside sources": (_put("more.zip"), "more.zip: an archive beside the files of the hand-in"),
}


@pytest.mark.parametrize(("make", "said"), FOLDERS.values(), ids=FOLDERS)
def test_it_is_refused_by_name_and_the_rest_is_graded(course: Course, make: Callable[[Path], None], said: str) -> None:
    make(course.mallory)

    started = time.monotonic()
    found = course.collected(nobody_opens)
    seconds = time.monotonic() - started

    assert said in told(found["mallory"])
    assert isinstance(found["mallory"], Submission)
    assert GOOD in found["mallory"].files.values()
    assert not any(b"planted" in content and said.startswith(path) for path, content in found["mallory"].files.items())
    assert_only_mallory_is_touched(found)
    assert seconds < 5


def test_24_000_files_hide_no_source_and_take_little(course: Course) -> None:
    (course.mallory / "heap").mkdir()
    _many(12_000)(course.mallory / "heap")
    _many(12_000)(course.mallory)

    started = time.process_time()
    found = course.collected(nobody_opens)
    cpu_s = time.process_time() - started

    assert isinstance(found["mallory"], Submission)
    assert found["mallory"].files["attention.py"] == GOOD
    assert len(found["mallory"].files) == 2000
    assert ".: 2,002 of the 12,002 names in this folder" in told(found["mallory"])
    assert "heap/: 2,000 of the 12,000 names in this folder" in told(found["mallory"])
    assert len(found["mallory"].left_out) == 201
    assert cpu_s < 8


ODD_BUT_KEPT = {
    "not UTF-8": (b"caf\xe9.py", "caf_xe9.py"),
    "turned": ("\u202eyp.gpj.py", "_yp.gpj.py"),
    "with nothing in it": ("a\u200bttention.py", "a_ttention.py"),
    "an option": ("-rf", "-rf"),
    "a device of Windows": ("CON", "CON"),
    "three dots": ("...", "..."),
    "255 bytes": ("x" * 252 + ".py", "x" * 252 + ".py"),
    "a page of ours": ("index.html", "index.html"),
    "results": ("results.json", "results.json"),
    "a formula": ("=HYPERLINK(1).py", "=HYPERLINK(1).py"),
    "markup": ("<img src=x onerror=alert(1)>.py", "<img src=x onerror=alert(1)>.py"),
    "a template": ("{{7*7}}.py", "{{7*7}}.py"),
    "a wildcard": ("*.py", "*.py"),
    "a shell": ("$(reboot).py", "$(reboot).py"),
    "tags": ("a\U000e0041.py", "a_.py"),
}


@pytest.mark.parametrize(("name", "kept"), ODD_BUT_KEPT.values(), ids=ODD_BUT_KEPT)
def test_a_name_that_does_no_harm_is_kept_as_it_can_be_shown(course: Course, name: str | bytes, kept: str) -> None:
    _put(name)(course.mallory)

    found = course.collected(nobody_opens)

    assert isinstance(found["mallory"], Submission)
    assert set(found["mallory"].files) == {"attention.py", kept}
    assert ("renamed" in told(found["mallory"])) is (kept != name)
    assert_only_mallory_is_touched(found)


SHADOWS = ("random.py", "typing.py", "json.py", "socket.py", "struct.py", "os.py", "collections/__init__.py", "torch.py",
           "torch/__init__.py", "numpy.py", "safetensors/torch.py", "grader/kit/__init__.py", "kit.py", "worker.py",
           "zygote.py", "probes.py", "src/probes.py", "a/b/grader/x.py")  # fmt: skip


@pytest.mark.parametrize("path", SHADOWS)
def test_a_file_that_hides_a_module_is_kept_and_named(course: Course, path: str) -> None:
    _put(path)(course.mallory)

    read = course.collected(nobody_opens)["mallory"]

    assert isinstance(read, Submission)
    assert path in read.files
    assert {"hides a module of" in each and each.endswith("imports get the original") for each in read.warnings} == {
        True
    }


SWAPS: dict[str, Callable[[Path, Path], object]] = {
    "by a link to the reference": lambda file, reference: file.symlink_to(reference / "solved.py"),
    "by a pipe": lambda file, reference: os.mkfifo(file),
    "by a folder": lambda file, reference: file.mkdir(),
    "by a device": lambda file, reference: os.mknod(file, stat.S_IFCHR | 0o666, os.makedev(1, 5)),
    "by nothing": lambda file, reference: None,
    "by a hard link to the reference": lambda file, reference: os.link(reference / "solved.py", file),
}


@pytest.mark.parametrize("swap", SWAPS.values(), ids=SWAPS)
def test_a_file_swapped_between_list_and_reading_is_left_out(
    course: Course, swap: Callable[[Path, Path], object]
) -> None:
    victim = course.mallory / "data.txt"
    victim.write_bytes(b"x")

    class Swapping(Gathering):
        """Swaps the file when it has been listed and is about to be read."""

        def admits(self, path: str, size: int) -> bool:
            if path == "data.txt":
                victim.unlink()
                swap(victim, course.reference)
            return super().admits(path, size)

    gathering = Swapping()
    gather_folder(course.mallory, gathering, course.inodes)

    assert gathering.files == {"attention.py": GOOD}
    assert gathering.left_out[0].startswith("data.txt: ")


def test_a_folder_swapped_by_a_link_is_not_followed(course: Course) -> None:
    folder = course.mallory / "src"
    folder.mkdir()
    (folder / "solved.py").write_bytes(b"mine")

    class Swapping(Gathering):
        """Puts a link in the place of the folder."""

        def admits(self, path: str, size: int) -> bool:
            if path == "src/solved.py":
                shutil.rmtree(folder)
                folder.symlink_to(course.reference)
            return super().admits(path, size)

    gathering = Swapping()
    gather_folder(course.mallory, gathering)

    assert gathering.files == {"attention.py": GOOD}
    assert "src/solved.py: cannot be read" in gathering.left_out[0]


def test_a_file_that_holds_more_than_it_says_is_left_out() -> None:
    gathering = Gathering()
    gather_file(Path("/proc/version"), gathering)  # its size is told as 0

    assert gathering.left_out == ("version: grew while it was read",)


@pytest.fixture
def as_nobody(course: Course) -> Iterator[None]:
    """As an ordinary user, who may not read everything."""
    if os.geteuid() == 0:
        os.seteuid(65534)
        yield
        os.seteuid(0)
    else:
        yield


@pytest.mark.parametrize(("path", "named"), [("attention.py", "attention.py"), ("src", "src")])
def test_what_may_not_be_read_is_left_out_by_name(
    course: Course, request: pytest.FixtureRequest, path: str, named: str
) -> None:
    (course.mallory / "src").mkdir()
    (course.mallory / "src" / "b.py").write_bytes(GOOD)
    (course.mallory / path).chmod(0)
    request.getfixturevalue("as_nobody")

    found = course.collected(nobody_opens)

    assert f"{named}: cannot be read: Permission denied" in told(found["mallory"])
    assert isinstance(found["mallory"], Submission)
    assert_only_mallory_is_touched(found)


def test_a_hand_in_that_may_not_be_opened_stops_nobody(course: Course, request: pytest.FixtureRequest) -> None:
    course.mallory.chmod(0)
    request.getfixturevalue("as_nobody")

    found = course.collected(nobody_opens)

    assert "mallory: cannot be read: Permission denied  [E-FILE]" in told(found["mallory"])
    assert_only_mallory_is_touched(found)


# --- what lies among the hand-ins ------------------------------------------------------------------------------------

ENTRIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link to a neighbour": (lambda place: place.symlink_to("anna"), "a symbolic link"),
    "a link to the reference": (lambda place: place.symlink_to("../reference"), "a symbolic link"),
    "a link to the root": (lambda place: place.symlink_to("/"), "a symbolic link"),
    "a link to nothing": (lambda place: place.symlink_to("nowhere"), "a symbolic link"),
    "an empty folder": (lambda place: place.mkdir(), AWAY),
    "a folder of folders": (lambda place: (place / "a" / "b").mkdir(parents=True), AWAY),
    "only what is left out": (lambda place: _put("x.pyc")(place), f"{AWAY}; left out: x.pyc: compiled Python"),
    "a pipe named as source": (lambda place: os.mkfifo(place.with_suffix(".py")), "not a regular file"),
    "a pipe named as an archive": (lambda place: os.mkfifo(place.with_suffix(".zip")), "not a regular file"),
    "a link named as an archive": (lambda place: place.with_suffix(".zip").symlink_to("/dev/zero"), "a symbolic link"),
    "another archive": (lambda place: place.with_suffix(".rar").touch(), "an archive of a kind that is not opened"),
    "a disk named as source": (
        lambda place: os.mknod(place.with_suffix(".py"), stat.S_IFBLK | 0o666, os.makedev(8, 0)),
        "not a regular file",
    ),
}


@pytest.mark.parametrize(("make", "said"), ENTRIES.values(), ids=ENTRIES)
def test_an_entry_that_is_none_is_told_and_the_others_are_graded(
    course: Course, make: Callable[[Path], object], said: str
) -> None:
    shutil.rmtree(course.mallory)
    make(course.mallory)

    found = course.collected(nobody_opens)

    assert isinstance(found["mallory"], IntakeError)
    assert said in told(found["mallory"])
    assert_only_mallory_is_touched(found)


OURS = ("index", "staff", "results", "arrays", "observations", "log", "Index", "STAFF", "CON", "nul", "aux.c", "lpt1")
NAMES = (*OURS, "-rf", "--help", "a b", "a\nb", "\u202egpj", "z\u200bz", "zz", "é", "e\u0301", "É", "ß", "ss", "x" * 255, "中" * 85,
         "\udcff", "\udcfe", "a\\b", "C:x", "=1+1", "<b>", "%2e%2e", "a%2fb", "...", "x.html", "..x", "~", "$HOME", "`id`")  # fmt: skip


def test_every_name_has_an_id_that_is_safe_its_own_and_stable() -> None:
    ids = submission_ids(NAMES)

    assert len({unicodedata.normalize("NFC", each.casefold()) for each in ids}) == len(NAMES)
    assert not {each.casefold() for each in ids} & {each.casefold() for each in OURS}
    assert all(each.replace("-", "a").replace("_", "a").replace(".", "a").isalnum() for each in ids)
    assert not any(each.startswith(("-", ".")) for each in ids)
    assert len({page_name(each).casefold() for each in ids}) == len(NAMES)
    assert max(len(page_name(each).encode()) for each in ids) < 255
    assert submission_ids(NAMES[::-1])[::-1] == ids


def test_nobody_can_take_the_id_of_another_by_bearing_it_as_a_name() -> None:
    (victim,) = submission_ids(["Zoë Müller"])
    longer = submission_ids(["Zoë Müller", victim])

    everybody = submission_ids(["Zoë Müller", victim, *longer, "anna"])

    assert len(set(everybody)) == 5
    assert everybody[-1] == "anna"


def test_hand_ins_whose_ids_would_be_equal_are_all_collected(course: Course) -> None:
    (victim,) = submission_ids(["Zoë Müller"])
    for name in ("Zoë Müller", victim):
        _put(f"{name}/attention.py", name.encode())(course.root / "submissions")

    found = course.collected(nobody_opens)

    contents = [read.files["attention.py"] for read in found.values() if isinstance(read, Submission)]
    assert sorted(contents) == sorted([GOOD] * 3 + ["Zoë Müller".encode(), victim.encode()])


# --- archives ---------------------------------------------------------------------------------------------------------


def _named(name: bytes, **more: object) -> bytes:
    return made_zip(Member(), Member(name, b"planted", **more))  # type: ignore[arg-type]


WHOLE = plain_zip("attention.py", "b.py")
NOISE = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(999))
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "zip: a path that climbs": ("zip", _named(b"../../evil.py"), "../../evil.py: a path that leaves the hand-in"),
    "zip: climbs late": ("zip", _named(b"a/b/../../../evil.py"), "evil.py: a path that leaves the hand-in"),
    "zip: absolute": ("zip", _named(b"/etc/cron.d/evil"), "/etc/cron.d/evil: a path that leaves the hand-in"),
    "zip: absolute twice": ("zip", _named(b"//evil"), "//evil: a path that leaves the hand-in"),
    "zip: a drive": ("zip", _named(b"C:\\evil.py"), "C:/evil.py: a path that leaves the hand-in"),
    "zip: a drive without a folder": ("zip", _named(b"C:evil.py"), "C:evil.py: a path that leaves the hand-in"),
    "zip: climbs as Windows writes it": ("zip", _named(b"..\\..\\evil.py"), "../../evil.py: a path that leaves"),
    "zip: a backslash beside folders": (
        "zip",
        made_zip(Member(b"a/attention.py"), Member(b"a\\b.py", b"planted")),
        "a\\b.py: a backslash in its name",
    ),
    "zip: NUL in a name": ("zip", _named(b"evil.py\0.txt"), "evil.py␀.txt: a control character in its name"),
    "zip: an empty name": ("zip", _named(b""), ": a path that leaves the hand-in"),
    "zip: a dot": ("zip", _named(b"./."), "./.: a path that leaves the hand-in"),
    "zip: a name of 60,000 bytes": ("zip", _named(b"x" * 60_000), ": a name of more than 255 bytes"),
    "zip: 60,000 folders deep": ("zip", _named(b"a/" * 30_000 + b"x"), ": more than 16 folders deep"),
    "zip: a link": ("zip", _named(b"x.py", attributes=LINK), "x.py: a link"),
    "zip: a pipe": ("zip", _named(b"x.py", attributes=PIPE), "x.py: not a regular file"),
    "zip: a device": ("zip", _named(b"x.py", attributes=DEVICE), "x.py: not a regular file"),
    "zip: names but for capitals": (
        "zip",
        made_zip(Member(), Member(b"UTILS.txt", b"x"), Member(b"utils.txt", b"planted")),
        "utils.txt: its name equals that of UTILS.txt but for upper and lower case",
    ),
    "zip: the same name twice": ("zip", _named(b"attention.py"), "attention.py: its name equals that of attention.py"),
    "zip: a file and a folder of one name": (
        "zip",
        made_zip(Member(b"a.py"), Member(b"a.py/b.py", b"planted")),
        "a.py/b.py: its folder has the name of a file",
    ),
    "zip: a folder and a file of one name": (
        "zip",
        made_zip(Member(b"lib/attention.py"), Member(b"lib", b"planted")),
        "lib: its name is that of a folder",
    ),
    "zip: encrypted": ("zip", _named(b"x.py", flags=1), "x.py: it is encrypted"),
    "zip: strongly encrypted": ("zip", _named(b"x.py", flags=0x41), "x.py: it is encrypted"),
    "zip: another checksum": ("zip", _named(b"x.py", crc=7), "x.py: broken: Bad CRC-32 for file 'x.py'"),
    "zip: a method nobody knows": ("zip", _named(b"x.py", method=99), "x.py: broken: That compression method is not"),
    "zip: packed data that is none": (
        "zip",
        made_zip(Member(), Member(b"x.py", b"", 8, packed=0, size=7)),
        "x.py: broken",
    ),
    "zip: bzip2 that is none": ("zip", _named(b"x.py", method=99).replace(b"c\0", b"\x0c\0"), "x.py: broken: Invalid"),
    "zip: LZMA that is none": ("zip", _named(b"x.py", method=99).replace(b"c\0", b"\x0e\0"), "x.py: broken"),
    "zip: two names for one member": (
        "zip",
        _named(b"x.py", local_name=b"y.py"),
        "x.py: broken: File name in directory 'x.py' and header",
    ),
    "zip: more said than there is": ("zip", _named(b"x.py", size=1 << 31), "x.py: 2,147,483,648 bytes"),
    "zip: less said than there is": ("zip", _named(b"x.py", size=3), "x.py: broken"),
    "zip: lies before the file": ("zip", _named(b"x.py", at=0), "x.py: broken"),
    "zip: lies behind the end": ("zip", _named(b"x.py", at=1 << 30), "x.py: broken"),
    "zip: a field of zip64 that is cut": (
        "zip",
        _named(b"x.py", size=0xFFFFFFFF, extra=struct.pack("<HH", 1, 4) + b"\xff" * 4),
        "Corrupt zip64 extra field",
    ),
    "zip: an exabyte by zip64": (
        "zip",
        _named(b"x.py", size=0xFFFFFFFF, extra=struct.pack("<HHQ", 1, 8, 1 << 60)),
        "x.py: 1,152,921,504,606,846,976 bytes",
    ),
    "zip: compiled Python": ("zip", _named(b"__pycache__/attention.cpython-311.pyc"), "compiled Python"),
    "zip: cut": ("zip", WHOLE[:-30], "the archive ends early"),
    "zip: cut in a member": ("zip", WHOLE[:40], "the archive ends after 40 of"),
    "zip: only its first bytes": ("zip", b"PK\3\4", "the archive ends early, after 4 bytes"),
    "zip: empty": ("zip", b"", "the file is empty"),
    "zip: without members": ("zip", made_zip(), AWAY),
    "zip: more members said than listed": ("zip", made_zip(Member(), count=9)[:-1], "the archive"),
    "zip: a picture": ("zip", b"\x89PNG\r\n\x1a\n" + b"\0" * 600, "neither a zip nor a tar archive"),
    "zip: a program": ("zip", b"\x7fELF" + b"\0" * 600, "neither a zip nor a tar archive"),
    "zip: RAR": ("zip", b"Rar!\x1a\x07\x01\0" + b"\0" * 600, "neither a zip nor a tar archive"),
    "zip: 7z": ("zip", b"7z\xbc\xaf\x27\x1c" + b"\0" * 600, "neither a zip nor a tar archive"),
    "zip: a page": ("zip", b"<html><script>alert(1)</script>" * 30, "neither a zip nor a tar archive"),
    "zip: in a zip in a zip": ("zip", parcels.nested_zip(3, GOOD), "an archive beside the files of the hand-in"),
    "zip: three archives": (
        "zip",
        zip_of({"a.zip": WHOLE, "b.zip": WHOLE, "c.zip": WHOLE}),
        "3 archives and no source",
    ),
    "tar: a path that climbs": ("tar", made_tar(entry("attention.py"), entry("../evil.py")), "../evil.py: a path that"),
    "tar: absolute": ("tar", made_tar(entry("attention.py"), entry("/evil.py")), "/evil.py: a path that leaves"),
    "tar: a link": (
        "tar",
        made_tar(entry("attention.py"), odd("x.py", tarfile.SYMTYPE, "/etc/passwd")),
        "x.py: a link",
    ),
    "tar: a hard link": (
        "tar",
        made_tar(entry("attention.py"), odd("x.py", tarfile.LNKTYPE, "attention.py")),
        "x.py: a link",
    ),
    "tar: a hard link outside": (
        "tar",
        made_tar(entry("attention.py"), odd("x.py", tarfile.LNKTYPE, "../../../etc/passwd")),
        "x.py: a link",
    ),
    "tar: through a link": (
        "tar",
        made_tar(entry("attention.py"), odd("lib", tarfile.SYMTYPE, "/tmp"), entry("lib/evil.py")),
        "lib: a link",
    ),
    "tar: a pipe": ("tar", made_tar(entry("attention.py"), odd("x", tarfile.FIFOTYPE)), "x: not a regular file"),
    "tar: a device": ("tar", made_tar(entry("attention.py"), odd("x", tarfile.CHRTYPE)), "x: not a regular file"),
    "tar: a disk": ("tar", made_tar(entry("attention.py"), odd("x", tarfile.BLKTYPE)), "x: not a regular file"),
    "tar: more said than there is": (
        "tar",
        made_tar(entry("attention.py"), entry("b.py", b"x", size=9999)),
        "the archive ends",
    ),
    "tar: an exabyte": (
        "tar",
        made_tar(entry("attention.py"), entry("b.py", b"x", size=1 << 60), form=tarfile.GNU_FORMAT),
        "the archive",
    ),
    "tar: less than nothing": (
        "tar",
        made_tar(entry("attention.py"), entry("b.py", b"x", size=-(1 << 40)), form=tarfile.GNU_FORMAT),
        "",
    ),
    "tar: a long name that climbs": (
        "tar",
        made_tar(entry("attention.py"), entry("../" * 50 + "evil.py"), form=tarfile.GNU_FORMAT),
        "a path that leaves the hand-in",
    ),
    "tar: pax renames": (
        "tar",
        parcels.raw_pax(b"22 path=../../evil.py\n", entry("x.py", b"planted"), entry("attention.py")),
        "../../evil.py: a path that leaves the hand-in",
    ),
    "tar: pax resizes": (
        "tar",
        parcels.raw_pax(b"19 size=9999999999\n", entry("x.py"), entry("attention.py")),
        "the archive",
    ),
    "tar: pax of nonsense": ("tar", parcels.raw_pax(b"99999999 x=", entry("attention.py")), ""),
    "tar: pax that is no number": ("tar", parcels.raw_pax(b"13 size=abcd\n", entry("attention.py")), ""),
    "tar: pax sparse": (
        "tar",
        parcels.raw_pax(b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n", entry("attention.py")),
        "",
    ),
    "tar: cut": ("tar", made_tar(entry("attention.py", GOOD * 99))[:700], "the archive ends"),
    "tar.gz: cut": (
        "tar.gz",
        parcels.PACKERS["gz"](made_tar(entry("attention.py", NOISE)))[:-999],
        "the archive ends early",
    ),
    "tar.gz: spoiled": ("tar.gz", b"\x1f\x8b\x08" + b"\0" * 7 + b"\xff" * 600, "the archive is broken"),
    "tar.gz: a text": ("tar.gz", parcels.PACKERS["gz"](b"hello"), "the archive"),
    "tgz: xz that is cut": ("tgz", parcels.PACKERS["xz"](made_tar(entry("attention.py", NOISE)))[:-999], "the archive"),
}


@pytest.mark.parametrize(("suffix", "data", "said"), REFUSED.values(), ids=REFUSED)
def test_an_archive_that_lies_harms_nobody(course: Course, opener: Opener, suffix: str, data: bytes, said: str) -> None:
    shutil.rmtree(course.mallory)
    course.mallory.with_suffix(f".{suffix}").write_bytes(data)

    started = time.monotonic()
    found = course.collected(opener.open)
    seconds = time.monotonic() - started

    assert said in told(found["mallory"])
    assert isinstance(found["mallory"], IntakeError) or b"planted" not in found["mallory"].files.values()
    assert_only_mallory_is_touched(found)
    assert seconds < 20


REST_GRADED = [name for name, (_, data, _) in REFUSED.items() if name.startswith("zip:") and (b"planted" in data)]


@pytest.mark.parametrize("name", REST_GRADED)
def test_the_good_member_beside_a_bad_one_is_graded(course: Course, opener: Opener, name: str) -> None:
    if "zip64 that is cut" in name:
        pytest.skip("zipfile reads no list with such a field; the whole archive is refused")
    shutil.rmtree(course.mallory)
    course.mallory.with_suffix(".zip").write_bytes(REFUSED[name][1])

    read = course.collected(opener.open)["mallory"]

    assert isinstance(read, Submission)
    assert GOOD in read.files.values()


KEPT: dict[str, tuple[str, bytes]] = {
    "zip: a huge comment": ("zip", made_zip(Member(), comment=b"x" * 65_535)),
    "zip: a folder named twice": ("zip", made_zip(Member(b"a/", b""), Member(b"a/", b""), Member(b"a/attention.py"))),
    "zip: local size that differs": ("zip", made_zip(Member(local_size=9_999_999))),
    "zip: as Windows writes folders": ("zip", made_zip(Member(b"a4\\attention.py"))),
    "zip: a name in UTF-8 without the flag": ("zip", made_zip(Member("作业.py".encode()))),
    "zip: a name in GBK": ("zip", made_zip(Member("作业.py".encode("gbk")))),
    "zip: a name in CP437": ("zip", made_zip(Member(b"\x81bung.py"))),
    "zip: a zip in it": ("zip", zip_of({"work.zip": WHOLE})),
    "zip: bzip2": ("zip", plain_zip("attention.py", method=zipfile.ZIP_BZIP2)),
    "zip: LZMA": ("zip", plain_zip("attention.py", method=zipfile.ZIP_LZMA)),
    "zip: a tar by its name": ("tar", plain_zip("attention.py")),
    "tar: a zip by its name": ("zip", made_tar(entry("attention.py"))),
    "tar: old": ("tar", made_tar(entry("attention.py"), form=tarfile.USTAR_FORMAT)),
    "tar: noise after its end": ("tar", made_tar(entry("attention.py")) + b"\xff" * 5120),
    "tar.gz: bzip2 by its name": ("tar.gz", parcels.PACKERS["bz2"](made_tar(entry("attention.py")))),
    "tgz": ("tgz", parcels.PACKERS["gz"](made_tar(entry("./a4/attention.py")))),
}


@pytest.mark.parametrize(("suffix", "data"), KEPT.values(), ids=KEPT)
def test_an_archive_that_is_merely_odd_is_graded(course: Course, opener: Opener, suffix: str, data: bytes) -> None:
    shutil.rmtree(course.mallory)
    course.mallory.with_suffix(f".{suffix}").write_bytes(data)

    read = course.collected(opener.open)["mallory"]

    assert isinstance(read, Submission), told(read)
    assert GOOD in read.files.values()


def _million() -> bytes:
    row = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0)
    return b"".join(row + b"%06x" % number for number in range(100_000))


def _members(count: int) -> bytes:
    return made_zip(*(Member(b"%06d.txt" % number, b"") for number in range(count)))


def _quine() -> bytes:
    """A zip that holds a zip of its own name, again and again, as deep as anybody looks."""
    return parcels.nested_zip(6, b"x = 1\n")


BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a list of 10^6 members": (
        "zip",
        lambda: (
            b"PK\3\4"
            + b"\0" * 26
            + _million()
            + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65535, 65535, 52_000_000, 30, 0)
        ),
        "its list of members has 52,000,000 bytes; 16,777,216 are allowed",
    ),
    "41,000 members": ("zip", lambda: _members(41_000), "more than 40,000 members"),
    "3,000 files": ("zip", lambda: _members(3_000), "more than 2,000 files"),
    "400 MB in one": ("zip", lambda: zip_of({"x.npz": b"\0" * (400 << 20)}), "x.npz: 419,430,400 bytes"),
    "overlapping": ("zip", lambda: parcels.overlapping_zip(200, 20 << 20), "1.bin: broken: "),
    "many of 100 MB": (
        "zip",
        lambda: made_zip(*(Member(b"%d.bin" % number, b"\0" * (100 << 20), 8) for number in range(4))),
        "which is more than is left of",
    ),
    "bzip2 in a zip": (
        "zip",
        lambda: made_zip(Member(), Member(b"x.bin", b"\0" * (48 << 20), 12, size=1 << 20)),
        "x.bin: broken",
    ),
    "nested": ("zip", _quine, "an archive beside the files of the hand-in"),
    "gz": ("tar.gz", lambda: parcels.zeros(304, parcels.PACKERS["gz"]), "zeros.bin: 318,767,104 bytes"),
    "bz2": ("tar.gz", lambda: parcels.zeros(304, parcels.PACKERS["bz2"]), "zeros.bin: 318,767,104 bytes"),
    "xz": (
        "tar.gz",
        lambda: parcels.zeros(304, lambda data: lzma.compress(data, preset=0)),
        "zeros.bin: 318,767,104 bytes",
    ),
    "a pax header of 30 MB": (
        "tar.gz",
        lambda: parcels.PACKERS["gz"](
            parcels.raw_pax(b"30000000 x=" + b"a" * (30_000_000 - 12) + b"\n", entry("attention.py"))
        ),
        "",
    ),
    "2,100 folders": (
        "zip",
        lambda: made_zip(*(Member(b"/".join([b"%d" % number] * 14) + b"/x.txt", b"") for number in range(1_500))),
        "more than 2,000 folders",
    ),
}


@pytest.mark.parametrize(("suffix", "make", "said"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_in_bounded_time_and_memory(
    course: Course, opener: Opener, suffix: str, make: Callable[[], bytes], said: str
) -> None:
    shutil.rmtree(course.mallory)
    course.mallory.with_suffix(f".{suffix}").write_bytes(make())

    tracemalloc.start()
    started = time.monotonic()
    found = course.collected(opener.open)
    seconds, (_, peak) = time.monotonic() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert said in told(found["mallory"])
    assert_only_mallory_is_touched(found)
    assert (seconds < 60, peak < 700 << 20) == (True, True)


# --- notebooks and YAML -----------------------------------------------------------------------------------------------

NOTEBOOKS = {
    "100,000 lists deep": "[" * 100_000,
    "100,000 mappings deep": '{"cells":' * 100_000,
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "cells in a text": '{"cells": "abc"}',
    "cells in a mapping": '{"cells": {"0": 1}}',
    "sheets of numbers": '{"worksheets": 7}',
    "no JSON": "import torch",
    "NUL": "\0" * 100,
    "half a notebook": '{"cells": [{"cell_type": "code", "source": "x',
    "a number without end": '{"cells": ' + "9" * 100_000 + "}",
    "a lone surrogate and no list": '{"cells": "\\ud800"}',
}


@pytest.mark.parametrize("text", NOTEBOOKS.values(), ids=NOTEBOOKS)
def test_what_is_no_notebook_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(NotANotebook, match=r"^is no notebook: "):
        code_cells(text)


ODD_CELLS = {
    "null": "null",
    "a number": "7",
    "a list": "[[]]",
    "no source": '{"cell_type": "code"}',
    "source of numbers": '{"cell_type": "code", "source": [1, 2, null]}',
    "source in a mapping": '{"cell_type": "code", "source": {"x": 1}}',
    "a type in a list": '{"cell_type": ["code"], "source": "x = 1"}',
    "deep": '{"cell_type": "code", "source": "' + "(" * 5_000 + '"}',
    "long": '{"cell_type": "code", "source": "' + "-" * 50_000 + '1"}',
    "NUL": '{"cell_type": "code", "source": "x\\u0000"}',
    "a surrogate": '{"cell_type": "code", "source": "x = \'\\ud800\'"}',
    "attributes": '{"cell_type": "code", "source": "a' + ".b" * 20_000 + '"}',
}


@pytest.mark.parametrize("cell", ODD_CELLS.values(), ids=ODD_CELLS)
def test_an_odd_cell_hides_no_other(cell: str) -> None:
    text = f'{{"cells": [{cell}, {{"cell_type": "code", "source": "y = 2"}}]}}'

    assert [each.text for each in code_cells(text) if each.tree is not None][-1] == "y = 2"


def test_sheets_of_an_old_notebook_may_hold_anything() -> None:
    text = '{"worksheets": [{"cells": 5}, 7, {"cells": [{"cell_type": "code", "input": "y = 2"}]}]}'

    assert [each.text for each in code_cells(text)] == ["y = 2"]


LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 30))
YAML = {
    "laughs": LAUGHS,
    "an object": "assignment: !!python/object/apply:os.system [reboot]\n",
    "a name": "assignment: !!python/name:os.system\n",
    "a module": "assignment: !!python/module:antigravity\n",
    "a tag of nobody": "assignment: !evil x\n",
    "binary": "assignment: !!binary aGk=\n",
    "lists 100,000 deep": "a: " + "[" * 100_000,
    "lists 5,000 deep": "a: " + "[" * 5_000 + "]" * 5_000,
    "an anchor that holds itself": "a: &a [*a]\n",
    "a mapping that holds itself": "a: &a {b: *a}\n",
    "a merge": "a: &a {x: 1}\nb: {<<: *a}\n",
    "a repeated key": "a: 1\na: 2\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "a number without end": "points: " + "9" * 50_000 + "\n",
    "sixties": "points: " + "1:" * 5_000 + "1\n",
    "a control character": "title: a\x07b\n",
    "a tab": "a:\n\t- x\n",
    "a complex key": "? [a, b]\n: c\n",
    "bytes": b"\xff\xfe\xff\xff".decode("latin-1"),
    "nothing": "",
}


@pytest.mark.parametrize("text", YAML.values(), ids=YAML)
def test_a_rubric_that_is_a_bomb_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bomb.yaml"
    path.write_text(text, encoding="utf-8")

    started = time.monotonic()
    with pytest.raises(RubricError) as error:
        load_rubric(path)
    seconds = time.monotonic() - started

    assert seconds < 3
    assert f"{path}:" in str(error.value)
    assert len(str(error.value)) < 100_000
