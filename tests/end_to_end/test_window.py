"""A newcomer at the screen: sample, two trainings, every page, an export, and closing while a model is trained."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import strict_json
from core.runs.log import read_log
from core.runs.opening import open_run
from tests.end_to_end.screen import PATIENCE, SIZE, Pixels, Screen, missing, screen, wait_for

ROOT = Path(__file__).parents[2]
ACCENT = "#2F6FDE"
"""Of the buttons that lead on, in the light theme."""
MODEL_CHOICE = 6
"""Presses of Tab from the top of the Train page to the choice of the model."""
BUSIEST = "547"
"""The user with the most ratings of the sample, whom the Users page begins with."""
BUSIEST = "547"
"""The user with the most ratings of the sample, whom the Users page begins with."""
MIDDLE, FORM_END, EXPORT_END = (450, 200, 1280, 700), (90, 600, 440, 800), (440, 600, 800, 800)
"""Parts of the window: where an empty page offers its step, below the form of Train, below what Export would write."""
RANKED_LIST, ITEMS_LIST, RUNS_LIST = (1020, 290), (298, 646), (300, 250)
"""Places on the lists, in a window of the screen's size with a message in it."""

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a screen without a monitor needs X11"),
    pytest.mark.skipif(bool(missing()), reason=f"a real window needs programs that are not here: {missing()}"),
]


class Person:
    """Somebody at the window: knows it by its title and by what is to be seen."""

    def __init__(self, screen: Screen, home: Path) -> None:
        self.screen, self.home = screen, home
        self.workspace = home / "workspace"
        ours = ("XDG_", "RANKSCOPE_")
        kept = {name: value for name, value in screen.environment.items() if not name.startswith(ours)}
        paths = [str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench", "--workspace", str(self.workspace)],
            env={**kept, "HOME": str(home), "PYTHONPATH": os.pathsep.join(paths)},
            cwd=home,
            stderr=subprocess.PIPE,
            text=True,
        )

    def come_in(self) -> None:
        """Wait for the window and give it the whole screen."""
        screen = self.screen
        self.window = screen.wait_for_window("Data")
        screen.do("windowmove", self.window, "0", "0", "windowsize", self.window, *map(str, SIZE))
        screen.focus(self.window)

    def go(self, number: int, title: str) -> None:
        """Turn to a page by its keys."""
        self.screen.press(f"ctrl+{number}")
        self.screen.wait_for_window(title)

    def press_leading(self, area: tuple[int, int, int, int]) -> None:
        """Click the button of the accent colour in a part (left, top, right, bottom), once it is there."""
        left, top, right, bottom = area

        def there() -> list[tuple[int, int]]:
            return [(x, y) for x, y in self.screen.blocks(ACCENT) if left < x < right and top < y < bottom]

        self.screen.click(*wait_for(there, f"a button that leads on in {area}")[0])

    def open_by_letters(self, letters: str, title: str) -> None:
        """Choose the first find of the command palette; again where a slow search had found nothing yet."""
        for patience in (15.0, 30.0, PATIENCE):
            try:
                self.screen.press("ctrl+k")
                wait_for(lambda: self.screen.window("Commands"), "a window 'Commands'", patience)
            except TimeoutError:
                # a key pressed while the page before still begins may be lost, as a user's would be
                continue
            self.screen.type(letters)
            self.screen.settled()
            self.screen.press("Return")
            try:
                wait_for(lambda: self.screen.window(title), f"a window {title!r}", patience)
            except TimeoutError:
                self.screen.press("Escape")
            else:
                return
        raise TimeoutError(f"the palette never led to {title!r}")

    def copy_list(self, place: tuple[int, int], holds: str) -> list[list[str]]:
        """Click into a list and copy all of it, as often as it takes until it holds some words."""
        found: list[list[str]] = []

        def copied() -> bool:
            self.screen.click(*place)
            self.screen.press("ctrl+a", "ctrl+c")
            found[:] = [line.split("\t") for line in self.screen.copied().splitlines()]
            return any(holds in cell for row in found for cell in row)

        wait_for(copied, f"a list with {holds!r} at {place}")
        return found

    def runs(self) -> dict[str, dict[str, Any]]:
        """What the runs say of themselves, by model; the latest of a model."""
        records = [strict_json.read(path) for path in self.workspace.glob("runs/*/run.json")]
        return {
            record["plan"]["model"]["name"]: {**record}
            for record in sorted(records, key=lambda each: str(each["created"]))
        }

    def question(self) -> str | None:
        """The number of a small window beside the large one."""
        return next((number for number in self.screen.windows() if number != self.window), None)

    def epochs(self) -> int:
        """Epochs that the latest run has written down."""
        logs = sorted(self.workspace.glob("runs/*/events.jsonl"), key=lambda path: path.stat().st_ctime_ns)
        return sum(event.get("event") == "epoch" for event in read_log(logs[-1]).events) if logs else 0


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    """The window on a screen of its own; what was seen last is kept when the test fails."""
    home = tmp_path / "home"
    home.mkdir()
    with screen(tmp_path) as made:
        found = Person(made, home)
        try:
            found.come_in()
            yield found
        finally:
            made.save(tmp_path / "seen-last.png")
            print(f"what was seen last: {tmp_path / 'seen-last.png'}")
            found.process.kill()
            found.process.communicate()


def test_that_a_newcomer_trains_compares_and_exports_in_a_real_window(person: Person) -> None:
    at = person.screen
    at.press("ctrl+shift+s")
    at.wait_for_window("MovieLens small")

    # a few epochs of the model that is offered, stopped by a key
    person.go(2, "Train")
    person.press_leading(MIDDLE)
    wait_for(lambda: person.epochs() >= 3, "three epochs")
    at.press("ctrl+period")
    wait_for(lambda: person.runs().get("mf", {}).get("state") == "stopped", "a run that was stopped and kept")

    # another model, chosen by keys alone
    person.go(1, "Data")
    person.go(2, "Train")
    at.press(*["Tab"] * MODEL_CHOICE)
    at.type("popu")
    person.press_leading(FORM_END)
    wait_for(lambda: person.runs().get("popularity", {}).get("state") == "completed", "a second run")

    # the first one again, by a few letters
    person.open_by_letters("mf bpr sample", "Users")
    at.focus(person.window)
    ranked = person.copy_list(RANKED_LIST, "(19")
    scores = [float(row[-1]) for row in ranked[1:11]]
    assert scores == sorted(scores, reverse=True)

    person.go(5, "Sequences")
    assert coloured(at.settled()) > 1000
    person.go(6, "Items")
    items = person.copy_list(ITEMS_LIST, "Forrest Gump")
    assert len(items) - 1 == 9066
    person.go(3, "Runs")
    runs = person.copy_list(RUNS_LIST, "popularity")
    assert [row[2] for row in runs[1:]] == ["completed", "stopped"]

    # two runs side by side are drawn, and the one in view is exported as a program with its weights
    assert coloured(at.settled()) > 1000
    person.go(7, "Export")
    person.press_leading(EXPORT_END)
    (program,) = wait_for(lambda: list(person.home.glob("[!.]*/recommend.py")), "an export")
    # both leave out what the user has met in training; the program also what lies between it and the test
    best = recommended(program, BUSIEST, 10)
    assert [row[1] for row in ranked[1:11]] == best

    # closing in the middle of a training asks; Return keeps what was trained
    before = person.runs()["mf"]
    person.go(2, "Train")
    at.press(*["Tab"] * MODEL_CHOICE)
    at.type("mf")
    person.press_leading(FORM_END)
    wait_for(lambda: len(list(person.workspace.glob("runs/*/run.json"))) == 3 and person.epochs() >= 2, "two epochs")
    at.press("ctrl+q")
    question = wait_for(lambda: person.question(), "a question")
    at.focus(question)
    at.press("Return")
    assert person.process.wait(60) == 0
    kept = person.runs()["mf"]
    assert (kept["state"], kept["id"] != before["id"]) == ("stopped", True)
    assert open_run(person.workspace / "runs" / kept["id"]).loaded.tensors
    said = person.process.stderr.read() if person.process.stderr is not None else ""
    assert "Traceback" not in said


def recommended(program: Path, user: str, items: int) -> list[str]:
    """Titles that an exported program gives, best first."""
    words = [sys.executable, str(program), "--user", user, "--k", str(items)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return [line.split("\t")[-1].strip() for line in said.splitlines()]


def coloured(pixels: Pixels) -> int:
    """Pixels that are neither grey nor the window's faint blue: drawings."""
    return int(((pixels.max(axis=2).astype(int) - pixels.min(axis=2)) > 90).sum())
