"""A course without torch: its jobs do not carry it, and a hand-in that uses it all the same is read as elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from grader.box.inside import of_torch
from grader.box.inside.of_torch import OtherDtype, plain
from grader.box.levels import best_level
from grader.box.pool import Pool
from tests.box.jobs import HANDOUT, WITH_TORCH, job, observe, observed, run

DRAWS = """
import torch
torch.set_default_dtype(torch.float64)
def answer():
    return {'drawn': torch.rand(3), 'half': torch.ones(2, dtype=torch.bfloat16), 'row': [torch.tensor(1), 2]}
"""

AT_ONCE = """
import os, threading, torch
def at_once():
    start, sums = threading.Barrier(8), []
    def compute():
        start.wait()
        sums.append(float(torch.softmax(torch.zeros(4), 0).sum()))
    threads = [threading.Thread(target=compute) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return float(sum(sums))
at_import = at_once()
def answer():
    pid = os.fork()
    if pid == 0:
        os._exit(int(at_once()))
    own_fork = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {'import': at_import, 'case': at_once(), 'own_fork': float(own_fork)}
"""


@pytest.fixture(scope="module")
def bare() -> Iterator[Pool]:
    with Pool(HANDOUT, level=best_level(), workers=1) as pool:
        yield pool


def test_a_job_does_not_carry_torch_where_the_probes_do_not_use_it(bare: Pool) -> None:
    seen = observe(bare, "import sys\ndef answer():\n    return {'loaded': str('torch' in sys.modules)}\n")

    assert seen.texts == {"loaded": "False"}


@pytest.fixture(scope="module")
def loaded() -> Iterator[Pool]:
    with Pool(WITH_TORCH, level=best_level(), workers=1) as pool:
        yield pool


@pytest.mark.slow
def test_a_hand_in_that_imports_torch_gives_the_same_numbers_with_and_without_it(bare: Pool, loaded: Pool) -> None:
    expected, got = observe(loaded, DRAWS), observe(bare, DRAWS)

    assert got.ended == expected.ended == "answered"
    assert {name: (array.dtype, array.tolist()) for name, array in got.tensors.items()} == {
        name: (array.dtype, array.tolist()) for name, array in expected.tensors.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["bare", "loaded"])
def test_threads_that_compute_at_once_do_not_fall_over_each_other(pool: str, request: pytest.FixtureRequest) -> None:
    cases = observed(request.getfixturevalue(pool), job(AT_ONCE, run("one"), run("two"), run("three")))

    for seen in cases.values():
        assert {**seen.tensors} == {"import": 8.0, "case": 8.0, "own_fork": 8.0}, seen


@pytest.mark.parametrize("text", ["", "raise RuntimeError('not torch')", "class Tensor: pass", "Tensor = 3"])
def test_a_file_of_theirs_that_is_called_torch_hides_no_answer(bare: Pool, text: str) -> None:
    source = "import contextlib, sys, types\nwith contextlib.suppress(RuntimeError):\n    sys.modules['torch'] = t = "
    source += f"types.ModuleType('torch')\n    exec({text!r}, vars(t))\n"
    source += "import numpy\ndef answer():\n    return {'x': numpy.ones(2), 'y': 1.5, 'z': [1, 2]}\n"
    seen = observed(bare, job(source, run()))["first"]

    assert (seen.ended, sorted(seen.tensors)) == ("answered", ["x", "y", "z"])


def test_a_tensor_is_dense_contiguous_and_of_a_dtype_of_the_wire() -> None:
    turned = torch.arange(6.0).reshape(2, 3).T.requires_grad_()

    code, array = plain(turned)

    assert (code, array.tolist(), array.flags.c_contiguous) == ("F32", [[0, 3], [1, 4], [2, 5]], True)
    assert plain(torch.eye(2).to_sparse())[1].tolist() == [[1, 0], [0, 1]]
    with pytest.raises(OtherDtype, match=r"^torch\.complex64$"):
        plain(torch.ones(1, dtype=torch.complex64))


def test_the_generator_is_the_one_that_torch_draws_from() -> None:
    of_torch.seed(3)
    first = torch.rand(4)
    of_torch.seed(3)

    assert torch.equal(first, torch.rand(4))


def test_nothing_of_the_box_but_what_reads_tensors_imports_torch() -> None:
    inside = Path(of_torch.__file__).parent
    importing = {path.name for path in inside.glob("*.py") if "\nimport torch" in path.read_text(encoding="utf-8")}

    assert importing == {"of_torch.py", "warm.py"}
