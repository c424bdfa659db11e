"""Strict YAML: what plain text means, what is refused, and where everything stands."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import RubricError
from grader.nouns.plain import Place
from grader.rubric import strict_yaml
from grader.rubric.strict_yaml import read_yaml


@pytest.fixture(params=["C", "Python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML, which must give the same."""
    loader: Any = yaml.SafeLoader if request.param == "Python" else getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    monkeypatch.setattr(strict_yaml, "LOADER", loader)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a rubric to be written, as short as messages show it."""
    monkeypatch.chdir(tmp_path)
    return Path("r.yaml")


def data_of(text: str | bytes, path: Path) -> Any:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    document = read_yaml(path)
    assert document.faults == ()
    return document.data


def refusal(text: str | bytes, path: Path) -> str:
    """All that is said about a text, by an exception or beside the data."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    try:
        return "\n".join(str(message) for _, message in read_yaml(path).faults)
    except RubricError as error:
        return str(error)


TEXTS = st.text("ab: -#'\"[]{}\\é,&*!|>%@`~0\n\t", max_size=8)
SCALARS = {
    "1e-4": 1e-4,
    "1.0e-4": 1e-4,
    ".5": 0.5,
    "5.": 5.0,
    "-2": -2,
    "+2": 2,
    "0": 0,
    "0x1F": 31,
    "0o17": 15,
    "1.10": 1.1,
    "true": True,
    "False": False,
    "null": None,
    "~": None,
    "no": "no",
    "on": "on",
    "yes": "yes",
    "Off": "Off",
    "12:30": "12:30",
    "2023-04-01": "2023-04-01",
    "1_000": "1_000",
    "0b11": "0b11",
    "4/9": "4/9",
    "1 e5": "1 e5",
    "e5": "e5",
    ".": ".",
    "13a": "13a",
    "'1e-4'": "1e-4",
    '"010"': "010",
    "'null'": "null",
    "''": "",
    "b s 2h": "b s 2h",
}


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("text", SCALARS)
def test_plain_text_means_what_yaml_1_2_says(text: str, here: Path) -> None:
    value = data_of(f"key: {text}\n", here)["key"]

    assert (value, type(value)) == (SCALARS[text], type(SCALARS[text]))


@pytest.mark.parametrize("text", ["1e-4", "no", "12:30", "010", "2023-04-01"])
def test_safe_load_would_have_guessed_otherwise(text: str) -> None:
    guessed = yaml.safe_load(text)

    assert guessed == "1e-4" or isinstance(guessed, (bool, int, datetime.date))


@pytest.mark.parametrize("key", ["1.10", "on", "no", "1", "12:30", "null", "true", "010", "1e3", "'1'", "~"])
def test_keys_are_texts_as_they_are_written(key: str, here: Path) -> None:
    assert list(data_of(f"{key}: 1\n", here)) == [key.strip("'")]


@pytest.mark.usefixtures("parser")
def test_every_key_and_value_has_its_place(here: Path) -> None:
    here.write_text("a: 1\nparts:\n  1d:\n    checks:\n      - {clöse: x, points: 3}\n", encoding="utf-8")

    document = read_yaml(here)

    path = ("parts", "1d", "checks", 0)
    assert str(document.place((*path, "points"), key=True)) == "r.yaml:5:20"
    assert str(document.place((*path, "points"))) == "r.yaml:5:28"
    assert document.place(path) == Place("r.yaml", 5, 9)
    assert document.place((*path, "nothing", "there")) == Place("r.yaml", 5, 9)
    assert document.place(()) == Place("r.yaml", 1, 1)


def test_the_hash_is_that_of_the_bytes(here: Path) -> None:
    here.write_bytes(b"a: 1\n")

    assert read_yaml(here).sha256 == hashlib.sha256(b"a: 1\n").hexdigest()


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: 1\nb: 2\na: 3\n",
            "r.yaml:3:1: the key 'a' stands here a second time  [E-RUBRIC-TWICE]\n  first: line 1\n"
            "  help: keep one of the two",
        ),
        (
            "a: 010\n",
            "r.yaml:1:4: 010 may be a number or a text  [E-RUBRIC-YAML]\n"
            "  allowed: 10 for a number, '010' for a text\n  help: write one of the two",
        ),
        (
            "a: .inf\n",
            "r.yaml:1:4: .inf is not a finite number  [E-RUBRIC-YAML]\n  allowed: finite numbers\n"
            "  help: write a number",
        ),
        (
            "a: 1e999\n",
            "r.yaml:1:4: this number is too large  [E-RUBRIC-YAML]\n  allowed: numbers below 1.8e308\n"
            "  help: write a smaller number",
        ),
        (
            "a: " + "9" * 5000 + "\n",
            "r.yaml:1:4: this whole number is too large  [E-RUBRIC-YAML]\n  allowed: whole numbers below 2^63\n"
            "  help: write a smaller number",
        ),
        (
            "a: &x 1\nb: *x\n",
            "r.yaml:1:4: the anchor &x stands here  [E-RUBRIC-YAML]\n  allowed: values written out\n"
            "  help: leave the anchor out\n"
            "r.yaml:2:4: an alias (*name) stands here  [E-RUBRIC-YAML]\n  allowed: values written out\n"
            "  help: write the value again",
        ),
        (
            "a: !!python/object:os.system x\n",
            "r.yaml:1:4: the tag !!python/object:os.system stands here  [E-RUBRIC-YAML]\n"
            "  allowed: plain values without tags\n  help: leave the tag out",
        ),
        (
            "a: !own [1]\n",
            "r.yaml:1:4: the tag !own stands here  [E-RUBRIC-YAML]\n  allowed: plain values without tags\n"
            "  help: leave the tag out",
        ),
        (
            "a: {<<: {b: 1}}\n",
            "r.yaml:1:5: merge keys (<<) are not read  [E-RUBRIC-YAML]\n  allowed: keys written out\n"
            "  help: write the keys again",
        ),
        (
            "? [a, b]\n: 1\n",
            "r.yaml:1:3: this key is not a text  [E-RUBRIC-YAML]\n  allowed: one word or text as a key\n"
            "  help: write it in a simpler way",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "r.yaml:2:1: a second document begins here  [E-RUBRIC-YAML]\n"
            "  allowed: one document: a single '---' at most\n  help: make two files of it",
        ),
        (
            "a: " + "[" * 40 + "]" * 40 + "\n",
            "r.yaml:1:35: this is nested too deeply  [E-RUBRIC-YAML]\n  allowed: 32 levels\n"
            "  help: write it in a simpler way",
        ),
    ],
    ids=lambda value: value.split("\n")[0][:40] if "E-RUBRIC" in value else None,
)
def test_what_is_refused_is_told_with_its_place(text: str, message: str, here: Path) -> None:
    assert refusal(text, here) == message


@pytest.mark.usefixtures("parser")
def test_billions_of_laughs_are_never_expanded(here: Path) -> None:
    lines = ["a0: &a0 [lol, lol]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]

    said = refusal("\n".join(lines), here)

    assert said.count("an alias") == 78


@pytest.mark.parametrize("bomb", ["[" * 1_000_000, "{a: " * 200_000, "- " * 500_000])
def test_depth_bombs_end_at_once(bomb: str, here: Path) -> None:
    assert "nested too deeply" in refusal(bomb, here)


def test_faults_under_a_repeated_key_are_told_too(here: Path) -> None:
    said = refusal("a: {b: 1}\na: {b: 1, b: 010}\n", here)

    assert said.count("E-RUBRIC") == 3


@pytest.mark.parametrize("text", ["", "\n \n", "# nothing\n", "---\n", "null\n"])
def test_an_empty_file_is_told_as_such(text: str, here: Path) -> None:
    assert refusal(text, here) == (
        "r.yaml:1:1: the file is empty  [E-RUBRIC-FILE]\n"
        "  allowed: a rubric with the keys assignment, title, points, seed and parts\n"
        "  help: docs/rubric.md holds a small one to begin with"
    )


def test_a_file_larger_than_a_mebibyte_is_not_read(here: Path) -> None:
    assert refusal(b"a: 1\n" + b"#" * 1024**2, here) == (
        "r.yaml: the file is larger than 1 MiB  [E-RUBRIC-FILE]\n  allowed: a rubric, one .yaml file\n"
        "  help: make it smaller"
    )


def test_a_missing_file_is_told_as_such(here: Path) -> None:
    with pytest.raises(RubricError) as error:
        read_yaml(here)

    assert str(error.value) == (
        "r.yaml: there is no such file  [E-RUBRIC-FILE]\n  allowed: a rubric, one .yaml file\n  help: look at the name"
    )


def test_a_folder_is_told_as_such(here: Path) -> None:
    here.mkdir()

    with pytest.raises(RubricError) as error:
        read_yaml(here)

    assert str(error.value) == (
        "r.yaml: this is a folder, not a file  [E-RUBRIC-FILE]\n  allowed: a rubric, one .yaml file\n"
        "  help: name one file in it"
    )


def test_a_file_that_cannot_be_opened_is_told_with_the_reason(here: Path) -> None:
    here.symlink_to(here)

    with pytest.raises(RubricError) as error:
        read_yaml(here)

    assert str(error.value) == (
        "r.yaml: the file cannot be read: too many levels of symbolic links  [E-RUBRIC-FILE]\n"
        "  allowed: a rubric, one .yaml file\n  help: look at its rights"
    )


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("text", [b"\xef\xbb\xbfa: 1\nb: 2\n", b"a: 1\r\nb: 2\r\n", b"---\na: 1\nb: 2\n..."])
def test_marks_of_windows_and_other_editors_do_no_harm(text: bytes, here: Path) -> None:
    assert data_of(text, here) == {"a": 1, "b": 2}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_json_is_read_as_it_is(here: Path, data: dict[str, Any]) -> None:
    assert data_of(json.dumps(data, ensure_ascii=False), here) == data
