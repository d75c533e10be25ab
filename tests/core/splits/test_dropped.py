"""Files that come together find their places by name, and where names say nothing by content."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.splits.dropped import looks_like_interactions, sort_out


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a.csv"], {"source": "a.csv"}),
        (["ratings.dat", "movies.dat"], {"source": "ratings.dat", "items": "movies.dat"}),
        (["movies.csv", "ratings.csv"], {"source": "ratings.csv", "items": "movies.csv"}),
        (["x.test.csv", "x.train.csv"], {"source": "x.train.csv", "test": "x.test.csv"}),
        (
            ["ml.train.rating", "ml.test.rating", "ml.test.negative"],
            {"source": "ml.train.rating", "test": "ml.test.rating", "candidates": "ml.test.negative"},
        ),
        (["LastFM.txt", "LastFM_sample.txt"], {"source": "LastFM.txt", "candidates": "LastFM_sample.txt"}),
        (["u.data", "u.item"], {"source": "u.data", "items": "u.item"}),
        (
            ["train.tsv", "dev.tsv", "test.tsv"],
            {"source": "train.tsv", "validation": "dev.tsv", "test": "test.tsv"},
        ),
        (["views.csv", "about.csv"], {"source": "views.csv", "items": "about.csv"}),
    ],
)
def test_that_files_are_told_apart(paths: list[str], expected: dict[str, str]) -> None:
    found = sort_out(paths, lambda path: path not in ("about.csv", "u.item"))
    parts = ("source", "items", "test", "validation", "candidates")
    plan = {part: getattr(found.plan, part) for part in parts if getattr(found.plan, part)}
    assert plan == expected
    assert found.left == ()


def test_that_what_finds_no_place_is_told() -> None:
    found = sort_out(["a.csv", "b.csv", "c.csv"], lambda path: True)
    assert found.plan.source == "a.csv"
    assert found.left == ("b.csv", "c.csv")


def test_that_a_validation_file_needs_a_test_file() -> None:
    found = sort_out(["train.csv", "valid.csv"], lambda path: True)
    assert (found.plan.validation, found.left) == ("", ("valid.csv",))


def test_that_content_decides_where_names_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("item,title\n" + "".join(f"i{n},Film {n}\n" for n in range(30)))
    (tmp_path / "two.csv").write_text("user,item\n" + "".join(f"u{n % 7},i{n}\n" for n in range(30)))
    paths = [str(tmp_path / name) for name in ("one.csv", "two.csv")]
    assert [looks_like_interactions(path) for path in paths] == [False, True]
    found = sort_out(paths)
    assert (found.plan.source, found.plan.items) == (paths[1], paths[0])
    assert not looks_like_interactions(str(tmp_path / "missing.csv"))
