from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from core.data.plan import DataPlan
from core.data.raw import ReadingCancelled
from core.errors import InputError, UsageError
from core.splits import SPLITS
from core.splits.prepare import Prepared, divide_loaded, load, prepare
from tests.core.splits.making import three

SOURCE = """user,item,rating,timestamp
a,x,4.0,1000000001
a,y,3.0,1000000002
a,z,5.0,1000000003
b,x,2.0,1000000001
b,y,5.0,1000000002
b,,1.0,1000000002
c,z,1.0,1000000009
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    path.write_text(SOURCE)
    return path


def prepared(source: Path, kind: str = "leave-last-out", **more: Any) -> Prepared:
    names: dict[str, Any] = {name: str(more.pop(name)) for name in list(more) if name in DataPlan.__dataclass_fields__}
    data = DataPlan(source=str(source), **names)
    return prepare(data, kind, SPLITS[kind].settings(), **more)


def items(prepared: Prepared) -> list[dict[str, list[str]]]:
    return [{user: [item for item, _ in events] for user, events in part.items()} for part in three(prepared.split)]


def test_that_a_file_becomes_a_split_and_what_was_left_out_is_told(source: Path) -> None:
    found = prepared(source)
    assert items(found) == [{"a": ["x"], "b": ["x"], "c": ["z"]}, {"a": ["y"]}, {"a": ["z"], "b": ["y"]}]
    assert found.loaded.rejects["source"].total == 1
    assert found.loaded.reports["source"].read == 6
    assert found.split.interactions.source["name"] == "ratings.csv"
    assert any("Delimited" in note for note in found.loaded.notes)


def test_that_part_files_are_sniffed_each_on_its_own_and_share_the_ids(source: Path, tmp_path: Path) -> None:
    test = tmp_path / "test.txt.gz"
    test.write_bytes(gzip.compress(b"a w v\nb z\n"))
    validation = tmp_path / "validation.tsv"
    validation.write_text("user\titem\na\tv\n")
    found = prepared(source, "predefined", test=test, validation=validation)
    assert items(found) == [
        {"a": ["x", "y", "z"], "b": ["x", "y"], "c": ["z"]},
        {"a": ["v"]},
        {"a": ["w", "v"], "b": ["z"]},
    ]
    assert any(note.startswith("test: ") for note in found.loaded.notes)
    assert found.split.refit


@pytest.mark.parametrize("word", ["none", "None"])
def test_that_no_validation_holds_for_every_split(source: Path, tmp_path: Path, word: str) -> None:
    test = tmp_path / "test.txt"
    test.write_text("a w\nb v\n")
    assert len(prepared(source, validation=word).split.validation) == 0
    assert len(prepared(source, "predefined", test=test, validation=word).split.train) == 6


def test_that_candidate_lists_are_matched(source: Path, tmp_path: Path) -> None:
    lists = tmp_path / "lists.negative"
    lists.write_text("(a,z)\tq\tx\n(b,y)\tq\tq\n")
    found = prepared(source, candidates=lists)
    assert found.split.candidates is not None
    assert found.split.candidates.counts == {"duplicates": 1, "items already met": 1}
    assert found.split.interactions.items.ids.to_pylist() == ["x", "y", "z", "q"]


def test_that_ids_are_merged_over_all_files(source: Path, tmp_path: Path) -> None:
    test, lists = tmp_path / "test.csv", tmp_path / "lists.txt"
    test.write_text('user,item\n"a ",w\nb,z\n')
    lists.write_text("a x q\nb q w\n")
    by_plan = prepare(
        DataPlan(source=str(source), test=str(test), candidates=str(lists), merge_ids=True),
        "predefined",
        SPLITS["predefined"].settings(),
    )
    by_columns = prepared(source, "predefined", test=test, candidates=lists, columns="merge=yes")
    for found in (by_plan, by_columns):
        assert items(found)[2] == {"a": ["w"], "b": ["z"]}
        assert found.split.candidates is not None
        assert found.split.candidates.listed.sum() == 2
    assert items(prepared(source, "predefined", test=test))[2] == {"a ": ["w"], "b": ["z"]}


def test_that_loaded_data_is_divided_again_without_reading(source: Path) -> None:
    loaded = load(DataPlan(source=str(source)))
    source.unlink()
    last = divide_loaded(loaded, "leave-last-out", SPLITS["leave-last-out"].settings())
    by_chance = divide_loaded(loaded, "random", SPLITS["random"].settings(test_share=0.5), seed=3)
    assert len(last.test) == 2
    assert len(by_chance.train) + len(by_chance.validation) + len(by_chance.test) == 6


def test_that_the_stages_are_told_in_turn_and_can_be_ended(source: Path) -> None:
    stages: list[str] = []
    prepared(source, on_progress=lambda stage, done, total: stages.append(stage))
    assert list(dict.fromkeys(stages)) == ["reading", "cleaning", "dividing"]
    with pytest.raises(ReadingCancelled):
        prepared(source, cancelled=lambda: True)
    seen: list[str] = []
    with pytest.raises(ReadingCancelled):
        prepared(
            source, on_progress=lambda stage, done, total: seen.append(stage), cancelled=lambda: "cleaning" in seen
        )
    assert seen[-1] == "cleaning"


def test_that_strict_refuses_rows_that_cannot_be_kept_in_any_file(source: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1 row not kept"):
        prepared(source, strict=True)
    source.write_text(SOURCE.replace("b,,1.0,1000000002\n", ""))
    lists = tmp_path / "lists.negative"
    lists.write_text("(a,z)\tq\n(b)\tq\n(b,y)\tq\n")
    with pytest.raises(InputError) as raised:
        prepared(source, candidates=lists, strict=True)
    assert raised.value.code == "input.rejected-rows"
    assert "lists.negative" in raised.value.where


def test_that_a_validation_file_alone_is_refused(source: Path) -> None:
    with pytest.raises(UsageError, match="--test FILE"):
        prepared(source, validation=source)
