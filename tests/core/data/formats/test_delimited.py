from __future__ import annotations

from pathlib import Path

import pytest

from core.data.reading import read_rows
from core.errors import UsageError
from tests.core.data.files import pairs, put, refused

DAY = 1467331200


@pytest.mark.parametrize(("delimiter", "word"), [(",", "comma"), ("\t", "tab"), (";", "semicolon"), ("|", "pipe")])
@pytest.mark.parametrize("header", [True, False])
def test_that_delimiter_and_header_are_found(tmp_path: Path, delimiter: str, word: str, header: bool) -> None:
    lines = [["u1", "i1", "4.5", str(DAY)], ["u2", "i2", "3", str(DAY + 1)], ["u1", "i3", "1", str(DAY + 2)]]
    if header:
        lines.insert(0, ["User ID", "Item-Id", "Rating", "Timestamp"])
    rows = read_rows(put(tmp_path, "a.txt", "".join(delimiter.join(line) + "\n" for line in lines)))
    assert pairs(rows) == [("u1", "i1"), ("u2", "i2"), ("u1", "i3")]
    assert rows.source["delimiter"] == word
    assert rows.source["header"] is header
    assert rows.times is not None
    assert rows.times[0] == DAY * 1_000_000
    assert rows.ratings is not None
    assert rows.ratings[0] == 4.5


@pytest.mark.parametrize(
    "header",
    [
        "userId,movieId,rating,timestamp",
        "user_id,item_id,score,date",
        "uid,iid,stars,time",
        "reviewerID,asin,overall,unixReviewTime",
        "customer,product,rating,ts",
        '"USER","ITEM","RATING","TIME"',
    ],
)
def test_that_usual_names_are_recognised_in_any_order(tmp_path: Path, header: str) -> None:
    names = header.split(",")
    swapped = ",".join([names[3], names[2], names[1], names[0]])
    rows = read_rows(put(tmp_path, "a.csv", f"{swapped}\n{DAY},4,i1,u1\n{DAY},5,i2,u2\n"))
    assert pairs(rows) == [("u1", "i1"), ("u2", "i2")]
    assert rows.ratings is not None
    assert rows.clock == "utc"


def test_that_columns_are_mapped_by_name_and_by_position(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", f"who,x,what,when,how\na,q,1,{DAY},2\nb,q,2,{DAY},3\n")
    by_name = read_rows(path, columns={"user": "who", "item": "what", "time": "when", "rating": "how"})
    by_position = read_rows(path, columns={"user": "1", "item": "3", "time": "4", "rating": "5"})
    for rows in (by_name, by_position):
        assert pairs(rows) == [("a", "1"), ("b", "2")]
        assert rows.clock == "utc"
        assert rows.ratings is not None
        assert "column not used: x" in rows.notes


def test_that_a_name_wins_over_a_position(tmp_path: Path) -> None:
    rows = read_rows(
        put(tmp_path, "a.csv", "2,user,item,1\na,b,c,d\n"), columns={"user": "1", "item": "2", "header": "yes"}
    )
    assert pairs(rows) == [("d", "a")]


def test_that_few_columns_without_usual_names_go_by_position_with_a_note(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", f"wer,was,wie,wann\na,1,4.5,{DAY}\nb,2,3,{DAY}\n"))
    assert pairs(rows) == [("a", "1"), ("b", "2")]
    assert rows.clock == "utc"
    assert rows.ratings is not None
    assert any("taken by position" in note and "user 'wer'" in note for note in rows.notes)


def test_that_time_and_rating_are_told_apart_by_their_values(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.tsv", f"a\t1\t{DAY}\t4\nb\t2\t{DAY + 9}\t5\n"))
    assert rows.times is not None
    assert rows.times.tolist() == [DAY * 1_000_000, (DAY + 9) * 1_000_000]
    assert rows.ratings is not None
    assert rows.ratings.tolist() == [4.0, 5.0]
    rows = read_rows(put(tmp_path, "b.csv", "a,1,2016-07-01\nb,2,2016-07-02\n"))
    assert rows.clock == "utc"
    assert rows.ratings is None


def test_that_a_column_of_dates_is_not_taken_for_an_item(tmp_path: Path) -> None:
    path = put(
        tmp_path, "clicks.dat", "1,2014-04-07T10:51:09.277Z,214536502,0\n1,2014-04-07T10:54:09.868Z,214536500,0\n"
    )
    error = refused(path)
    assert error.code == "input.ambiguous-columns"
    assert "column 2, which holds dates" in error.why
    rows = read_rows(path, columns={"user": "1", "item": "3", "time": "2"})
    assert pairs(rows) == [("1", "214536502"), ("1", "214536500")]


def test_that_a_column_of_dates_is_not_taken_for_a_user_whose_name_is_not_usual(tmp_path: Path) -> None:
    lines = ["hörer;song id;plays;zeitpunkt", "山田 1;曲 7;3;2024-01-02T10:00:00+09:00"]
    lines += ["محمد;曲 8;1;2024-01-02T02:00:00Z"]
    rows = read_rows(put(tmp_path, "plays.csv", "\n".join(lines) + "\n"))
    assert pairs(rows) == [("山田 1", "曲 7"), ("محمد", "曲 8")]
    assert rows.clock == "utc"
    lines[0] = "hörer;song id;ort;zeitpunkt"
    error = refused(put(tmp_path, "places.csv", "\n".join(lines) + "\n"))
    assert error.why == "It could be hörer, ort"


def test_that_ids_of_ten_digits_are_ids(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", "A2EFCYXHNK06IS,0345417627,5.0,978480000\nB,0345417628,4.0,978480001\n"))
    assert pairs(rows)[0] == ("A2EFCYXHNK06IS", "0345417627")
    assert rows.clock == "utc"


def test_that_many_columns_without_usual_names_are_left_to_the_user(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.csv", "a,1,2,3,4\nb,1,2,3,4\n"))
    assert error.code == "input.ambiguous-columns"
    assert "--columns user=" in error.remedy


@pytest.mark.parametrize("header", ["asin,parent_asin,user_id,rating", "user_id,uid,item,rating"])
def test_that_two_columns_for_one_role_are_left_to_the_user(tmp_path: Path, header: str) -> None:
    path = put(tmp_path, "a.csv", f"{header}\na,b,c,4\n")
    error = refused(path)
    assert error.code == "input.ambiguous-columns"
    name = header.split(",")[1]
    role = "item" if name == "parent_asin" else "user"
    assert len(read_rows(path, columns={role: name})) == 1


def test_that_the_column_which_says_id_is_preferred(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", "user,user_id,artist,artist_id\nAnna,7,Abba,9\n"))
    assert pairs(rows) == [("7", "9")]


@pytest.mark.parametrize("name", ["position", "order", "index", "Position"])
def test_that_a_column_of_positions_gives_the_order(tmp_path: Path, name: str) -> None:
    rows = read_rows(put(tmp_path, "a.csv", f"user,item,{name}\na,1,5\na,2,3\nb,3,x\nb,4,1.5\nb,5,1467331200\n"))
    assert rows.clock == "order"
    assert rows.times is not None
    assert rows.times.tolist() == [5, 3, 1467331200]
    assert rows.rejects.counts == {"time not understood": 1, "position is not a whole number": 1}


def test_that_without_a_time_the_order_of_the_file_counts(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", "user,item\nb,1\na,2\n"))
    assert (rows.clock, rows.times, rows.ordered) == ("file", None, True)


def test_that_a_rating_of_1_throughout_is_no_rating(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", "user,item,rating\na,1,1\nb,2,1.0\n"))
    assert rows.ratings is None
    rows = read_rows(put(tmp_path, "a.csv", "user,item,rating\na,1,5\nb,2,5\n"))
    assert rows.ratings is not None


def test_that_quotes_in_tabs_are_plain_text_unless_they_enclose_fields(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.tsv", 'user\titem\n"a\t1\nb"b\t2\n'))
    assert pairs(rows) == [('"a', "1"), ('b"b', "2")]
    rows = read_rows(put(tmp_path, "b.tsv", 'user\titem\n"a"\t"1"\nb\t"2"\n'))
    assert pairs(rows) == [("a", "1"), ("b", "2")]


def test_that_header_and_delimiter_can_be_said(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "user:item\na:1\n")
    assert refused(path).code == "input.no-delimiter"
    assert pairs(read_rows(path, columns={"delimiter": "colon"})) == [("a", "1")]
    assert pairs(read_rows(path, delimiter=":", header="no")) == [("user", "item"), ("a", "1")]


@pytest.mark.parametrize(
    "columns",
    [{"usr": "1"}, {"header": "maybe"}, {"zone": "Mars/Olympus"}, {"encoding": "utf-99"}, {"boundary": "-1"}],
)
def test_that_a_setting_that_cannot_be_is_a_usage_error(tmp_path: Path, columns: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        read_rows(put(tmp_path, "a.csv", "user,item\na,1\n"), columns=columns)


def test_that_one_column_cannot_have_two_roles(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.csv", "user,item\na,1\n"), columns={"user": "item", "item": "item"})
    assert error.code == "input.column-twice"


def test_that_strict_makes_rejects_an_error(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "user,item\na,1\n,2\n")
    assert len(read_rows(path)) == 1
    error = refused(path, strict=True)
    assert error.code == "input.rejected-rows"
    assert "blank user (1)" in error.what


def test_that_an_unknown_format_offers_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="parquet"):
        read_rows(put(tmp_path, "a.csv", "user,item\na,1\n"), format="parket")
