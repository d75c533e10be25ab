"""A catalogue beside interactions: taken where it is about their items, told either way, and never by surprise."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.origin import find_origins
from core.data.place import CATALOGUES
from core.data.plan import DataPlan
from core.data.raw import RawRows
from core.data.reading import read_rows

ITEMS = [f"i{item}" for item in range(8)]


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    lines = [f"u{at % 5},{ITEMS[at % 8]},{at % 5 + 1}" for at in range(40)]
    path.write_text("user,item,rating\n" + "\n".join(lines) + "\n")
    return path


def titles(path: Path, ids: list[str]) -> Path:
    path.write_text("item,title,genres\n" + "".join(f"{each},Film {each},War|Drama\n" for each in ids))
    return path


def title_of(rows: RawRows, item: str) -> str:
    assert rows.catalogue is not None
    return str(rows.catalogue.loc[item, "title"])


@pytest.mark.parametrize("name", ["items.csv", "movies.csv", "Titles.csv", "products.tsv"])
@pytest.mark.parametrize("whole", [True, False], ids=["folder", "file"])
def test_that_titles_beside_a_file_are_taken_and_told(ratings: Path, name: str, whole: bool) -> None:
    catalogue = titles(ratings.with_name(name), ITEMS)
    if name.endswith(".tsv"):
        catalogue.write_text(catalogue.read_text().replace(",", "\t"))
    rows = read_rows(ratings.parent if whole else ratings)
    assert title_of(rows, "i3") == "Film i3"
    assert f"catalogue {name}: title, genres" in rows.notes
    assert "the catalogue knows 8 of the 8 items" in rows.notes


def test_that_titles_of_other_items_are_left_and_told(ratings: Path) -> None:
    titles(ratings.with_name("items.csv"), [*ITEMS[:3], "x", "y"])
    rows = read_rows(ratings)
    assert rows.catalogue is None
    told = "items.csv beside it was not used, for it knows 3 of the 8 items; to use it, name it as the catalogue"
    assert told in rows.notes
    assert title_of(read_rows(ratings, items=ratings.with_name("items.csv")), "i1") == "Film i1"
    # the next one is looked at
    titles(ratings.with_name("movies.csv"), ITEMS[:4])
    assert title_of(read_rows(ratings), "i3") == "Film i3"


def test_that_other_interactions_of_such_a_name_are_no_catalogue(ratings: Path) -> None:
    ratings.with_name("items.csv").write_text(ratings.read_text())
    assert read_rows(ratings).catalogue is None
    # without a head: the users of one file have the names of the items of the other
    rows = "".join(f"{item},{at},1\n" for item in ITEMS for at in range(9))
    ratings.with_name("items.csv").write_text(rows)
    assert read_rows(ratings).catalogue is None


def test_that_none_leaves_it_alone(ratings: Path) -> None:
    titles(ratings.with_name("items.csv"), ITEMS)
    assert read_rows(ratings, items="none").catalogue is None
    assert find_origins(DataPlan(source=str(ratings), items="none")) is not None


def test_that_a_large_file_is_not_read_unasked(ratings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = titles(ratings.with_name("items.csv"), ITEMS)
    for place in ("core.data.known_items", "core.data.origin"):
        monkeypatch.setattr(f"{place}.MOST_CATALOGUE", large.stat().st_size - 1)
    rows = read_rows(ratings)
    assert rows.catalogue is None
    assert "items.csv beside it is large and was not read; to use it, name it as the catalogue" in rows.notes
    found = find_origins(DataPlan(source=str(ratings)))
    assert found is not None
    assert [each.name for each in found.files] == ["ratings.csv"]


def test_that_what_cannot_be_read_is_told_or_passed_by(ratings: Path) -> None:
    ratings.with_name("items.csv").mkdir()
    ratings.with_name("movies.csv").write_bytes(b"\x00\x01\x02\xff" * 50)
    rows = read_rows(ratings)
    assert rows.catalogue is None
    assert any("the catalogue beside it was not used: movies.csv" in note for note in rows.notes)


def test_that_a_broken_catalogue_does_not_hide_another(ratings: Path) -> None:
    ratings.with_name("items.csv").write_bytes(b"\x00\x01\x02\xff" * 50)
    titles(ratings.with_name("movies.csv"), ITEMS)
    assert title_of(read_rows(ratings), "i3") == "Film i3"


def test_that_a_changed_catalogue_beside_counts_as_changed_data(ratings: Path) -> None:
    titles(ratings.with_name("movies.csv"), ITEMS)
    found = find_origins(DataPlan(source=str(ratings)))
    assert found is not None
    assert [each.name for each in found.files] == ["ratings.csv", "movies.csv"]


def test_that_interactions_of_such_a_name_alone_in_a_folder_are_still_found(ratings: Path) -> None:
    (ratings.parent / "sub").mkdir()
    alone = ratings.rename(ratings.parent / "sub" / CATALOGUES[0])
    assert len(read_rows(alone.parent)) == 40
    assert len(read_rows(alone)) == 40
