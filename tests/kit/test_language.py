"""Training a language model on a budget, and the logits of the next word, for models of any kind."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.kit.language import logits_at, next_logits, token_lines, train_language_model, window_logits
from grader.kit.weights import generator

V = 11


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in the jail; several threads that wait for one another take far longer."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Lookup(nn.Module):
    """Logits that depend on the present word alone; what stands between is given."""

    def __init__(self, form: Callable[[Tensor], Any] = lambda logits: logits, seed: int = 3) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.encoder = nn.Embedding(V, 16)
        self.dropout = nn.Dropout(0.5)
        self.decoder = nn.Linear(16, V)
        self.form = form
        self.seen: list[tuple[tuple[int, ...], bool]] = []

    def forward(self, text: Tensor) -> Any:
        self.seen.append((tuple(text.shape), self.training))
        return self.form(self.decoder(self.dropout(self.encoder(text))))


COUNTING = torch.arange(2000) % V  # the next word is one more


def test_a_model_learns_what_follows_what() -> None:
    model = Lookup()
    losses = train_language_model(model, COUNTING, updates=200, window=8, columns=4, rate=0.03, seed=1)

    assert isinstance(losses, Tensor)
    assert losses.shape == (200,)
    assert losses[0] == pytest.approx(math.log(V), rel=0.2)
    assert losses[-1] < 1.0
    said = next_logits(model, [[1, 2], [7], [3, 4, 5]])
    assert isinstance(said, Tensor)
    assert said.argmax(1).tolist() == [3, 8, 6]


def test_windows_and_dropout_follow_the_seed_and_the_stream_outside_stays() -> None:
    before = torch.get_rng_state()
    runs = [
        train_language_model(Lookup(), COUNTING.tolist(), updates=4, window=8, columns=4, seed=s) for s in (1, 1, 2)
    ]
    torch.manual_seed(3)
    outside = torch.get_rng_state()
    train_language_model(model := Lookup(), COUNTING, updates=1, window=8, columns=4, seed=1)
    torch.manual_seed(3)

    assert torch.equal(runs[0], runs[1]) and not torch.equal(runs[0], runs[2])  # type: ignore[arg-type]
    assert torch.equal(outside, torch.get_rng_state()) and before.shape == outside.shape
    assert model.seen == [((8, 4), True)]


def test_training_moves_no_random_stream_of_the_caller() -> None:
    model = Lookup()
    before = torch.get_rng_state()

    train_language_model(model, COUNTING, updates=2, window=8, columns=4, seed=1)
    next_logits(model, [[1]])
    window_logits(model, torch.zeros(3, 2, dtype=torch.int64))

    assert torch.equal(before, torch.get_rng_state())


def test_windows_reach_from_the_first_token_to_the_last() -> None:
    seen: list[Tensor] = []

    def model(text: Tensor) -> Tensor:
        seen.append(text)
        return torch.zeros(*text.shape, 30)

    train_language_model(model, torch.arange(30), updates=40, window=8, columns=4, seed=1)

    starts = torch.stack([text[0] for text in seen])
    assert (int(starts.min()), int(starts.max())) == (0, 21)


@pytest.mark.parametrize(
    "form",
    [
        lambda logits: logits,
        lambda logits: (logits, None),
        lambda logits: [logits, (logits, logits)],
        lambda logits: {"logits": logits, "loss": 3},
        lambda logits: {"output": logits},
        lambda logits: torch.nn.functional.log_softmax(logits.reshape(-1, V), 1),
        lambda logits: logits.double(),
        lambda logits: logits.bfloat16(),
    ],
    ids=["tensor", "tuple", "list", "logits", "dict", "joined rows", "double", "bfloat16"],
)
def test_logits_are_found_in_whatever_form(form: Callable[[Tensor], Any]) -> None:
    model = Lookup(form)
    losses = train_language_model(model, COUNTING, updates=2, window=8, columns=4, seed=1)
    said = next_logits(model, [[1, 2], [3]])

    assert isinstance(losses, Tensor) and bool(torch.isfinite(losses).all())
    assert isinstance(said, Tensor) and said.shape == (2, V)
    said.numpy()


def test_rows_of_one_column_or_one_position_are_read_too() -> None:
    squeezed = Lookup(lambda logits: logits.squeeze())

    assert next_logits(squeezed, [[1, 2, 3]]).shape == (1, V)  # type: ignore[union-attr]
    assert next_logits(squeezed, [[1], [2]]).shape == (2, V)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (lambda logits: logits.transpose(0, 1), "a tensor of the shape (4, 8, 11), where (8, 4, vocabulary) is"),
        (lambda logits: logits[-1], "a tensor of the shape (4, 11), where"),
        (lambda logits: logits.mean(), "a tensor of the shape (), where"),
        (lambda logits: logits[..., :7], "rows of 7 logits, where there are 11 words"),
        (lambda logits: "nothing", "a value of type str"),
        (lambda logits: (), "a tuple"),
        (lambda logits: None, "None"),
    ],
    ids=["turned", "last", "number", "few words", "text", "empty", "none"],
)
def test_what_is_no_logits_is_told_in_words(form: Callable[[Tensor], Any], said: str) -> None:
    answer = train_language_model(Lookup(form), COUNTING, updates=2, window=8, columns=4, seed=1)

    assert isinstance(answer, str)
    assert said in answer


def test_words_instead_of_logits_come_out_of_every_question() -> None:
    model = Lookup(lambda logits: None)
    said = [next_logits(model, [[1]]), window_logits(model, torch.zeros(3, 2, dtype=torch.int64))]

    assert said == ["None"] * 2


def test_a_loss_that_is_no_number_ends_the_training_without_a_crash() -> None:
    model = Lookup(lambda logits: logits / 0 if len(model.seen) > 2 else logits)
    losses = train_language_model(model, COUNTING, updates=5, window=8, columns=4, seed=1)

    assert torch.isfinite(losses).tolist() == [True, True, False, False, False]  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["no parameters", "detached", "frozen", "without gradients"])
def test_a_model_that_cannot_learn_does_not_crash(kind: str) -> None:
    model: Any = Lookup(lambda logits: logits.detach()) if kind == "detached" else Lookup()
    if kind == "no parameters":
        model = lambda text: torch.zeros(*text.shape, V)  # noqa: E731
    if kind == "frozen":
        model.requires_grad_(False)
    with torch.set_grad_enabled(kind != "without gradients"):
        losses = train_language_model(model, COUNTING, updates=3, window=8, columns=4, seed=1)

    assert isinstance(losses, Tensor) and losses.shape == (3,)


@pytest.mark.parametrize("sparse", [False, True])
def test_the_updates_are_those_of_adam(sparse: bool) -> None:
    def trained(updates: Callable[[nn.Module], None]) -> Tensor:
        model = Lookup()
        model.dropout.p = 0.0
        updates(model)
        return model.encoder.weight.detach()

    def ours(model: nn.Module) -> None:
        model.encoder.sparse = sparse
        train_language_model(model, [1, 2] * 50, updates=20, window=8, columns=1, clip=1e9, rate=0.01, seed=1)

    def torchs(model: nn.Module) -> None:
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        chance = generator("windows", 1)
        for start in torch.randint(92, (20, 1), generator=chance):
            text = torch.tensor([1, 2] * 50)[int(start) : int(start) + 9].unsqueeze(1)
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(text[:-1]).flatten(0, 1), text[1:].flatten()).backward()
            optimizer.step()

    torch.testing.assert_close(trained(ours), trained(torchs), atol=1e-5, rtol=1e-4)


@pytest.mark.slow
def test_training_does_not_import_the_compiler() -> None:
    code = (
        "import sys, torch; from grader import kit\n"
        "class Model(torch.nn.Linear):\n"
        "    def forward(self, text): return super().forward(text.float()[..., None])\n"
        "kit.train_language_model(Model(1, 9), [1, 2, 3] * 20, updates=2, seed=1)\n"
        "print('torch._dynamo' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_layers_that_take_their_shape_from_the_first_text_learn_too() -> None:
    model = Lookup()
    model.decoder = nn.LazyLinear(V)
    losses = train_language_model(model, COUNTING, updates=100, window=8, columns=4, rate=0.03, seed=1)

    assert losses[-1] < losses[0] - 0.3  # type: ignore[operator]


def test_a_model_whose_batch_comes_first_is_given_it_so() -> None:
    model = Lookup()
    train_language_model(model, COUNTING, updates=1, window=8, columns=4, seed=1, sequence_first=False)
    said = next_logits(model, [[1, 2, 3]], sequence_first=False)

    assert [shape for shape, _ in model.seen] == [(4, 8), (1, 3)]
    assert torch.equal(said, next_logits(model, [[1, 2, 3]]))  # type: ignore[arg-type]


def test_nothing_is_ever_padded_and_the_order_of_prefixes_stays() -> None:
    model = Lookup()
    prefixes = [[1, 2], [3], [4, 5, 6], [7, 8], [9]]
    said = next_logits(model, prefixes)

    assert sorted(shape for shape, _ in model.seen) == [(1, 2), (2, 2), (3, 1)]
    assert not any(training for _, training in model.seen)
    alone = [next_logits(model, [prefix])[0] for prefix in prefixes]
    torch.testing.assert_close(said, torch.stack(alone))  # type: ignore[arg-type]


def test_many_columns_go_through_in_parts() -> None:
    model = Lookup()
    text_lb = torch.arange(900).reshape(3, 300) % V
    said = window_logits(model, text_lb)

    assert [shape for shape, _ in model.seen] == [(3, 128), (3, 128), (3, 44)]
    torch.testing.assert_close(said, model.eval()(text_lb).detach())


def test_a_model_that_changes_its_input_changes_a_copy() -> None:
    text_lb = torch.ones(3, 2, dtype=torch.int64)

    logits_at(lambda text: torch.zeros(*text.zero_().shape, V), text_lb)

    assert int(text_lb.sum()) == 6


def test_an_empty_prefix_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="prefix 1 is empty"):
        next_logits(Lookup(), [[1], []])


def test_numbers_are_read_from_lines() -> None:
    assert token_lines(b"1 2 3\r\n\n 4\t5 \n") == [[1, 2, 3], [4, 5]]
