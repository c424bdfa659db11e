"""Arrays from the files beside results.json, read one at a time.

A file that is missing, cut short or not safetensors gives no array, and the page says that the picture is not
available: a report is never stopped by one of its pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from grader.nouns.plain import Array

EXPECTED = "expected.safetensors"
MAX_VALUES = 4_000_000  # what a picture may hold; larger arrays are not drawn


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """One file of named arrays, or none (`path` is None)."""

    path: Path | None

    def read(self, name: str) -> Array | None:
        """The array of that name with values as float64, if it is there and can be drawn."""
        found = self._tensor(name, MAX_VALUES)
        return None if found is None else drawable(found)

    def pixels(self, name: str) -> Array | None:
        """The picture of that name, if it is there and is one.

        Shapes: -> (h, w, 3) uint8, at most 4,000,000 pixels.
        """
        found = self._tensor(name, 3 * MAX_VALUES)
        is_one = found is not None and found.dtype == np.uint8 and found.ndim == 3 and found.shape[2] == 3
        return found if is_one and found is not None and found.size else None

    @property
    def version(self) -> tuple[int, ...]:
        """What changes when the file does; nothing if it is not there."""
        try:
            state = self.path.stat() if self.path is not None else None
        except OSError:
            return ()
        return (state.st_ino, state.st_mtime_ns, state.st_size) if state is not None else ()

    def _tensor(self, name: str, most: int) -> Array | None:
        if self.path is None or not name:
            return None
        try:
            with safe_open(self.path, framework="np") as file:
                if np.prod(file.get_slice(name).get_shape(), dtype=np.float64) > most:
                    return None
                found: Array = file.get_tensor(name)
                return found
        except (OSError, SafetensorError, KeyError, TypeError, ValueError, AttributeError):
            return None


def drawable(array: Array) -> Array | None:
    """The array as float64, if it holds real numbers and is not empty."""
    if array.size == 0 or array.dtype.kind not in "biuf":
        return None
    return array.astype(np.float64)


def array_file(folder: Path, name: str) -> ArrayFile:
    """The file of that name in a folder of arrays; only the last part of the name counts."""
    last = Path(name).name
    return ArrayFile(folder / last if last else None)
