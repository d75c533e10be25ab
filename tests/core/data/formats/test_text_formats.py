from __future__ import annotations

from pathlib import Path

import pytest

from core.data.raw import Limits
from core.data.reading import read_rows
from tests.core.data.files import pairs, put, refused, rejected


def test_that_sequences_keep_the_order_of_the_line(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.txt", "1 9 8 7 8\n2 5\n\n3 1 2 3\n4\n"), limits=Limits(block=5))
    assert rows.source["format"] == "sequences"
    assert pairs(rows) == [("1", each) for each in "9878"] + [("2", "5")] + [("3", each) for each in "123"]
    assert (rows.clock, rows.ordered, rows.times) == ("file", True, None)
    assert any("1 line names a user and no item" in note for note in rows.notes)


def test_that_item_lists_say_that_they_have_no_order(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.txt", "1 9 8 7 8\n2 5\n"), format="item-lists")
    assert len(rows) == 5
    assert not rows.ordered


def test_that_a_nul_in_a_sequence_rejects_its_items_one_by_one(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.txt", "1 9 8 7\n2 5\0 6\n3 1 2 3 4\n"))
    assert len(rows) == 7
    assert [(reason, line) for reason, line, _, _ in rejected(rows)] == [("NUL byte", 2)] * 2
    assert rows.source["rows"] == 9


def test_that_columns_cannot_be_named_in_sequences(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.txt", "1 9 8 7\n2 5\n3 1 2 3\n"), columns={"user": "1"})
    assert error.code == "input.columns-option"


@pytest.mark.parametrize(
    "text", ["a i\nb j\na k\n", "a\ti\nb\tj\na\tk\n", "a i 1\nb j 1\na k 1\n", " a  i\nb\tj \na   k\n"]
)
def test_that_pairs_are_in_the_order_of_the_lines(tmp_path: Path, text: str) -> None:
    rows = read_rows(put(tmp_path, "a.txt", text))
    assert rows.source["format"] == "pairs"
    assert pairs(rows) == [("a", "i"), ("b", "j"), ("a", "k")]
    assert rows.ratings is None
    assert (rows.clock, rows.ordered) == ("file", True)


def test_that_ncf_ratings_are_read_and_chosen_among_their_companions(tmp_path: Path) -> None:
    put(tmp_path, "ml-1m.train.rating", "0\t32\t4\t978824330\n0\t34\t4\t978824331\n")
    put(tmp_path, "ml-1m.test.rating", "0\t25\t5\t978824351\n")
    put(tmp_path, "ml-1m.test.negative", "(0,25)\t1064\t174\n")
    rows = read_rows(tmp_path)
    assert rows.source["format"] == "ncf"
    assert rows.source["file"] == "ml-1m.train.rating"
    assert pairs(rows) == [("0", "32"), ("0", "34")]
    assert rows.clock == "utc"


def test_that_atomic_files_are_read_by_their_typed_names(tmp_path: Path) -> None:
    inter = (
        "timestamp:float\titem_id:token\tquery:token_seq\tuser_id:token\trating:float\n"
        "881250949.0\t242\ta b\t196\t3\n1.5e9\t302\t\t186\t4.5\n"
    )
    item = (
        'item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n242\t"Kolya" x\t1996\tComedy War\n'
    )
    put(tmp_path, "set/x.inter", inter)
    put(tmp_path, "set/x.item", item)
    put(tmp_path, "set/x.user", "user_id:token\tage:token\n196\t30\n")
    for source in (tmp_path / "set", tmp_path / "set" / "x.inter"):
        rows = read_rows(source)
        assert rows.source["format"] == "recbole"
        assert rows.source["columns"] == {"user": "user_id", "item": "item_id", "time": "timestamp", "rating": "rating"}
        assert pairs(rows) == [("196", "242"), ("186", "302")]
        assert rows.times is not None
        assert rows.times.tolist() == [881250949_000_000, 1_500_000_000_000_000]
        assert rows.catalogue is not None
        assert rows.catalogue.loc["242"].to_dict() == {
            "title": '"Kolya" x',
            "release_year": "1996",
            "genres": "Comedy|War",
        }


def test_that_a_plain_header_is_refused_where_atomic_files_were_asked_for(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.inter", "user,item\na,1\n"), format="recbole")
    assert error.code == "input.atomic-header"


def test_that_json_lines_keep_numbers_as_they_were_written(tmp_path: Path) -> None:
    lines = [
        '{"reviewerID": "A", "asin": 9007199254740993, "overall": 5.0, "unixReviewTime": 1252800000, "text": ["x"]}',
        '{"reviewerID": 7, "asin": "007", "overall": 4, "unixReviewTime": 1252800001}',
        '{"reviewerID": 1.50, "asin": "\\u00e9", "overall": 3, "unixReviewTime": 1252800002}',
        '{"reviewerID": null, "asin": "x", "overall": 3, "unixReviewTime": 1252800002}',
        '{"asin": "x", "overall": 3, "unixReviewTime": 1252800002}',
        '{"reviewerID": "A", "asin": ["x"], "overall": 3, "unixReviewTime": 1252800002}',
        '["A", "x"]',
        '{"reviewerID": "A"',
        '{"reviewerID": "A", "asin": "y", "overall": NaN, "unixReviewTime": 1252800002}',
        "[" * 100_000,
    ]
    rows = read_rows(put(tmp_path, "reviews.json", "\n".join(lines)))
    assert rows.source["format"] == "json-lines"
    assert pairs(rows) == [("A", "9007199254740993"), ("7", "007"), ("1.50", "é")]
    assert [(reason, line) for reason, line, _, _ in sorted(rejected(rows), key=lambda row: row[1])] == [
        ("blank user", 4),
        ("blank user", 5),
        ("value is a list or an object", 6),
        ("not a JSON object", 7),
        ("not a JSON object", 8),
        ("rating is not a finite number", 9),
        ("not a JSON object", 10),
    ]
    assert rows.source["rows"] == 10


def test_that_a_json_array_is_told_from_json_lines(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.json", '[{"user": 1, "item": 2}]'), format="json-lines")
    assert error.code == "input.json-array"


def test_that_a_lone_surrogate_in_json_does_not_break_the_text(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.jsonl", '{"user": "\\ud800x", "item": 1}\n{"user": "b", "item": 2}\n'))
    assert pairs(rows) == [("?x", "1"), ("b", "2")]


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("a x y\nb z w\nc u v\n", "sequences"),
        ("1 5 4\n2 6 5\n3 7 3\n", "delimited"),
        ("1\t5\t4\t978300760\n2\t6\t5\t978300761\n3\t7\t3\t978300762\n", "delimited"),
        ("1 5 6 7 8 9\n2 3 4 5 6 7\n", "sequences"),
        ("1 5 6 7\n1 3 4\n", None),
        ("user item\na x\nb y\n", "delimited"),
        ("New York\tHeat\nRome\tSpeed\n", "delimited"),
    ],
)
def test_that_lists_pairs_and_rows_are_told_apart(tmp_path: Path, text: str, format_: str | None) -> None:
    path = put(tmp_path, "a.txt", text)
    if format_ is None:
        assert refused(path).code == "input.no-delimiter"
        assert len(read_rows(path, format="sequences")) == 5
    else:
        assert read_rows(path).source["format"] == format_
