"""Language models: trained for a fixed number of updates, then asked for the logits of the next word.

Whatever a model takes and gives beside that is its own affair: the logits are a tensor or the first item of what it
returns, of any kind of layers. Words are numbers; nothing is ever padded, for a model need not know what padding is.

Axes: l positions, b columns, v vocabulary, n prefixes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from .answers import Answer, kind
from .weights import generator

MOST_COLUMNS = 128  # in one call: what a model keeps for each of them adds up

Model = nn.Module | Callable[[Tensor], Any]


def token_lines(content: bytes) -> list[list[int]]:
    """The numbers in each line of a file that holds numbers between blanks; lines without one are left out."""
    lines = ([int(word) for word in line.split()] for line in content.decode().splitlines())
    return [line for line in lines if line]


def train_language_model(
    model: Model,
    tokens: Tensor | Sequence[int],
    *,
    updates: int,
    window: int = 24,
    columns: int = 16,
    rate: float = 3e-3,
    clip: float = 1.0,
    seed: int,
    sequence_first: bool = True,
) -> Answer:
    """The loss before each update of a training with Adam on windows that the seed draws; or words for odd logits.

    The model is in train mode, so its own dropout is at work. From the first loss on that is NaN or infinite nothing
    is learned any more, and all losses are NaN.

    Shapes: tokens (k,) whole numbers, k > window -> (updates,).
    Units: nats per token.
    """
    tokens_k = torch.as_tensor(tokens, dtype=torch.int64)
    starts_ub = torch.randint(len(tokens_k) - window, (updates, columns), generator=generator("windows", seed))
    places_l = torch.arange(window + 1).unsqueeze(1)
    losses: list[float] = []
    with _ready(model, training=True, seed=seed), torch.enable_grad():
        step: Callable[[Tensor], None] | None = None
        for starts_b in starts_ub:
            text_lb = tokens_k[starts_b + places_l]
            logits = logits_at(model, text_lb[:-1], sequence_first=sequence_first)
            words = logits if isinstance(logits, str) else _too_few(logits, tokens_k)
            if words or isinstance(logits, str):
                return words
            step = step or _learner(model, rate, clip)  # lazy layers have their shapes by now
            loss = F.cross_entropy(logits.flatten(0, 1).float(), text_lb[1:].flatten())
            if not math.isfinite(loss.item()):
                break
            losses.append(loss.item())
            step(loss)
    return torch.tensor(losses + [math.nan] * (updates - len(losses)))


def next_logits(
    model: Model, prefixes: Sequence[Sequence[int]], *, seed: int = 0, sequence_first: bool = True
) -> Answer:
    """The logits of the word after each prefix, in eval mode; prefixes of one length go through together.

    Words instead if the model gives no logits.

    Shapes: n prefixes of any lengths above 0 -> (n, v).
    """
    rows: dict[int, Tensor] = {}
    with _ready(model, training=False, seed=seed), torch.no_grad():
        for chosen in _of_one_length(prefixes):
            text_lb = torch.tensor([list(prefixes[at]) for at in chosen], dtype=torch.int64).T.contiguous()
            logits = logits_at(model, text_lb, sequence_first=sequence_first)
            if isinstance(logits, str):
                return logits
            rows |= zip(chosen, logits[-1].detach(), strict=True)
    if len({row.shape for row in rows.values()}) > 1:
        return "logits for vocabularies of different sizes"
    return _plain(torch.stack([rows[at] for at in range(len(prefixes))]))


def window_logits(model: Model, text: Tensor, *, seed: int = 0, sequence_first: bool = True) -> Answer:
    """The logits at every position of a text, in eval mode; or words if the model gives none.

    Shapes: text (l, b) -> (l, b, v).
    """
    with _ready(model, training=False, seed=seed), torch.no_grad():
        parts = [logits_at(model, part_lb, sequence_first=sequence_first) for part_lb in _in_parts(text)]
    odd = [part for part in parts if isinstance(part, str)]
    if odd:
        return odd[0]
    return _plain(torch.cat([part for part in parts if isinstance(part, Tensor)], 1))


def logits_at(model: Model, text: Tensor, *, sequence_first: bool = True) -> Answer:
    """What the model returns for a text as it stands, sequence first; or words that say why these are no logits.

    Shapes: text (l, b) -> (l, b, v). Rows that were joined, (l b, v), are read as such.
    """
    length, columns = text.shape
    answer = model((text if sequence_first else text.T).clone(memory_format=torch.contiguous_format))
    logits = _first_tensor(answer)
    if not isinstance(logits, Tensor):
        return kind(answer)
    shape = (length, columns) if sequence_first else (columns, length)
    if logits.dim() == 2 and logits.size(0) == length * columns:
        logits = logits.reshape(*shape, -1)
    if logits.dim() != 3 or logits.shape[:2] != shape:
        return f"a tensor of the shape {tuple(logits.shape)}, where ({shape[0]}, {shape[1]}, vocabulary) is expected"
    return logits if sequence_first else logits.transpose(0, 1)


# --- how ------------------------------------------------------------------------------------------------------------


@contextmanager
def _ready(model: Model, *, training: bool, seed: int) -> Iterator[None]:
    """The model in this mode, and a random stream that begins at the seed; the stream outside stays as it was."""
    if isinstance(model, nn.Module):
        model.train(training)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _learner(model: Model, rate: float, clip: float) -> Callable[[Tensor], None]:
    """What learns from one loss; nothing where nothing can be learned."""
    parameters = list(model.parameters()) if isinstance(model, nn.Module) else []
    adam = _Adam([parameter for parameter in parameters if not is_lazy(parameter)], rate)

    def _learn(loss: Tensor) -> None:
        if not adam.parameters or not loss.requires_grad:
            return
        for parameter in adam.parameters:
            parameter.grad = None
        loss.backward()  # type: ignore[no-untyped-call]
        for parameter in adam.parameters:
            if parameter.grad is not None and parameter.grad.is_sparse:
                parameter.grad = parameter.grad.to_dense()
        torch.nn.utils.clip_grad_norm_(adam.parameters, clip)
        adam.step()

    return _learn


class _Adam:
    """Adam with its usual constants. That of torch imports the compiler, a second and more in every case.

    Source: Kingma and Ba 2015, algorithm 1.
    """

    FIRST, SECOND, SMALL = 0.9, 0.999, 1e-8

    def __init__(self, parameters: list[nn.Parameter], rate: float) -> None:
        self.parameters, self.rate, self.steps = parameters, rate, 0
        self.means = [torch.zeros_like(parameter) for parameter in parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in parameters]

    @torch.no_grad()
    def step(self) -> None:
        """One update from the gradients as they are; a parameter without one stays."""
        self.steps += 1
        rate = self.rate / (1 - self.FIRST**self.steps)
        root = math.sqrt(1 - self.SECOND**self.steps)
        for parameter, mean, square in zip(self.parameters, self.means, self.squares, strict=True):
            if parameter.grad is None:
                continue
            mean.lerp_(parameter.grad, 1 - self.FIRST)
            square.mul_(self.SECOND).addcmul_(parameter.grad, parameter.grad, value=1 - self.SECOND)
            parameter.addcdiv_(mean, square.sqrt().div_(root).add_(self.SMALL), value=-rate)


def _too_few(logits: Tensor, tokens: Tensor) -> str:
    needed, found = int(tokens.max()) + 1, logits.size(-1)
    return "" if found >= needed else f"rows of {found} logits, where there are {needed} words"


def _of_one_length(prefixes: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Places of prefixes of one length, not too many at once."""
    by_length: dict[int, list[int]] = {}
    for at, prefix in enumerate(prefixes):
        by_length.setdefault(len(prefix), []).append(at)
    if 0 in by_length:
        raise ValueError(f"prefix {by_length[0][0]} is empty: a model needs a word to begin with")
    for places in by_length.values():
        yield from (places[at : at + MOST_COLUMNS] for at in range(0, len(places), MOST_COLUMNS))


def _in_parts(text: Tensor) -> list[Tensor]:
    return [text[:, at : at + MOST_COLUMNS] for at in range(0, text.size(1), MOST_COLUMNS)]


def _first_tensor(answer: Any) -> Any:
    """The tensor itself, that under `logits`, or the first item of what was returned."""
    if isinstance(answer, dict):
        return answer.get("logits", next(iter(answer.values()), None))
    if isinstance(answer, tuple | list):
        return answer[0] if answer else None
    return getattr(answer, "logits", answer)


def _plain(logits: Tensor) -> Tensor:
    """Detached, in a dtype that numpy knows."""
    logits = logits.detach().clone().as_subclass(Tensor)
    return logits.float() if logits.dtype in (torch.bfloat16, torch.float16) else logits
