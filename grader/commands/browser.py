"""Opens a page for `--open`, where there is a browser."""

from __future__ import annotations

from pathlib import Path


def open_page(page: Path, wanted: bool) -> None:
    """Opens the page if that is wanted; without a browser the printed path is enough."""
    if wanted:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
