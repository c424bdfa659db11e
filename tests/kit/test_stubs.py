"""A stub is what the handout gave; anything that could be a student's work is not."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from grader.kit.stubs import is_stub, parts_to_write

REGION = """
def encode(self, x):
    \"\"\"Encodes.\"\"\"
    enc_hiddens, dec_init_state = None, None
    o_prev = torch.zeros(x.size(0), self.hidden_size, device=self.device)
    combined_outputs = []
    {start}
    ### TODO: write this
{work}
    {end}
    return enc_hiddens, dec_init_state
"""
MARKS = [
    ("### YOUR CODE HERE (~ 8 Lines)", "### END YOUR CODE"),
    ("# YOUR CODE HERE", "# END OF YOUR CODE"),
    ("### START CODE HERE ###", "### END CODE HERE ###"),
    ("# BEGIN YOUR CODE", "# END YOUR CODE"),
    ("# *****START OF YOUR CODE (DO NOT DELETE)*****", "# *****END OF YOUR CODE (DO NOT DELETE)*****"),
    ("# BEGIN SOLUTION", "# END SOLUTION"),
]


def first(text: str) -> ast.FunctionDef:
    """The first function of a text."""
    return next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("start", "end"), MARKS)
@pytest.mark.parametrize("work", ["", "    pass", "    raise NotImplementedError", "    h = None", "    ..."])
def test_empty_regions_are_a_stub_in_every_spelling(start: str, end: str, work: str) -> None:
    text = REGION.format(start=start, end=end, work=work)

    assert is_stub(first(text), text)


@pytest.mark.parametrize(("start", "end"), MARKS)
@pytest.mark.parametrize(
    "work", ["    h = self.encoder(x)", "    return x", "    for y in x:\n        pass", "    h = x"]
)
def test_work_in_a_region_is_no_stub(start: str, end: str, work: str) -> None:
    text = REGION.format(start=start, end=end, work=work)

    assert not is_stub(first(text), text)


@pytest.mark.parametrize(
    "line", ["enc_hiddens, state = self.encoder(x)", "for y in x: pass", "best = [y for y in x]", "h = x * 2"]
)
def test_work_outside_of_an_empty_region_is_no_stub(line: str) -> None:
    text = REGION.format(start="# YOUR CODE HERE", end="# END YOUR CODE", work="").replace(
        "    return enc", f"    {line}\n    return enc"
    )

    assert not is_stub(first(text), text)


def test_one_written_region_of_two_is_work() -> None:
    text = dedent("""
        def step(self):
            ### YOUR CODE HERE
            ### END YOUR CODE
            if masks is not None:
                e_t.data.masked_fill_(masks.bool(), -float('inf'))
            ### YOUR CODE HERE
            a_t = softmax(e_t)
            ### END YOUR CODE
            return a_t
        """)

    assert not is_stub(first(text), text)


def test_marks_after_the_last_statement_belong_to_the_function() -> None:
    text = dedent("""
        class NMT:
            def encode(self):
                x = None
                ### YOUR CODE HERE

                ### END YOUR CODE

            def step(self):
                return 1
        """)

    assert is_stub(first(text), text)


def test_marks_within_a_condition_are_seen() -> None:
    text = dedent("""
        def step(self, deep):
            x = None
            if deep:
                # YOUR CODE HERE
                x = self.deep()
                # END YOUR CODE
            return x
        """)

    assert not is_stub(first(text), text)


@pytest.mark.parametrize(
    "body", ["pass", "...", "'''Docs.'''", "return None", "return", "raise NotImplementedError('later')", "x = None"]
)
def test_a_body_that_computes_nothing_is_a_stub_without_marks(body: str) -> None:
    text = f"def encode(self):\n    {body}\n"

    assert is_stub(first(text), text)


@pytest.mark.parametrize("body", ["return 0.001", "return x", "super().__init__()", "raise ValueError", "x = y"])
def test_any_other_body_is_work(body: str) -> None:
    text = f"def encode(self):\n    {body}\n"

    assert not is_stub(first(text), text)


def test_parts_to_write_are_marked_functions_and_bare_stubs() -> None:
    text = dedent("""
        class NMT:
            def __init__(self):
                self.x = 1
            def encode(self):
                # YOUR CODE HERE
                y = 2 + 2
                # END YOUR CODE
            def step(self):
                raise NotImplementedError
        """)

    assert [function.name for function in parts_to_write(ast.parse(text).body[0], text)] == ["encode", "step"]
