"""A stand-in for a method understands every way of calling it, and leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from grader.kit.recorder import CALLS, Recorder, replaced


class Model:
    """Calls a method of its own in one of several ways."""

    def __init__(self, way: Callable[[Model, Any, Any], Any]) -> None:
        self.way = way

    def run(self, x: Any, y: Any) -> Any:
        return self.way(self, x, y)

    def step(self, own_x: Any, y: Any = None) -> Any:
        return ("own", own_x, y)


WAYS: dict[str, Callable[[Model, Any, Any], Any]] = {
    "by position": lambda model, x, y: model.step(x, y),
    "by keyword": lambda model, x, y: model.step(own_x=x, y=y),
    "by the handout's keyword": lambda model, x, y: model.step(x=x, y=y),
    "mixed": lambda model, x, y: model.step(x, y=y),
    "through the class": lambda model, x, y: Model.step(model, x, y),
}


def recorder() -> Recorder:
    return Recorder(("x", "y"), lambda call: f"answer {call}")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_arguments_are_noted_by_the_names_of_the_handout(way: Callable[[Model, Any, Any], Any]) -> None:
    model = Model(way)

    with replaced(model, "step", recorder()) as noted:
        model.run(1, 2)

    assert noted.calls == [{"x": 1, "y": 2}]


def test_calls_are_answered_in_order() -> None:
    model = Model(WAYS["by position"])

    with replaced(model, "step", recorder()):
        answers = [model.run(1, 2), model.run(1, 2)]

    assert answers == ["answer 0", "answer 1"]


def test_an_argument_left_out_is_none() -> None:
    model = Model(lambda model, x, y: model.step(x))

    with replaced(model, "step", recorder()) as noted:
        model.run(1, 2)

    assert noted.values("y") == [None]


def test_only_the_first_calls_are_given_if_asked_for() -> None:
    model = Model(WAYS["by position"])

    with replaced(model, "step", recorder()) as noted:
        for x in range(3):
            model.run(x, None)

    assert noted.values("x", 2) == [0, 1]


def test_a_method_on_the_object_itself_is_replaced_too() -> None:
    model = Model(WAYS["by position"])
    model.step = lambda x, y: "on the object"  # type: ignore[assignment, method-assign, misc]

    with replaced(model, "step", recorder()):
        inside = model.run(1, 2)

    assert inside == "answer 0"
    assert model.run(1, 2) == "on the object"


def test_the_method_is_back_afterwards() -> None:
    model = Model(WAYS["by position"])

    with replaced(model, "step", recorder()):
        pass

    assert model.run(1, 2) == ("own", 1, 2)


def test_the_method_is_back_after_an_exception() -> None:
    model = Model(WAYS["by position"])

    with pytest.raises(KeyError), replaced(model, "step", recorder()):
        raise KeyError

    assert model.run(1, 2) == ("own", 1, 2)


class Child(Model):
    """Inherits its method."""


def test_an_inherited_method_stays_inherited() -> None:
    model = Child(WAYS["by position"])

    with replaced(model, "step", recorder()):
        inside = model.run(1, 2)

    assert inside == "answer 0"
    assert "step" not in vars(Child)


class Stub:
    """Has no such method yet."""


def test_a_method_that_is_not_there_is_stood_in_for() -> None:
    model = Stub()

    with replaced(model, "step", recorder()) as noted:
        model.step(1, y=2)  # type: ignore[attr-defined]

    assert noted.calls == [{"x": 1, "y": 2}]
    assert not hasattr(model, "step")


def test_what_was_noted_does_not_change_in_place() -> None:
    model, x = Model(WAYS["by position"]), torch.zeros(2)

    with replaced(model, "step", recorder()) as noted:
        model.run((x, [x]), None)
        x += 1

    first, (second,) = noted.calls[0]["x"]
    assert (first.tolist(), second.tolist()) == ([0, 0], [0, 0])


def test_what_was_answered_does_not_change_in_place() -> None:
    prescribed = torch.zeros(2)
    noted = Recorder(("x",), lambda call: (prescribed, None))

    noted({"x": 1})[0].add_(1)

    assert prescribed.tolist() == [0, 0]


def test_the_graph_of_what_was_noted_is_kept() -> None:
    x = torch.zeros(2, requires_grad=True)
    noted = recorder()

    noted({"x": x * 2})

    assert noted.values("x")[0].requires_grad


def test_a_caller_without_an_end_is_stopped() -> None:
    noted = recorder()
    for _ in range(CALLS):
        noted({})

    with pytest.raises(RuntimeError, match="called 200 times without an end"):
        noted({})


def test_a_method_that_does_not_tell_its_parameters_is_bound_by_position() -> None:
    assert recorder().bind(dict.update, (1,), {"y": 2}) == {"x": 1, "y": 2}


class Aliased(Model):
    """Calls its method by two more names."""

    again = Model.step

    def __init__(self) -> None:
        super().__init__(lambda model, x, y: (model.again(x, y), model.kept(x, y)))  # type: ignore[attr-defined]
        self.kept = self.step


def test_other_names_of_the_method_lead_to_the_recorder_too() -> None:
    model = Aliased()

    with replaced(model, "step", recorder()):
        inside = model.run(1, 2)

    assert inside == ("answer 0", "answer 1")
    assert model.run(1, 2) == (("own", 1, 2), ("own", 1, 2))
