from __future__ import annotations

import csv
import os
from pathlib import Path

from tests.core.commands.conftest import Call


def test_that_a_source_is_described(call: Call, source: Path) -> None:
    result = call("data", source, "--json").result
    assert (result["users"], result["items"], result["interactions"]) == (50, 30, 500)
    assert result["rejected"] == 0
    assert result["split"] == {"kind": "leave-last-out", "train": 400, "validation": 50, "test": 50, "counts": {}}
    plain = call("data", source)
    assert plain.code == 0
    assert "500" in plain.out


def test_that_rejected_rows_are_told_and_exported(call: Call, source: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(source.read_text() + ",5,3,1400000000\nu1,7,nan,1400000000\n")
    said = call("data", bad, "--rejects", tmp_path / "rejects.csv", "--json")
    assert said.code == 0
    assert said.result["rejected"] == 2
    assert sum(said.result["reasons"].values()) == 2
    assert [each["event"] for each in said.objects[:2]] == ["reject", "reject"]
    assert "2 rows not kept" in said.err
    with (tmp_path / "rejects.csv").open() as file:
        assert len(list(csv.reader(file))) == 3
    strict = call("data", bad, "--strict")
    assert strict.code == 2
    assert "2 rows not kept" in strict.err


def test_that_rejects_that_cannot_be_written_are_a_failure(call: Call, source: Path, tmp_path: Path) -> None:
    said = call("data", source, "--rejects", tmp_path / "missing" / "rejects.csv")
    assert said.code == 1
    assert "rejects.csv" in said.err


def test_that_data_that_cannot_be_split_is_still_described(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "single.csv"
    path.write_text("user,item\na,1\nb,2\nc,3\n")
    said = call("data", path, "--json")
    assert said.code == 0
    assert said.result["users"] == 3
    assert "no interaction" in said.result["split"]["refused"]
    assert call("data", path).code == 0


def test_that_the_terms_of_the_sample_are_shown_with_it(call: Call) -> None:
    assert "GroupLens" in call("data", "sample").out
    assert "GroupLens" in call("data", "sample", "--json").result["terms"]


def test_that_parts_beside_a_training_file_are_named_as_not_read(call: Call, tmp_path: Path) -> None:
    rows = [f"{user}\t{item}\t5\t{item}" for user in range(4) for item in range(user, user + 5)]
    folder = tmp_path / "ncf"
    folder.mkdir()
    (folder / "x.train.rating").write_text("\n".join(rows))
    (folder / "x.test.rating").write_text("0\t9\t5\t99\n")
    (folder / "x.test.negative").write_text("(0,9)\t7\t8\n")
    notes = call("data", folder, "--json").result["notes"]
    assert [note for note in notes if note.endswith(": x.test.negative, x.test.rating")], notes
    assert not [note for note in call("data", folder / "x.train.rating", "--json").result["notes"] if "--test" in note]


def test_that_nothing_is_written_over_what_is_read_or_over_what_is_no_file(
    call: Call, source: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(source.read_text() + ",5,3,1400000000\n")
    (tmp_path / "link.csv").symlink_to(bad)
    os.mkfifo(tmp_path / "pipe")
    for place in ("bad.csv", "link.csv", "pipe", "."):
        said = call("data", bad, "--rejects", tmp_path / place)
        assert said.code == 2, place
        assert "Choose another name" in said.err
    assert bad.read_text().endswith(",5,3,1400000000\n")
    assert (tmp_path / "pipe").is_fifo()


def test_that_stderr_says_file_line_column_value_and_what_to_do(call: Call, source: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(source.read_text() + "u1,7,nan,1400000000\n")
    said = call("data", bad, "--json")
    lines = len(bad.read_text().splitlines())
    assert f"bad.csv: 1 row not kept: rating is not a finite number (1); first on line {lines}" in said.err
    assert "column 'rating': 'nan'" in said.err
    assert "--strict" in said.err
