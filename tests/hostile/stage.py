"""A stage for hostile hand-ins: a small course with secrets planted everywhere, one slot, a canary, a real judge.

Random markers, new in each run, are planted in the reference's code, its mistakes, the rubric, the environment of the
process that grades, a home folder, a folder of results, and in the hand-in that ran just before in the same slot, the
canary's. None of them may stand in anything that comes of a case.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from grader.box.inside.hugepages import WORTH_IT
from grader.box.job import WALLS
from grader.box.pool import JOBS_PER_ZYGOTE, Job, Pool
from grader.box.store import Store
from grader.box.switches import ALL_ON
from grader.course import Course, open_course
from grader.intake import inodes_of, list_submissions
from grader.intake.collect import read_submission
from grader.marker import Marker
from grader.nouns.asked import Handout, Part
from grader.nouns.judged import Results, RubricMark, SubmissionResult
from grader.nouns.plain import Level, Limits
from grader.nouns.seen import Observation, Run, Submission
from grader.observer import HandIn, Observed, Observer
from grader.report.site import write_site
from grader.rubric.load import load_rubric
from grader.runs import runs_of
from grader.versions import versions
from tests import tiny
from tests.hostile.corpus import Case
from tests.hostile.pages import faults
from tests.hostile.sight import Sight, Slot, changes, look, strangers

PLACES: Final = ("reference", "mistakes", "rubric", "environment", "home", "results", "peer")
CANARY: Final = Path(__file__).with_name("canary.txt")
WORN: Final = JOBS_PER_ZYGOTE - 50
TOKEN: Final = "GRADE_TOKEN"  # in the environment of this process
Observations = Mapping[tuple[str, str], Observation]


@dataclass(frozen=True)
class Played:
    """What came of one case."""

    verdicts: Mapping[str, str]
    reasons: Mapping[str, str]
    points: Mapping[str, float]  # "" as key: of the submission
    seconds: float
    told: str  # all that anybody is told of it, staff included
    disturbed: tuple[str, ...]  # what it moved or found and must not have


@dataclass
class Stage:
    """One slot at a level, kept open; use `stage` to get one."""

    level: Level
    folder: Path
    markers: Mapping[str, str]
    course: Course
    _pools: ExitStack
    _pool: Pool | None = None
    _without: tuple[str, ...] = ()
    _canary: dict[str, Any] = field(default_factory=dict)
    _sight: Sight | None = None

    def play(self, case: Case, without: tuple[str, ...] = ()) -> Played:
        """Runs and judges one case with some layers taken away, then looks round."""
        if without != self._without:
            self.begin_anew()
            self._without = without
        submission = self._collected(case)
        parts = tuple(replace(part, limits=_limited(part, case.limits or {})) for part in self.course.rubric.parts)
        before = self._before()
        started = time.monotonic()
        observed = self._observed(submission, parts)
        left = strangers(self.slot)
        result = self._marked(submission, observed, parts)
        seconds = time.monotonic() - started
        told = "\n".join(_texts([asdict(result), *map(_words, observed.values())]))
        pages = self._pages(result)
        found = self._found(told, observed.values(), pages)
        disturbed = [*left, *found, *_alive(pages), *self._moved(before)]
        return Played(
            verdicts={part.id: part.verdict for part in result.parts if part.id != "why"},
            reasons={part.id: part.reason for part in result.parts if part.verdict != "passed" and part.id != "why"},
            points={"": result.score, **{part.id: part.score for part in result.parts}},
            seconds=seconds,
            told=told,
            disturbed=tuple(disturbed),
        )

    def begin_anew(self) -> None:
        """The next case finds a new slot, whatever happened in this one."""
        self._pools.close()
        self._pool, self._sight = None, None

    @property
    def pool(self) -> Pool:
        """The pool of one slot, opened if need be."""
        if self._pool is None:
            switches = replace(ALL_ON, **dict.fromkeys(self._without, False))
            pool = Pool(self.course.handout, level=self.level, workers=1, switches=switches)
            self._pool = self._pools.enter_context(pool)
        return self._pool

    @property
    def slot(self) -> Slot:
        """The one slot of the pool; only a test looks into it."""
        crew: Any = self.pool._crew
        slot = crew._slots[0]
        scratch = Path(slot._scratch) if slot._scratch else None
        return Slot(slot.zygote()._process.pid, slot._uid, scratch)

    @property
    def watched(self) -> list[Path]:
        """The folders outside in which nothing may change."""
        return [self.folder / name for name in ("course", "home", "out")]

    def _collected(self, case: Case) -> Submission:
        submissions = self.folder / "submissions"
        shutil.rmtree(submissions, ignore_errors=True)
        (submissions / case.id).mkdir(parents=True)
        case.write(submissions / case.id)
        (entry,) = list_submissions(submissions, "tiny")
        return read_submission(entry, _no_archive, course=inodes_of(Path(self.course.rubric.folder)))

    def _observed(self, submission: Submission, parts: tuple[Part, ...]) -> Observations:
        return self._run(submission, runs_of(replace(self.course.rubric, parts=parts)))

    def _run(self, submission: Submission, runs: tuple[Run, ...]) -> Observations:
        ((_, observed),) = self.pool.each([Job(submission.id, submission.files, runs)])
        return observed

    def _marked(self, submission: Submission, observed: Observations, parts: tuple[Part, ...]) -> SubmissionResult:
        hand_in = HandIn(submission.id, submission.sha256, submission.files)
        arrays = self.folder / "arrays"
        marker = Marker(self.course, parts, self.level, arrays)
        result = marker.mark(submission, Observed(hand_in, observed, cached=False))
        for part in self.course.rubric.parts:
            self.course.known(part)  # so that the first wrong answer does not pay for all mistakes
        return result

    def _before(self) -> Sight:
        """The canary has run; everything is as it shall be again."""
        crew: Any = self.pool._crew
        if crew is not None and crew._slots[0].zygote().jobs > WORN:
            crew._slots[0].restart()  # or it is replaced in the midst of a case
            self._sight = None
        if self._sight is None:
            parts = self.course.rubric.parts
            self._marked(self._peer(), self._observed(self._peer(), parts), parts)  # mistakes known, judge imported
            for _ in range(WORTH_IT // WALLS):
                self._canary_sees()  # the zygote's memory has moved to huge pages, which it does once
            self._canary = self._canary_sees()
            assert all(self._canary[key] == "answered" for key in self._canary if key.endswith(": ended")), self._canary
            strangers(self.slot)
            self._sight = look(self.slot, self.watched)
        return self._sight

    def _moved(self, before: Sight) -> list[str]:
        again = self._canary_sees()
        left = strangers(self.slot)
        after = look(self.slot, self.watched)
        keys = {**self._canary, **again}
        found = [f"canary: {key} is {again.get(key)!r:.300}" for key in keys if again.get(key) != self._canary.get(key)]
        found += [f"after the canary {each}" for each in left] + changes(before, after)
        if found:
            self._sight = None  # the next case starts anew
        return found

    def _canary_sees(self) -> dict[str, Any]:
        """What the canary gives, prints and finds around it; one case is enough, since each looks at everything."""
        return _plain(self._run(self._peer(), runs_of(self.course.rubric)[:1]))

    def _peer(self) -> Submission:
        text = tiny.SOLVED + CANARY.read_text().replace("MARKER", self.markers["peer"])
        return Submission("canary", {"attention.py": text.encode()}, "canary")

    def _pages(self, result: SubmissionResult) -> list[str]:
        """What the student and what the staff are shown; written once per case, at one level, since parsing is slow."""
        if self.level != "strict" or self._without:
            return []
        rubric, out = self.course.rubric, self.folder / "pages"
        results = Results(
            assignment=rubric.assignment,
            title=rubric.title,
            rubric=RubricMark(rubric.sha256, rubric.path),
            isolation=self.level,
            versions=versions(),
            seed=0,
            max=rubric.points,
            reveal=rubric.reveal,
            submissions=(result,),
        )
        if (self.folder / "arrays").is_dir():
            shutil.copytree(self.folder / "arrays", out / "arrays")
        write_site(out, results)
        pages = [path.read_text(encoding="utf-8") for path in out.rglob("*.html")]
        shutil.rmtree(out)
        return pages

    def _found(self, told: str, observed: Iterable[Observation], pages: Iterable[str]) -> Iterator[str]:
        arrays = self.folder / "arrays"
        kept = [page.encode() for page in pages]
        kept += [path.read_bytes() for path in arrays.rglob("*") if path.is_file() and "expected" not in path.name]
        numbers = [array for seen in observed for array in seen.tensors.values() if array.size < 10**6]
        kept += [array.tobytes() for array in numbers]
        kept += [bytes(int(n) % 256 for n in array.ravel() if n == n and abs(n) < 2**31) for array in numbers]
        for place, marker in self.markers.items():
            if marker in told or any(marker.encode() in each for each in kept):
                yield f"read: the marker of {place}"
        shutil.rmtree(arrays, ignore_errors=True)


@contextmanager
def stage(level: Level) -> Iterator[Stage]:
    """A stage at this level; this process's environment and home get markers too."""
    markers = {place: f"{place}-{secrets.token_hex(12)}" for place in PLACES}
    folder = Path(tempfile.mkdtemp(prefix="grade-hostile-", dir="/var/tmp"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        folder.chmod(0o755)
        os.environ.update({TOKEN: markers["environment"], "HOME": str(folder / "home")})
        rubric = _planted(folder, markers)
        store = Store(folder / "known")

        def _observer(handout: Handout) -> Observer:
            return Observer(handout, level=level, workers=1, store=store)

        course = open_course(load_rubric(rubric), _observer)
        stack.enter_context(course.observer)
        yield Stage(level, folder, markers, course, stack.enter_context(ExitStack()))


def _planted(folder: Path, markers: Mapping[str, str]) -> Path:
    rubric = tiny.write_course(folder / "course")
    seed = int(markers["rubric"].rpartition("-")[2], 16) % 10**18
    reference = folder / "course" / "reference" / "tiny"
    changed = {
        rubric: f"# {markers['rubric']}\n{tiny.RUBRIC.replace('seed: 11', f'seed: {seed}')}",
        reference / "solved" / "attention.py": f"{tiny.SOLVED}\nMARKER = '{markers['reference']}'\n",
        reference / "mistakes.py": f"{tiny.MISTAKES}\nMARKER = '{markers['mistakes']}'  # {markers['mistakes']}\n",
        folder / "home" / ".netrc": f"password {markers['home']}\n",
        folder / "home" / ".ssh" / "id_ed25519": f"{markers['home']}\n",
        folder / "out" / "results.json": f'{{"note": "{markers["results"]}"}}\n',
        folder / "out" / "observations" / "one": markers["results"],
    }
    for path, text in changed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)  # anybody's who gets there: only the walls protect them
    return rubric


def _alive(pages: Iterable[str]) -> list[str]:
    return [f"page: {fault}" for page in pages for fault in faults(page)]


def _limited(part: Part, limits: Mapping[str, Any]) -> Limits:
    kinds = {each.name: type(getattr(part.limits, each.name)) for each in fields(Limits)}
    return replace(part.limits, **{name: kinds[name](value) for name, value in limits.items()})


def _no_archive(data: bytes, name: str) -> Observation:
    raise AssertionError(f"{name}: cases of the door job hold no archive")


def _plain(observed: Observations) -> dict[str, Any]:
    """All that was observed but what it used, comparable."""
    told: dict[str, Any] = {}
    for (part, case), seen in observed.items():
        for name in ("ended", "texts", "fault", "reason", "notes", "stdout", "stderr"):
            told[f"{part}/{case}: {name}"] = getattr(seen, name)
        for name, array in seen.tensors.items():
            told[f"{part}/{case}: {name}"] = (str(array.dtype), array.shape, array.tobytes())
    return told


def _words(seen: Observation) -> dict[str, Any]:
    return {
        name: getattr(seen, name) if name != "fault" else seen.fault and asdict(seen.fault)
        for name in ("texts", "fault", "reason", "notes", "stdout", "stderr")
    }


def _texts(told: Any) -> Iterator[str]:
    """Every text in nested data."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, Mapping):
        for key, value in told.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(told, list | tuple):
        for each in told:
            yield from _texts(each)


def as_json(played: Played) -> str:
    """What came of a case, as one line."""
    return json.dumps(asdict(played))
