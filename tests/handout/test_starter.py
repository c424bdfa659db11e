"""Starter files: answers are cut, what to do stays, Python is left, and wrong marks are told with their line."""

from __future__ import annotations

from textwrap import dedent

import pytest

from grader.handout.starter import answers_in, place_of, starter_of


def starter(text: str) -> str:
    """The starter of a solved file in which nothing is wrong."""
    found = starter_of(dedent(text), "a.py")
    assert not found.faults
    return found.text


def test_an_answer_gives_way_to_a_place_for_one() -> None:
    solved = """\
    def pad(sents):
        padded = []
        ### BEGIN ANSWER 1a
        #: Every sentence becomes as long as the longest.
        for sent in sents:
            padded.append(sent)
        ### END ANSWER
        return padded
    """

    assert starter(solved) == dedent("""\
    def pad(sents):
        padded = []
        ### YOUR CODE HERE (1a)
        # Every sentence becomes as long as the longest.
        ### END YOUR CODE
        return padded
    """)


def test_a_body_of_which_nothing_is_left_raises() -> None:
    solved = '''\
    def rate(step):
        """The rate at a step."""
        ### BEGIN ANSWER rate
        warm = step
        return warm
        ### END ANSWER
    '''

    assert starter(solved) == dedent('''\
    def rate(step):
        """The rate at a step."""
        ### YOUR CODE HERE (rate)
        raise NotImplementedError
        ### END YOUR CODE
    ''')


def test_a_class_of_which_nothing_is_left_passes() -> None:
    solved = """\
    class Net:
        ### BEGIN ANSWER net
        def forward(self, x):
            return x
        ### END ANSWER
    """

    assert "    pass\n" in starter(solved)


def test_a_block_of_which_nothing_is_left_raises() -> None:
    solved = """\
    def walk(items):
        for item in items:
            ### BEGIN ANSWER walk
            print(item)
            ### END ANSWER
    """

    assert "        raise NotImplementedError\n" in starter(solved)


def test_two_answers_in_one_body_raise_once() -> None:
    solved = """\
    def f(x):
        ### BEGIN ANSWER a
        y = x
        ### END ANSWER
        ### BEGIN ANSWER b
        return y
        ### END ANSWER
    """

    assert starter(solved).count("raise NotImplementedError") == 1


def test_an_answer_may_reach_from_a_body_over_further_methods() -> None:
    solved = '''\
    class Heads:
        """Attention."""

        def forward(self, x):
            """(b, t, d)."""
            ### BEGIN ANSWER mha
            return self.split(x)

        def split(self, x):
            return x
            ### END ANSWER

        def given(self):
            return 1
    '''

    cut = starter(solved)

    assert "def split" not in cut
    assert "        raise NotImplementedError\n        ### END YOUR CODE\n" in cut
    assert "def given" in cut


def test_an_answer_at_the_top_of_a_file_leaves_only_its_place() -> None:
    solved = "### BEGIN ANSWER arch\nWIDTH = 3\n### END ANSWER\n"

    assert starter(solved) == "### YOUR CODE HERE (arch)\n\n### END YOUR CODE\n"


def test_a_file_without_marks_is_as_it_was() -> None:
    assert starter_of("x = 1\n", "a.py").text == "x = 1\n"


def test_the_lines_that_go_are_counted_and_told() -> None:
    solved = "### BEGIN ANSWER a\n#: What to do.\n\nx = 1  # secret\n# a comment\n### END ANSWER\n"

    assert starter_of(solved, "a.py").cut == 2
    assert answers_in(solved) == ["x = 1  # secret", "# a comment"]


MARKS = {
    "an answer begins here and does not end": ("a.py:2", "x = 1\n### BEGIN ANSWER a\ny = 1\n"),
    "an answer begins within another": ("a.py:2", "### BEGIN ANSWER a\n### BEGIN ANSWER b\n### END ANSWER\n"),
    "an answer ends that has not begun": ("a.py:1", "### END ANSWER\n"),
    "this looks like a mark of an answer, and is none": ("a.py:1", "# BEGIN ANSWER a\nx = 1\n### END_ANSWER\n"),
}


@pytest.mark.parametrize(("fact", "told"), MARKS.items(), ids=MARKS)
def test_wrong_marks_are_told_with_their_line(fact: str, told: tuple[str, str]) -> None:
    place, text = told

    first, *_ = starter_of(text, "a.py").faults

    assert str(first).startswith(f"{place}: {fact}  [E-HANDOUT]")
    assert "help: mend the marks" in str(first)


def test_marks_that_cut_a_statement_in_two_are_told() -> None:
    solved = "x = [\n### BEGIN ANSWER a\n    1,\n]\n### END ANSWER\n"

    (fault,) = starter_of(solved, "a.py").faults

    assert "a.py:1: the starter file is no Python: '[' was never closed" in str(fault)
    assert "help: move the marks" in str(fault)


def test_a_solved_file_that_is_no_python_is_told() -> None:
    (fault,) = starter_of("### BEGIN ANSWER a\nx = (\n### END ANSWER\n", "a.py").faults

    assert "the solved file is no Python" in str(fault)


def test_the_place_of_a_method_is_its_line() -> None:
    files = {"b.py": "x = 1\n", "net.py": "class Net:\n    def step(self):\n        pass\n", "bad.py": "("}

    assert place_of("net.Net.step", "net", files) == "net.py:2"
    assert place_of("net.Net.other", "net", files) == "net.Net.other"
