"""Two colour maps of 253 colours each, and four marks for what is not a number on the scale.

The maps are interpolated between stops that were read off the published tables, so that drawing a matrix needs no
plotting library. `VALUES` (cividis) is even in lightness and can be read by colour-blind people; `DIFFERENCE` runs
from blue (yours is lower) over near-white (equal) to red (yours is higher).

Source: J. R. Nuñez et al. 2018, "Optimizing colormaps with consideration for color vision deficiency" (cividis);
C. Brewer, colorbrewer2.org, scheme RdBu with 11 classes.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Colours: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]  # (253, 3)

STEPS = 253  # colours 0 to 252 are the scale
NAN, ABOVE, BELOW = 253, 254, 255  # palette places of NaN, inf and -inf
MARKS = ((214, 0, 110), (255, 255, 255), (0, 0, 0))  # pink, white, black

_CIVIDIS = "00224e 083370 35456c 4f576c 666970 7d7c78 948e77 aea371 c8b866 e5cf52 fee838"
_RED_BLUE = "053061 2166ac 4393c3 92c5de d1e5f0 f7f7f7 fddbc7 f4a582 d6604d b2182b 67001f"


def _map(stops: str) -> Colours:
    anchors = np.array([list(bytes.fromhex(stop)) for stop in stops.split()], dtype=np.float64)
    at = np.linspace(0, len(anchors) - 1, STEPS)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)


VALUES: Colours = _map(_CIVIDIS)
DIFFERENCE: Colours = _map(_RED_BLUE)


def palette(colours: Colours) -> bytes:
    """The 768 bytes of a PNG palette: the scale, then the marks."""
    return colours.tobytes() + bytes(channel for mark in MARKS for channel in mark)
