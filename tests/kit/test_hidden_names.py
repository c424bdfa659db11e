"""A file of theirs with the name of an installed module is found where they import it, as at home."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.kit.handin import Handin, ImportFailed

Load = Callable[..., Handin]
UNIT = "def pad_sents(sents, pad_token):\n    return {}\n"


@pytest.mark.parametrize(
    ("line", "used"),
    [
        ("from code import shut", "shut()"),
        ("from code import shut as close", "close()"),
        ("import code", "code.shut()"),
        ("import code as masks", "masks.shut()"),
    ],
)
@pytest.mark.parametrize("folder", ["", "hw/"])
def test_their_file_is_imported_where_it_has_what_is_wanted(load: Load, folder: str, line: str, used: str) -> None:
    hw = load({f"{folder}utils.py": f"{line}\n{UNIT.format(used)}", f"{folder}code.py": "def shut():\n    return 7\n"})

    assert hw.utils.pad_sents([], 0) == 7


def test_it_is_imported_inside_a_function_too(load: Load) -> None:
    late = "def pad_sents(sents, pad_token):\n    from profile import ONE\n    return ONE\n"

    hw = load({"utils.py": late, "profile.py": "ONE = 1\n"})

    assert hw.utils.pad_sents([], 0) == 1


@pytest.mark.parametrize(
    ("line", "used"),
    [
        ("from random import Random", "Random(0) is not None"),
        ("import random", "random.random() < 1 and random.Random is not None"),
        ("import random", "random is not None"),
        ("from random import *", "randint(1, 1) == 1"),
    ],
)
def test_the_installed_module_is_imported_where_theirs_has_not_what_is_wanted(load: Load, line: str, used: str) -> None:
    hw = load({"utils.py": f"{line}\n{UNIT.format(used)}", "random.py": "def shuffled():\n    return 7\n"})

    assert hw.utils.pad_sents([], 0) is True


def test_other_modules_never_get_their_file(load: Load) -> None:
    hw = load(
        {"utils.py": "import tempfile\n" + UNIT.format("tempfile.gettempdir()"), "random.py": "raise ValueError\n"}
    )

    assert isinstance(hw.utils.pad_sents([], 0), str)


def test_a_name_that_neither_has_is_their_fault(load: Load) -> None:
    hw = load({"utils.py": "from code import nothing\n" + UNIT.format(1), "code.py": "def shut():\n    return 7\n"})

    with pytest.raises(ImportFailed, match="cannot import name 'nothing' from 'code'"):
        hw.utils  # noqa: B018
