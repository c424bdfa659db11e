"""Every figure that matplotlib makes inside a block, as data.

    with kit.watched() as figures:
        snippet.run(...)
    return figures.outputs()

There is no display in the jail, and none is missed: whatever backend is asked for, figures are kept in memory. `show`
never waits; it ends the open figures as a notebook does. A file that cannot be written is not written. A figure is
looked at whenever it is shown or saved, and once more at the end of the block, so it does not matter whether it is
shown, saved, closed, cleared or left open. Names that matplotlib once had are there again.
"""

from __future__ import annotations

import functools
import importlib
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import PurePath
from typing import Any

import numpy as np

from .artists import Shape
from .panels import Panel
from .seen import Figures, Seen, State

MAX_PIXELS = 4e6  # of a file that is written; a larger one is written smaller
MAX_DRAWN = 200_000  # values in a file of shapes: each becomes a shape of its own there
SHAPES = (".pdf", ".svg", ".svgz", ".eps", ".ps", ".pgf")


@contextmanager
def watched() -> Iterator[Figures]:
    """The figures made inside the block; they are closed at its end, and settings are as before."""
    figures = Figures()
    try:
        pyplot = importlib.import_module("matplotlib.pyplot")
        gcf = importlib.import_module("matplotlib._pylab_helpers").Gcf
    except ImportError:
        yield figures
        return
    with ExitStack() as patches:
        patches.enter_context(importlib.import_module("matplotlib").rc_context())
        _patch_all(figures, pyplot, gcf, patches)
        try:
            yield figures
        finally:
            for seen in list(figures.seen):
                if seen.figure is not None:
                    figures.look(seen.figure, shown=False)
                    pyplot.close(seen.figure)
                    seen.figure = None


def ready_to_watch() -> None:
    """Imports matplotlib where that is done once for many hand-ins: at the top of probes.py."""
    with watched(), suppress(ImportError):
        importlib.import_module("matplotlib.pyplot").figure().text(0, 0, "a").figure.savefig(io.BytesIO(), dpi=20)
    # matplotlib counts the seconds while it looks for fonts; jobs are forked from a process with one thread
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(timeout=1)


def close_figures() -> None:
    """Closes all figures that are open, so that the next code begins with a clean sheet."""
    with suppress(ImportError):
        importlib.import_module("matplotlib.pyplot").close("all")


def _patch_all(figures: Figures, pyplot: Any, gcf: Any, patches: ExitStack) -> None:
    canvas = importlib.import_module("matplotlib.backend_bases").FigureCanvasBase
    kind = importlib.import_module("matplotlib.figure").Figure

    def _replace(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        was = getattr(owner, name)
        setattr(owner, name, functools.wraps(was)(make(was)))
        patches.callback(setattr, owner, name, was)

    pyplot.switch_backend("agg")
    _replace(pyplot._backend_mod, "show", lambda was: _shower(figures, gcf))
    _replace(pyplot, "switch_backend", lambda was: lambda newbackend: None)
    _replace(kind, "__init__", lambda was: _maker(figures, was, gcf))
    _replace(kind, "savefig", lambda was: _saver(figures, was))
    _replace(kind, "show", lambda was: _figure_shower(figures, was))
    _replace(pyplot, "imsave", lambda was: _image_saver(figures, was))
    _replace(canvas, "start_event_loop", lambda was: lambda self, timeout=0: None)
    _replace(canvas, "draw_idle", lambda was: lambda self, *args, **kwargs: None)
    _replace(importlib.import_module("matplotlib.style"), "use", _styled)
    maps: Any = importlib.import_module("matplotlib.cm")
    if not hasattr(maps, "get_cmap"):  # gone since 3.9
        maps.get_cmap = pyplot.get_cmap
        patches.callback(delattr, maps, "get_cmap")


def _maker(figures: Figures, made: Callable[..., None], gcf: Any) -> Callable[..., None]:
    def _make(self: Any, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        figures.of(self)
        figures.let_go(lambda figure: any(each.canvas.figure is figure for each in gcf.figs.values()))

    return _make


def _shower(figures: Figures, gcf: Any) -> Callable[..., None]:
    def _show(*args: Any, block: bool | None = None, **kwargs: Any) -> None:
        for manager in gcf.get_all_fig_managers():
            figures.look(manager.canvas.figure, shown=True)
        if block is not False and args[:1] != (False,):
            gcf.destroy_all()

    return _show


def _figure_shower(figures: Figures, was: Callable[..., Any]) -> Callable[..., Any]:
    def _show(self: Any, *args: Any, **kwargs: Any) -> Any:
        figures.look(self, shown=True)
        return None if self.canvas.manager is not None else was(self, *args, **kwargs)

    return _show


def _saver(figures: Figures, was: Callable[..., Any]) -> Callable[..., Any]:
    def _savefig(self: Any, fname: Any, *args: Any, **kwargs: Any) -> Any:
        figures.look(self, shown=True)
        states = figures.of(self).states
        with suppress(Exception):
            is_of_shapes = PurePath(str(fname)).suffix in SHAPES or f".{kwargs.get('format')}" in SHAPES
            if is_of_shapes and states and states[-1].size > MAX_DRAWN:
                return None
            kwargs["dpi"] = _small_enough(self, kwargs.get("dpi"))
        return _written(was, self, fname, *args, **kwargs)

    return _savefig


def _small_enough(figure: Any, dpi: Any) -> float:
    """The dots to an inch that were asked for, or as many as a file may have."""
    wanted = importlib.import_module("matplotlib").rcParams["savefig.dpi"] if dpi is None else dpi
    wanted = float(figure.dpi if wanted == "figure" else wanted)
    return min(wanted, float(np.sqrt(MAX_PIXELS / np.prod(figure.get_size_inches()))))


def _image_saver(figures: Figures, was: Callable[..., Any]) -> Callable[..., Any]:
    def _imsave(fname: Any, arr: Any, **kwargs: Any) -> Any:
        with suppress(Exception):
            shape = Shape("image", np.array(arr, dtype=np.float64))
            figures.seen.append(Seen(None, [State([Panel(shapes=[shape])], was_shown=True)]))
        return _written(was, fname, arr, **kwargs)

    return _imsave


def _styled(use: Callable[..., Any]) -> Callable[..., Any]:
    def _styled(style: Any) -> None:
        with suppress(OSError):  # a style that is gone, or was renamed
            use(style)

    return _styled


def _written(write: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What writing gives; a folder, a font or a program that is not there costs the file and nothing else."""
    try:
        return write(*args, **kwargs)
    except MemoryError:
        raise
    except Exception:
        return None
