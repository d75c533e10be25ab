from __future__ import annotations

from pathlib import Path

import pytest

from core.data.reading import read_rows
from tests.core.data.files import pairs, put, refused

SECONDS = 881250949


def flags(*on: int) -> str:
    return "|".join("1" if at in on else "0" for at in range(19))


@pytest.fixture
def hundred_k(tmp_path: Path) -> Path:
    put(tmp_path, "ml-100k/u.data", f"196\t242\t3\t{SECONDS}\n186\t302\t3\t891717742\n")
    item = (
        f"242|Kolya (1996)|24-Jan-1997||http://x|{flags(5)}\n302|L\xe9on (1994)|01-Jan-1994||http://y|{flags(1, 8)}\n"
    )
    put(tmp_path, "ml-100k/u.item", item.encode("latin-1"))
    put(tmp_path, "ml-100k/u1.base", "1\t1\t5\t874965758\n")
    put(tmp_path, "ml-100k/README", "read me\n")
    return tmp_path / "ml-100k"


def test_that_100k_is_found_in_its_folder_with_titles_and_genres(hundred_k: Path) -> None:
    for source in (hundred_k, hundred_k.parent, hundred_k / "u.data"):
        rows = read_rows(source)
        assert rows.source["format"] == "movielens-100k"
        assert pairs(rows) == [("196", "242"), ("186", "302")]
        assert rows.times is not None
        assert rows.times[0] == SECONDS * 1_000_000
        assert rows.ratings is not None
        assert rows.ratings.tolist() == [3.0, 3.0]
        assert rows.catalogue is not None
        assert rows.catalogue.loc["242", ["title", "genres"]].tolist() == ["Kolya (1996)", "Comedy"]
        assert rows.catalogue.loc["302", ["title", "genres"]].tolist() == ["Léon (1994)", "Action|Drama"]


def test_that_1m_reads_two_colons_and_latin_1_titles(tmp_path: Path) -> None:
    put(tmp_path, "ratings.dat", "1::1193::5::978300760\n1::661::3.5::978302109\n2::661::3\n")
    put(
        tmp_path,
        "movies.dat",
        "1193::One, Two: Three (1975)::Drama\n661::Am\xe9lie (2001)::Comedy|Drama\n".encode("cp1252"),
    )
    rows = read_rows(tmp_path)
    assert rows.source["format"] == "movielens-1m"
    assert pairs(rows) == [("1", "1193"), ("1", "661")]
    assert rows.rejects.first[0].value == "2::661::3"
    assert rows.catalogue is not None
    assert rows.catalogue["title"].to_dict() == {"1193": "One, Two: Three (1975)", "661": "Amélie (2001)"}
    assert any("cp1252" in note for note in rows.notes)


def test_that_ratings_csv_finds_movies_csv_beside_it(tmp_path: Path) -> None:
    path = put(tmp_path, "ratings.csv", "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n1,7,3,1260759145\n")
    assert read_rows(path).catalogue is None
    put(tmp_path, "movies.csv", 'movieId,title,genres\n31,"Deer Hunter, The (1978)",Drama|War\n')
    rows = read_rows(path)
    assert rows.source["format"] == "movielens-csv"
    assert rows.catalogue is not None
    assert rows.catalogue.loc["31", "title"] == "Deer Hunter, The (1978)"
    assert "the catalogue knows 1 of the 2 items" in rows.notes


def test_that_a_broken_catalogue_beside_is_a_note_and_a_given_one_an_error(tmp_path: Path) -> None:
    path = put(tmp_path, "ratings.csv", "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n")
    broken = put(tmp_path, "movies.csv", "movieId,movieId\n31,32\n")
    rows = read_rows(path)
    assert rows.catalogue is None
    assert any("was not used" in note for note in rows.notes)
    assert refused(path, items=broken).code == "input.header"
