"""Faults 1 to 24 of an import: what a text file can hold, and what becomes of it."""

from __future__ import annotations

import codecs
from pathlib import Path

import numpy as np
import pytest

from core.data.raw import Limits
from core.data.reading import read_rows
from core.errors import UsageError
from tests.core.data.files import pairs, put, refused, rejected

HEADER = "user,item,rating,time\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
def test_that_a_byte_order_mark_or_wide_text_is_decoded(tmp_path: Path, mark: bytes, encoding: str) -> None:
    text = "user,item\nanna,Amélie\nbob,世界\n"
    rows = read_rows(put(tmp_path, "a.csv", mark + text.encode(encoding)), limits=Limits(block=7))
    assert pairs(rows) == [("anna", "Amélie"), ("bob", "世界")]
    assert rows.source["encoding"] == encoding


def test_that_invalid_utf8_is_refused_with_its_line_its_byte_and_a_preview(tmp_path: Path) -> None:
    data = b"user,item\na,1\nb,Am\xe9lie\n"
    error = refused(put(tmp_path, "a.csv", data))
    assert error.code == "input.encoding"
    assert "line 3" in error.where
    assert f"byte {data.index(0xE9)}" in error.what
    assert "'b,Amélie' as cp1252" in error.why
    assert "encoding=cp1252" in error.remedy
    rows = read_rows(tmp_path / "a.csv", columns={"encoding": "cp1252"})
    assert pairs(rows)[1] == ("b", "Amélie")


def test_that_invalid_bytes_after_the_first_block_are_located(tmp_path: Path) -> None:
    data = b"user,item\n" + b"a,1\n" * 1000 + b"b,\xff\n" + b"a,1\n" * 10
    error = refused(put(tmp_path, "a.csv", data), limits=Limits(block=64))
    assert "line 1,002" in error.where
    assert f"byte {data.index(0xFF):,}" in error.what


def test_that_half_a_wide_character_is_located(tmp_path: Path) -> None:
    data = codecs.BOM_UTF16_LE + "user,item\na,1\nb,2\n".encode("utf-16-le") + b"\x00\xd8"
    error = refused(put(tmp_path, "a.csv", data))
    assert error.code == "input.encoding"
    assert "line 4" in error.where


def test_that_an_ambiguous_delimiter_is_shown_and_left_to_the_user(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "a;x,b\nc;y,d\ne;z,f\n")
    error = refused(path)
    assert error.code == "input.ambiguous-delimiter"
    assert "a | x,b" in error.why
    assert "a;x | b" in error.why
    assert "delimiter=" in error.remedy
    assert pairs(read_rows(path, columns={"delimiter": "semicolon"}))[0] == ("a", "x,b")
    assert pairs(read_rows(path, delimiter=","))[0] == ("a;x", "b")


def test_that_an_unclosed_quote_is_refused_with_its_opening_line(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.csv", 'user,item\na,1\nb,"2\nc,3\nd,4\n'))
    assert error.code == "input.unclosed-quote"
    assert "line 3" in error.where


def test_that_a_quote_which_swallows_rows_is_refused(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.csv", 'user,item\na,1\nb,"2\nc,3\nd,"4"\n'))
    assert error.code == "input.unclosed-quote"
    assert "line 3" in error.where


def test_that_an_unclosed_quote_does_not_pile_up_the_rest_of_the_file(tmp_path: Path) -> None:
    data = 'user,item\na,1\nb,"2\n' + "c,3\n" * 1000
    error = refused(put(tmp_path, "a.csv", data), limits=Limits(block=100, field=300))
    assert error.code == "input.unclosed-quote"
    assert "line 3" in error.where


def test_that_line_ends_inside_quotes_are_kept_and_lines_still_count(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", 'user,item\n"a\r\nb",1\nc,\nd,2\n'))
    assert pairs(rows) == [("a\r\nb", "1"), ("d", "2")]
    assert rejected(rows) == [("blank item", 4, "item", "")]


def test_that_a_ragged_row_is_rejected_with_its_line(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", "user,item\na,1\nb\nc,3,4\nd,5\n"))
    assert pairs(rows) == [("a", "1"), ("d", "5")]
    assert rejected(rows) == [("wrong number of columns", 3, "", "b"), ("wrong number of columns", 4, "", "c,3,4")]
    assert rows.source["rows"] == 4


def test_that_a_missing_column_is_named_with_those_found(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.csv", "who,what,size\na,1,2\n"), columns={"user": "who", "item": "film"})
    assert error.code == "input.missing-column"
    assert "who, what, size" in error.why


@pytest.mark.parametrize(
    ("header", "positions"),
    [("user,item,user", "1 and 3"), (",user,item", "1"), ("user,item, ", "3")],
)
def test_that_a_header_without_one_name_a_column_is_refused(tmp_path: Path, header: str, positions: str) -> None:
    path = put(tmp_path, "a.csv", f"{header}\na,1,x\nb,2,y\n")
    error = refused(path)
    assert error.code == "input.header"
    assert positions in error.what
    assert pairs(read_rows(path, columns={"user": "2", "item": "1"}))[0] == ("1", "a")


def test_that_a_column_of_row_numbers_without_a_name_is_nobodys_where_user_and_item_are_named(tmp_path: Path) -> None:
    # as pandas and R write frames
    path = put(tmp_path, "a.csv", ",user,item,rating\n0,a,1,5\n1,b,2,3\n")
    assert "user=2,item=3" in refused(path).remedy
    rows = read_rows(path, columns={"user": "user", "item": "item"})
    assert pairs(rows) == [("a", "1"), ("b", "2")]
    twice = put(tmp_path, "b.csv", "user,item,rating,rating\na,1,5,4\n")
    assert refused(twice, columns={"user": "user", "item": "item"}).code == "input.header"


def test_that_a_row_with_a_nul_byte_is_rejected(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", "user,item,note\na,1,x\nb,2,\0\nc,3,x\n"))
    assert pairs(rows) == [("a", "1"), ("c", "3")]
    assert [(reason, line) for reason, line, _, _ in rejected(rows)] == [("NUL byte", 3)]


@pytest.mark.parametrize("block", [3, 1 << 20])
@pytest.mark.parametrize(
    "text", ["user,item\ra,1\rb,2", "user,item\r\na,1\rb,2\n", "user,item\n\r\na,1\n\nb,2\r\n\r\n"]
)
def test_that_any_line_ends_are_accepted(tmp_path: Path, text: str, block: int) -> None:
    rows = read_rows(put(tmp_path, "a.csv", text), limits=Limits(block=block))
    assert pairs(rows) == [("a", "1"), ("b", "2")]


def test_that_physical_lines_are_counted_over_mixed_line_ends_and_blocks(tmp_path: Path) -> None:
    data = "user,item\r\n" + "a,1\r" * 50 + "\n\n" + "b,2\r\n" * 50 + "c\n"
    rows = read_rows(put(tmp_path, "a.csv", data), limits=Limits(block=11))
    # the CR of the 50th row and the LF after it are one line end
    assert rejected(rows) == [("wrong number of columns", 1 + 50 + 1 + 50 + 1, "", "c")]
    assert len(rows) == 100


@pytest.mark.parametrize("text", ["", "\n\n", "user,item\n", "user,item,rating"])
@pytest.mark.parametrize("name", ["a.csv", "u.data"])
def test_that_an_empty_file_or_a_header_alone_has_no_interactions(tmp_path: Path, text: str, name: str) -> None:
    error = refused(put(tmp_path, name, text))
    assert error.code == "input.no-interactions"


def test_that_a_file_of_rejects_alone_has_no_interactions_and_says_why(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.csv", "user,item,rating\na,1,x\nb,2,y\n"))
    assert error.code == "input.no-interactions"
    assert "rating is not a finite number (2)" in error.why
    assert "line 2" in error.why


@pytest.mark.parametrize("bad", ["NaN", "inf", "-Infinity", "1e999", "abc", "1_000", "４", "0x10", "1,5"])
def test_that_a_rating_which_is_no_finite_number_is_rejected(tmp_path: Path, bad: str) -> None:
    rows = read_rows(put(tmp_path, "a.tsv", f"user\titem\trating\na\t1\t3.5\nb\t2\t{bad}\nc\t3\t+4e0\n"))
    assert rows.ratings is not None
    np.testing.assert_array_equal(rows.ratings, [3.5, 4.0])
    assert rejected(rows) == [("rating is not a finite number", 3, "rating", bad)]


IDS = ["-1", "12345678901234567890", "007", "7", "1e5", "1_000", "１２", "12", "9007199254740993", "NA", "null", "None"]


def test_that_ids_are_kept_exactly_as_written(tmp_path: Path) -> None:
    ids = [*IDS, "nan", " x ", "True", "1.0", "=1+1", "é", "#N/A"]
    text = "user,item\n" + "".join(f"{each},{each}\n" for each in ids)
    rows = read_rows(put(tmp_path, "a.csv", text))
    assert pairs(rows) == [(each, each) for each in ids]
    assert rows.rejects.total == 0


@pytest.mark.parametrize("blank", ["", "   ", "\t"])
def test_that_blank_ids_are_rejected(tmp_path: Path, blank: str) -> None:
    rows = read_rows(put(tmp_path, "a.csv", f"user,item\n{blank},1\na,{blank}\nb,2\n"))
    assert pairs(rows) == [("b", "2")]
    assert rejected(rows) == [("blank user", 2, "user", blank), ("blank item", 3, "item", blank)]


def test_that_twins_in_spaces_or_unicode_form_are_counted_and_merged_only_when_asked(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "user,item\nanna,1\nanna ,2\nJose\u0301,3\nJosé,4\n")
    rows = read_rows(path)
    assert len(rows.users.dictionary) == 4
    assert any("1 user id has spaces around" in note for note in rows.notes)
    assert any("2 user ids differ" in note for note in rows.notes)
    merged = read_rows(path, columns={"merge": "yes"})
    assert merged.users.to_pylist() == ["anna", "anna", "José", "José"]


def test_that_units_of_time_in_one_column_are_refused_with_examples(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.csv", HEADER + "a,1,3,1467331200\nb,2,4,1467331200000\n"))
    assert error.code == "input.mixed-times"
    assert "'1467331200' on line 2" in error.why
    assert "'1467331200000' on line 3" in error.why


def test_that_dates_among_numbers_are_refused_with_examples(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.csv", HEADER + "a,1,3,1467331200\nb,2,4,2016-07-01\n"))
    assert error.code == "input.mixed-times"
    assert "'2016-07-01' on line 3" in error.why
    rows = read_rows(tmp_path / "a.csv", columns={"time": "none"})
    assert rows.clock == "file"


def test_that_times_without_a_zone_are_read_as_utc_and_noted(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", HEADER + "a,1,3,2016-07-01 12:00:00\nb,2,4,2016-07-01T12:00:00+02:00\n")
    rows = read_rows(path)
    assert rows.times is not None
    assert (rows.times[0] - rows.times[1]) == 2 * 3600 * 1_000_000
    assert any("1 of the times" in note and "UTC" in note for note in rows.notes)
    rome = read_rows(path, columns={"zone": "Europe/Rome"})
    assert rome.times is not None
    assert rome.times[0] == rome.times[1]


def test_that_years_beyond_9999_are_rejected_and_early_and_future_ones_noted(tmp_path: Path) -> None:
    text = HEADER + "a,1,3,1467331200\nb,2,4,99999999999999\nc,3,5,-86400\nd,4,4,4099999999\n"
    rows = read_rows(put(tmp_path, "a.csv", text))
    assert rejected(rows) == [("time out of range", 3, "time", "99999999999999")]
    assert rows.times is not None
    assert rows.times.tolist() == [1467331200_000_000, -86400_000_000, 4099999999_000_000]
    assert rows.users.to_pylist() == ["a", "c", "d"]
    assert rows.users.dictionary.to_pylist() == ["a", "c", "d"]
    assert "1 time in the column 'time' lies before 1970" in rows.notes
    assert "1 time in the column 'time' lies in the future" in rows.notes
    more = text + "e,5,4,-172800\nf,6,4,4099999998\n"
    notes = read_rows(put(tmp_path, "b.csv", more)).notes
    assert "2 times in the column 'time' lie before 1970" in notes
    assert "2 times in the column 'time' lie in the future" in notes


@pytest.mark.parametrize("bad", ["soon", "2016-13-01", "1e400", "０", "nan"])
def test_that_a_time_which_is_none_is_rejected(tmp_path: Path, bad: str) -> None:
    rows = read_rows(put(tmp_path, "a.csv", HEADER + f"a,1,3,1467331200\nb,2,4,{bad}\nc,3,5,\n"))
    assert rejected(rows) == [("time not understood", 3, "time", bad), ("blank time", 4, "time", "")]


def test_that_a_decimal_comma_is_found_and_noted(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", "user;item;rating\na;1;3,5\nb;2;4\nc;3;4.5\nd;4;2,0\n"))
    assert rows.ratings is not None
    assert rows.ratings.tolist() == [3.5, 4.0, 2.0]
    assert rejected(rows) == [("rating is not a finite number", 4, "rating", "4.5")]
    assert any("comma" in note and "decimals" in note for note in rows.notes)


def test_that_a_line_over_the_limit_is_refused(tmp_path: Path) -> None:
    data = "user,item\na,1\nb," + "x" * 5000 + "\n"
    error = refused(put(tmp_path, "a.csv", data), limits=Limits(block=100, line=1000))
    assert error.code == "input.line-too-long"
    assert "line 3" in error.where


@pytest.mark.parametrize("name", ["utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "rot13", "x"])
def test_that_what_is_no_encoding_of_files_is_refused_by_name(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, "a.csv", "user,item\n+2AA-\\ud800,1\nb,2\n")
    with pytest.raises(UsageError) as caught:
        read_rows(path, columns={"encoding": name})
    assert caught.value.code == "input.encoding-name"
    assert name in caught.value.what


@pytest.mark.parametrize("written", ["utf-16-le", "utf-16-be", "utf-16"])
def test_that_utf_16_may_be_named_without_its_byte_order(tmp_path: Path, written: str) -> None:
    path = put(tmp_path, "a.csv", "user,item\nañna,1\nbob,2\n".encode(written))
    rows = read_rows(path, columns={"encoding": "utf-16"}, limits=Limits(block=7))
    assert pairs(rows) == [("añna", "1"), ("bob", "2")]


def test_that_damaged_utf_16_is_not_said_to_be_of_a_one_byte_encoding(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.csv", "user,item\nanna,1\nbob,2\n".encode("utf-16") + b"\x00\xd8a"))
    assert error.code == "input.encoding"
    assert "line 4" in error.where
    assert "cp1252" not in error.sentence()
    assert "damaged or cut short" in error.remedy


def test_that_a_decoder_that_does_not_say_where_it_fails_is_refused_all_the_same(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", "user,item\n日本,1\n".encode("iso2022_jp") + b"\x1b(\xffaa\x80aa\x80\n")
    error = refused(path, columns={"encoding": "iso2022_jp"})
    assert error.code == "input.encoding"
    assert "a.csv, line " in error.where


def test_that_a_rating_that_32_bits_cannot_sum_is_rejected(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", "user,item,rating\na,1,3.5\nb,2,1e308\nc,3,-2e30\nd,4,1e30\n"))
    assert rows.ratings is not None
    np.testing.assert_array_equal(rows.ratings, [3.5, 1e30])
    reason = "rating is beyond ±1e30"
    assert rejected(rows) == [(reason, 3, "rating", "1e308"), (reason, 4, "rating", "-2e30")]


@pytest.mark.parametrize("header", ["user, user,item", "user,item,x,x ", "user,item,caf\u00e9,cafe\u0301"])
def test_that_names_that_are_one_but_for_spaces_or_accents_are_refused_with_positions(
    tmp_path: Path, header: str
) -> None:
    width = header.count(",")
    error = refused(put(tmp_path, "a.csv", header + "\n" + ",".join("abcd"[: width + 1]) + "\n"))
    assert error.code == "input.header"
    assert ("1 and 2" if width == 2 else "3 and 4") in error.what


def test_that_a_first_line_beyond_every_table_is_said_to_be_that(tmp_path: Path) -> None:
    wide = "user,item," + ",".join(f"c{at}" for at in range(60_000)) + "\n" + "u,i" + ",1" * 60_000 + "\n"
    error = refused(put(tmp_path, "a.csv", wide))
    assert error.code == "input.line-too-long"
    assert "line 1" in error.where


@pytest.mark.parametrize("text", ['[{"user":"a","item":"b"}]', '[\n  {"user":"a",\n"item":"b"}\n]\n', "[[1,2],[3,4]]"])
def test_that_a_json_array_is_told_from_a_table(tmp_path: Path, text: str) -> None:
    error = refused(put(tmp_path, "a.json", text))
    assert error.code == "input.json-array"
    assert "one object a line" in error.remedy


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_that_a_zone_that_leads_out_of_the_calendar_is_rejected_as_it_was_written(tmp_path: Path, moment: str) -> None:
    rows = read_rows(put(tmp_path, "a.csv", HEADER + f"a,1,3,2020-01-01Z\nb,2,4,{moment}\na,2,4,2020-01-02\n"))
    assert ("time not understood", 3, "time", moment) in rejected(rows)


def test_that_the_first_rejects_are_those_of_the_first_lines(tmp_path: Path) -> None:
    rows = read_rows(put(tmp_path, "a.csv", "user,item,rating\na,1,x\nb,2,3\nc,3\n,4,3\n"))
    assert [each.line for each in rows.rejects.first] == [2, 4, 5]
    assert rows.rejects.first[0].sentence() == "first on line 2, column 'rating': 'x'"


def test_that_times_that_are_not_understood_come_with_how_to_write_them(tmp_path: Path) -> None:
    error = refused(put(tmp_path, "a.csv", "user,item,time\na,1,1.2.20\nb,2,2.2.20\n"))
    assert "column 'time': '1.2.20'" in error.why
    assert "time=none" in error.remedy
