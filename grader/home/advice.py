"""What to do first about a failure, where the rubric has no hint: from its code, and from what its reason says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

BY_CODE: Final[Mapping[str, str]] = {
    "E-SHAPE": "print the shapes line by line; the first that is not as you think is the place",
    "E-DTYPE": "look for .long(), ==, // and tensors made from lists without dtype",
    "E-VALUE": "take a case of two rows and compute one value by hand",
    "E-NONFINITE": "look for a softmax over a row that is masked everywhere, a log or a division of 0",
    "E-GRADIENT": "look for detach, no_grad, .data, .item() and new tensors made from old ones",
    "E-PARAMETERS": "compare the layers in __init__ with the handout: names, sizes, bias",
    "E-OUTPUT": "return what the handout asks for, as tensors",
    "E-RAISED": "look at that line; print what goes into it on the line before",
    "E-IMPORT": "mend that line; what trains or opens files goes below `if __name__ == '__main__':`",
    "E-LEFT": "take out sys.exit and quit; where there are none, compiled code was given sizes that do not fit",
    "E-LIMIT": "look for a loop that does not end, or one over single elements of a tensor",
    "E-NAME": "give it the name that it has in the handout",
    "E-STUB": "write your answer between the marks of the handout",
    "E-RAISES": "raise it before anything is computed",
    "E-LEAK": "look at the mask: its diagonal, its direction, and whether it is added before the softmax",
    "E-BLIND": "look at the mask: it shuts out too much",
    "E-UNSTEADY": "in eval mode nothing may be random: look at dropout and its training flag",
    "E-DROPOUT": "give dropout its rate and self.training, once",
    "E-UNSTABLE": "look for the time, a generator made without a seed, torch.empty, the order of a set",
}

# What a reason says -> what to do; the first that it says counts.
BY_WORDS: Final[Sequence[tuple[str, str]]] = (
    (
        "everywhere but at padded places",
        "the mask is right; look at what is made of the words, and along which axis",
    ),
    ("only at padded places", "words are right and padded places are not: look at the mask, and at the lengths"),
    ("only in rows with padding", "padding is read: look at packing, at the lengths, and at the mask"),
    ("every value is 0;", "look for an output that is made but never filled, or multiplied by a mask of zeros"),
    ("every value is the same", "look whether the input is used at all, and over which axis is summed"),
    ("are exchanged", "look at which of the two the mask means: 1 for padding, or 1 for words"),
    ("every sign is reversed", "look for a minus sign, and for the order in a difference"),
    ("times the expected one", "look for a factor: a mean for a sum, a scale that is missing or there twice, dropout"),
    ("off by the same", "look for something added: a bias, an index that starts at 1"),
    ("halves of", "look at the order in torch.cat"),
    ("exchanged", "look at transpose, permute and the order of two indices"),
    ("in reverse order", "look at flip, and at the direction of the loop"),
    ("one place later", "look at slices and shifts along that axis: [1:], [:-1]"),
    ("one place earlier", "look at slices and shifts along that axis: [1:], [:-1]"),
    ("in another order", "look for a sort that was not undone, and for a view where a transpose belongs"),
    ("equal to the expected", "two outputs are exchanged: look at the order in which they are returned"),
    ("only from", "the first are right: look at what is carried from one step to the next"),
    ("(the last)", "look at the end of the loop, and at slices that leave out the last"),
    ("(memory)", "look for a tensor that grows with the product of two sizes"),
    ("(output)", "take out the prints in loops"),
)
# What was raised, and words of its message -> what to do; the first that fits counts.
BY_EXCEPTION: Final[Sequence[tuple[str, str, str]]] = (
    ("SyntaxError", "", "mend that line, or a bracket that is left open above it"),
    ("IndentationError", "", "mend the blanks at the beginning of that line"),
    ("TabError", "", "use blanks only, no tabs"),
    ("ModuleNotFoundError", "", "do without it: when it is graded, only what the handout names is installed"),
    ("NotImplementedError", "", "that one is still to be written"),
    ("NameError", "", "look at how it is spelled, and whether self. belongs before it"),
    ("UnboundLocalError", "", "give it a value on every way through the function"),
    ("AttributeError", "", "look at how it is spelled, and whether __init__ makes it"),
    ("TypeError", "argument", "compare the arguments with those that the function takes"),
    ("TypeError", "NoneType", "look for a function without return, and for a value that was never set"),
    ("IndexError", "", "print the shape and the index on the line before it"),
    ("KeyError", "", "print the keys on the line before it"),
    ("RuntimeError", "device", "make new tensors with device=, as the given ones have it"),
    ("RuntimeError", "dtype", "print the dtypes on the line before it"),
    ("RuntimeError", "scalar type", "print the dtypes on the line before it"),
    ("RuntimeError", "grad", "look for detach, no_grad, .data, and for what is changed in place"),
    ("RuntimeError", "size", "print the shapes on the line before it"),
    ("RuntimeError", "shape", "print the shapes on the line before it"),
    ("RuntimeError", "dimension", "print the shapes on the line before it"),
)
SHAPES: Final = re.compile(r"got \(([\d, ]*)\)(?: = \(([^)]*)\))?, expected \(([\d, ]*)\)(?: = \(([^)]*)\))?")


def advice(code: str, reason: str) -> str:
    """One thing to do first; empty where nothing is known."""
    if code == "E-SHAPE" and (told := _of_shapes(reason)):
        return told
    if code in ("E-VALUE", "E-NONFINITE", "E-LIMIT"):
        told = next((told for words, told in BY_WORDS if words in f"{reason};"), "")
        if told and not (code == "E-NONFINITE" and "padded" not in reason):
            return told
    return (_of_exception(reason) if code in ("E-RAISED", "E-IMPORT") else "") or BY_CODE.get(code, "")


def _of_exception(reason: str) -> str:
    return next(
        (told for raised, words, told in BY_EXCEPTION if re.search(rf"\b{raised}\b", reason) and words in reason), ""
    )


def _of_shapes(reason: str) -> str:
    match = SHAPES.search(reason)
    if match is None:
        return ""
    got, letters, expected, wanted = (_axes(each) for each in match.groups())
    if got != expected and sorted(got) == sorted(expected):
        moved = [axis for axis, other in zip(wanted, letters, strict=False) if axis != other]
        named = f"{moved[0]} and {moved[1]} are exchanged: " if len(moved) == 2 else "axes are exchanged: "
        return named + "look at transpose, permute and batch_first; a view does not move axes"
    if len(got) < len(expected) and got == [size for size in expected if size != "1"]:
        return "squeeze() also takes an axis that only happens to be 1, such as a batch of one: write squeeze(axis)"
    if len(got) > len(expected) and expected == [size for size in got if size != "1"]:
        return "an axis of size 1 is left over: squeeze that axis, or index it with [0]"
    return ""


def _axes(text: str | None) -> list[str]:
    return [each for each in (text or "").replace(" ", "").split(",") if each]
