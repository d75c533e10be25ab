"""The data that comes with Rankscope, and its terms, read from the installed package."""

from __future__ import annotations

from importlib.resources import as_file, files

from core.data.place import Place, files_together
from core.data.storage import Resource

SAMPLE = "sample"
FOLDER = ("samples", "movielens-small")
TERMS = "README.txt"


def open_sample() -> Place:
    """The sample as a place to read from."""
    found = []
    for resource in sorted(files("assets").joinpath(*FOLDER).iterdir(), key=lambda each: each.name):
        with as_file(resource) as path:
            found.append(Resource(resource, path.stat().st_size))
    stored = tuple(found)
    return Place(SAMPLE, stored, False, files_together(stored))


def sample_terms() -> str:
    """Who made the sample and what may be done with it, word for word; shown wherever the sample is offered."""
    return files("assets").joinpath(*FOLDER, TERMS).read_text("utf-8")
