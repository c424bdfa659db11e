"""pytest in a homework folder: the public checks as test items, one for each part, check and case.

pytest loads this in every folder of every project, so that here and in `kit_line` nothing is imported that pytest has
not imported itself; the rest comes with the first `public.yaml` that is a student kit's, and torch never: it runs in
the child of the checker, once for all items that are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.kit_line import KIT_FILE, is_ours

if TYPE_CHECKING:
    from grader.nouns.asked import Check, Part
    from grader.nouns.checked import Checked, PartChecked
    from grader.nouns.judged import CheckResult

AFTER = "after hand-in"  # the item of a part that has no public checks
WIDTH = 80
FOUND: pytest.StashKey[list[Checked]] = pytest.StashKey()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The kit's public.yaml as a file of tests; any other file is none of ours."""
    if file_path.name != KIT_FILE or not _is_kit(file_path):
        return None
    return KitFile.from_parent(parent, path=file_path)


def _is_kit(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_ours(file.read(400))
    except OSError:
        return False


class NotRightError(Exception):
    """A check does not hold, or could not be made; the text is what a student reads."""


class KitFile(pytest.File):
    """A student kit: its parts, in the order in which they build on each other, and what was found of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.told: dict[str, str] = {}  # what was told already, and of which item
        self._checked: Checked | None = None
        self._trouble = ""
        self._parts: set[str] = set()

    def collect(self) -> Iterator[PartOfKit]:
        """The parts. Raises: CollectError with the message for a kit that was changed and cannot be read."""
        from grader.errors import GraderError
        from grader.home.states import in_order
        from grader.rubric.load import load_rubric

        try:
            rubric = load_rubric(self.path)
        except GraderError as error:
            raise self.CollectError(str(error)) from None
        self._parts = {part.id for part in rubric.parts}
        for part in in_order(rubric.parts):
            yield PartOfKit.from_parent(self, name=part.id, part=part)

    def checked(self) -> Checked:
        """What was found of the parts that are asked for: looked for once. Raises: NotRightError if that cannot be."""
        from grader.errors import GraderError

        if self._checked is None and not self._trouble:
            asked = {item.part.id for item in self.session.items if isinstance(item, CheckItem) and item.kit is self}
            try:
                self._checked = _checked(self.path.parent, () if asked == self._parts else sorted(asked))
                self.config.stash.setdefault(FOUND, []).append(self._checked)
            except GraderError as error:
                self._trouble = str(error)
        if self._checked is None:
            raise NotRightError(self._trouble)
        return self._checked


def _checked(folder: Path, parts: Sequence[str]) -> Checked:
    from grader.home.checker import Checker
    from grader.home.folder import read_home

    with Checker(read_home(folder)) as checker:
        return checker.check(parts)


class PartOfKit(pytest.Collector):
    """A part, with an item for each check and case; a part without public checks has one item."""

    def __init__(self, *, part: Part, **options: Any) -> None:
        super().__init__(**options)
        self.part = part

    def collect(self) -> Iterator[CheckItem]:
        """The items."""
        for check in self.part.checks:
            for case in check.cases or ("",):
                name = f"{check.id}[{case}]" if case else check.id
                yield CheckItem.from_parent(self, name=name, part=self.part, check=check, case=case)
        if not self.part.checks:
            yield CheckItem.from_parent(self, name=AFTER, part=self.part, check=None, case="")


class CheckItem(pytest.Item):
    """One check on one case, or one part that is looked at after hand-in."""

    def __init__(self, *, part: Part, check: Check | None, case: str, **options: Any) -> None:
        super().__init__(**options)
        self.part, self.check, self.case = part, check, case

    @property
    def kit(self) -> KitFile:
        """The kit that it belongs to."""
        kit = self.getparent(KitFile)
        assert kit is not None
        return kit

    def setup(self) -> None:
        """Looks, the first time, at all that is asked for. What is ours to mend ends here: an error, no failure."""
        found = self._found()
        if found.state == "broken":
            raise NotRightError(f"{found.result.reason}\nthis is a fault of ours, and costs nobody points")

    def runtest(self) -> None:
        """Passes if the check holds. Raises: NotRightError if it does not; Skipped for what is not begun, or waits."""
        found = self._found()
        if self.check is None or found.state in ("not started", "missing", "later"):
            if found.state != "found":
                self._skip(found.note or found.result.reason or found.state)
            return
        result = next(each for each in found.result.checks if each.id == self.check.id)
        if result.verdict == "passed":
            return
        if found.state == "waiting":
            self._skip(f"waiting for {found.waits_for}")
        if result.verdict in ("pending", "skipped"):
            self._skip(result.reason)
        if self.case and result.case in self.check.cases and result.case != self.case:
            self._skip(f"not told: {self.check.id}[{result.case}] comes first")
        raise NotRightError(self._card(found, result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What `grade check` says, without a traceback of ours."""
        if isinstance(excinfo.value, NotRightError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the part stands in public.yaml, and the name of the item."""
        line = self.part.place.line - 1 if self.part.place else None
        return self.path, line, f"{self.part.id} {self.part.title}: {self.name}"

    def _found(self) -> PartChecked:
        return next(each for each in self.kit.checked().parts if each.result.id == self.part.id)

    def _skip(self, reason: str) -> None:
        raise pytest.skip.Exception(reason, _use_item_location=True)

    def _card(self, found: PartChecked, result: CheckResult) -> str:
        """The card of the part with this check alone; what another item has told already is not told again."""
        from dataclasses import replace

        from grader.home.card import card
        from grader.home.terminal import card_lines

        alone = replace(found.result, checks=(result,), verdict=result.verdict, reason=result.reason)
        told = card(replace(found, result=alone))
        text = "\n".join(card_lines(told, WIDTH))
        same = f"{told.place} {told.code}" if result.verdict == "crashed" and told.place else text
        before = self.kit.told.setdefault(f"{self.part.id} {same}", self.name)
        return text if before == self.name else f"as {before}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What the checks of each kit say as a whole, after all items."""
    for checked in config.stash.get(FOUND, []):
        from grader.home.terminal import heading

        for line in heading(checked):
            terminalreporter.write_line(line)
