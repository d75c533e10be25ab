"""The PAGES table: key -> name, icon, what it is for, and the class that makes it, imported when it is first shown."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from workbench.page import Context, Page


@dataclass(frozen=True)
class PageEntry:
    """One page.

    Attributes:
        factory: ``module:class`` of a Page.
        needs: stage of ``workbench.jobs.warming`` that must be loaded before it is made; empty for none.
    """

    label: str
    icon: str
    help: str
    factory: str
    needs: str = ""

    def make(self, context: Context) -> Page:
        """Import and make the page."""
        module, name = self.factory.split(":")
        page: Page = getattr(importlib.import_module(module), name)(context)
        return page


PAGES: dict[str, PageEntry] = {
    "data": PageEntry(
        label="Data",
        icon="data",
        help="Open interactions, look at them, divide them",
        factory="workbench.pages.data:DataPage",
    ),
    "train": PageEntry(
        label="Train",
        icon="train",
        help="Choose a model, a loss and a sampler; watch it learn",
        factory="workbench.pages.train:TrainPage",
        needs="plots",
    ),
    "runs": PageEntry(
        label="Runs",
        icon="runs",
        help="Everything that was trained; compare two",
        factory="workbench.pages.runs:RunsPage",
        needs="plots",
    ),
    "users": PageEntry(
        label="Users",
        icon="users",
        help="One user: history, ranked list, the held-out item and why",
        factory="workbench.pages.users:UsersPage",
        needs="reading",
    ),
    "sequences": PageEntry(
        label="Sequences",
        icon="sequences",
        help="A user in time: the windows, what follows each, and what if",
        factory="workbench.pages.sequences.page:SequencesPage",
        needs="reading",
    ),
    "items": PageEntry(
        label="Items",
        icon="items",
        help="A map of the catalogue, an item's neighbours, and who met it",
        factory="workbench.pages.items:ItemsPage",
        needs="plots",
    ),
    "export": PageEntry(
        label="Export",
        icon="export",
        help="Take a run with you: model, vectors, lists, report, script, bundle",
        factory="workbench.pages.export:ExportPage",
        needs="training",
    ),
    "guide": PageEntry(
        label="Guide",
        icon="guide",
        help="What the words mean, each beside a drawing to play with",
        factory="workbench.pages.guide:GuidePage",
        needs="plots",
    ),
}

LATER: dict[str, tuple[str, ...]] = {"plots": ("workbench.pages.data.overview",)}
"""Modules of pages that are made when there is something to show, by the stage that they need."""


def page_modules() -> dict[str, tuple[str, ...]]:
    """The modules of all pages by the stage that they need: imported in a thread, so that no first look waits."""
    needed: dict[str, tuple[str, ...]] = dict(LATER)
    for entry in PAGES.values():
        if entry.needs:
            needed[entry.needs] = (*needed.get(entry.needs, ()), entry.factory.partition(":")[0])
    return needed
