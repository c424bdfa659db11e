"""Tests of grader/commands/check.py: which homework and which parts are meant, and where what is printed."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest

from grader.commands.check import Doing, chosen, has_colours, knows_signs, saved, show
from grader.errors import UsageError
from grader.frozen import write_frozen
from tests.home.examples import a_check, a_part, encoder, example_results
from tests.home.kits import PROBES, PUBLIC


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kit that is only read, and a folder beside it from which `grade check` is called."""
    folder = tmp_path / "my 作业" / "tiny"
    (folder / "checks").mkdir(parents=True)
    (folder / "c").mkdir()
    (folder / "public.yaml").write_text(PUBLIC, encoding="utf-8")
    (folder / "checks" / "probes.py").write_text(PROBES, encoding="utf-8")
    (folder / "checks" / "known.json").write_text('{"schema": 1, "parts": {}}', encoding="utf-8")
    write_frozen(folder / "checks" / "expected.safetensors", {})
    monkeypatch.chdir(tmp_path)
    return folder


class TestChosen:
    """Words are parts or a folder."""

    def test_without_a_word_it_is_the_homework_around_us(self, kit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(kit / "checks")

        home, parts = chosen(None, ())

        assert (home.folder, parts) == (kit, ())

    def test_parts_are_words_in_any_case_and_each_counts_once(self, kit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(kit)

        assert chosen(None, ("T", "w", "t"))[1] == ("t", "w")

    def test_a_folder_may_stand_anywhere(self, kit: Path) -> None:
        home, parts = chosen(None, ("w", "my 作业/tiny"))

        assert (home.folder, parts) == (kit, ("w",))

    def test_a_word_that_is_a_part_is_no_folder(self, kit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(kit)

        assert chosen(None, ("c",))[1] == ("c",)

    def test_a_folder_may_be_given_by_name(self, kit: Path) -> None:
        assert chosen(kit / "c", ("w",))[1] == ("w",)

    def test_an_unknown_part_is_told_with_what_is_near(self, kit: Path) -> None:
        with pytest.raises(UsageError) as error:
            chosen(kit, ("loog",))

        assert str(error.value) == (
            "grade check loog: tiny has no part of this id, and there is no such folder  [E-PART]\n"
            "  allowed: w, c, t, log, why\n"
            "  help: write 'grade check log'"
        )

    def test_a_word_like_nothing_is_refused_too(self, kit: Path) -> None:
        with pytest.raises(UsageError, match="help: give no part to check all of them"):
            chosen(kit, ("\x1b[2Jzzz",))

    def test_two_folders_are_one_too_many(self, kit: Path) -> None:
        with pytest.raises(UsageError, match="E-PART"):
            chosen(None, (str(kit), str(kit.parent)))

    @pytest.mark.usefixtures("kit")
    def test_where_there_is_no_homework_it_says_so(self) -> None:
        with pytest.raises(UsageError, match="E-HOME"):
            chosen(None, ("w",))

    @pytest.mark.usefixtures("kit")
    def test_a_folder_without_homework_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()

        with pytest.raises(UsageError, match=r"empty: no homework here"):
            chosen(None, ("empty",))


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


class TestColours:
    """Colours are for terminals that want them."""

    def test_a_terminal_has_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")

        assert has_colours(Terminal())

    @pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
    def test_who_wants_none_gets_none(self, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
        monkeypatch.setenv(name, value)

        assert not has_colours(Terminal())

    def test_a_file_has_none(self) -> None:
        assert not has_colours(io.StringIO())


@pytest.mark.parametrize(
    ("encoding", "known"), [("utf-8", True), ("cp1252", False), ("cp437", False), ("ascii", False), ("no-such", False)]
)
def test_signs_are_for_streams_that_can_write_them(encoding: str, known: bool) -> None:
    class Stream(io.StringIO):
        @property
        def encoding(self) -> str:  # type: ignore[override]
            return encoding

    assert knows_signs(Stream()) is known


class TestDoing:
    """What is told while it runs."""

    def test_a_terminal_has_one_line_that_is_gone_in_the_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TERM", "xterm")
        stream = Terminal()
        with Doing(None, stream) as doing:
            doing.told("torch is loaded")
            doing.told("1d 注意")

        written = stream.getvalue()

        assert written == "\r  torch is loaded ...\r  1d 注意 ...        \r" + 13 * " " + "\r"

    def test_elsewhere_there_are_lines(self, capsys: pytest.CaptureFixture[str]) -> None:
        with Doing(None, io.StringIO()) as doing:
            for text in ("1d Encoder", "1d Encoder", "1e Decoder"):
                doing.told(text)

        assert capsys.readouterr().err == "1d Encoder ...\n1e Decoder ...\n"

    def test_none_is_silent(self) -> None:
        stream = Terminal()
        with Doing("none", stream) as doing:
            doing.told("1d Encoder")

        assert stream.getvalue() == ""

    def test_a_stream_that_is_gone_does_no_harm(self) -> None:
        class Gone(Terminal):
            def write(self, text: str) -> int:
                raise BrokenPipeError

        with Doing("rich", Gone()) as doing:
            doing.told("1d Encoder")


def test_a_saved_file_is_told_with_the_time() -> None:
    assert saved(["nmt_model.py"], time.gmtime(3849)) == "01:04:09  saved nmt_model.py"


def test_many_saved_files_are_counted() -> None:
    assert saved(list("abcde"), time.gmtime(0)).endswith("saved a, b, c and 2 more")


def shown(capsys: pytest.CaptureFixture[str], *, as_json: bool = False, asked: tuple[str, ...] = ()) -> str:
    """What is printed of an evening's work."""
    parts = (a_part(example_results()["crash"], id_="1f"), a_part(encoder(), id_="1d"))
    show(a_check(*parts, first="1f"), asked, as_json=as_json)
    return capsys.readouterr().out


def test_rows_and_card_are_printed_without_colours(capsys: pytest.CaptureFixture[str]) -> None:
    printed = shown(capsys)

    assert "1f Encoder: crashed in case ragged" in printed
    assert "\x1b" not in printed


def test_columns_are_those_of_the_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")

    assert max(map(len, shown(capsys).splitlines())) <= 60


def test_json_is_the_record_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(shown(capsys, as_json=True))["first"] == "1f"
