from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import StorageError
from core.runs.log import EventLog, read_log

EVENTS = [{"event": "steps", "loss": 0.1 * number, "note": "Ünicode \u2028"} for number in range(3)]


def written(path: Path) -> bytes:
    log = EventLog(path)
    for event in EVENTS:
        log.append(event, sync=True)
    log.close()
    return path.read_bytes()


def test_that_events_come_back_in_order(tmp_path: Path) -> None:
    written(tmp_path / "events.jsonl")
    found = read_log(tmp_path / "events.jsonl")
    assert list(found.events) == EVENTS
    assert found.notes == ()
    assert found.sequence == 3


def test_that_a_log_cut_at_any_byte_gives_all_whole_lines_and_can_be_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    content = written(path)
    for length in range(len(content)):
        path.write_bytes(content[:length])
        whole = content[:length].count(b"\n")
        assert list(read_log(path).events) == EVENTS[:whole]
        log = EventLog(path)
        log.append({"event": "epoch"})
        log.close()
        found = read_log(path)
        assert list(found.events) == [*EVENTS[:whole], {"event": "epoch"}]
        assert found.notes == ()


def test_that_a_bad_line_in_the_middle_is_reported_and_hides_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = written(path).splitlines(keepends=True)
    lines[1] = lines[1].replace(b"loss", b"lass")
    path.write_bytes(b"".join(lines))
    found = read_log(path)
    assert list(found.events) == [EVENTS[0], EVENTS[2]]
    assert found.notes == ("events.jsonl, line 2: damaged",)
    log = EventLog(path)
    assert log.sequence == 3
    log.close()


def test_that_lines_that_were_moved_or_taken_out_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = written(path).splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:1], *lines[2:]]))
    found = read_log(path)
    assert len(found.events) == 2
    assert found.notes == ("events.jsonl, line 2: out of order",)


def test_that_no_single_changed_bit_passes_as_an_event(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    content = written(path)
    first = content.index(b"\n")
    for at in range(first):
        path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        assert EVENTS[0] not in read_log(path).events[:1] or read_log(path).notes


def test_that_a_line_that_could_not_be_written_leaves_no_part_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.append(EVENTS[0])
    write = os.write
    calls = iter([True])

    def torn(descriptor: int, content: bytes) -> int:
        if next(calls, False):
            return write(descriptor, bytes(content[:10]))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", torn)
    with pytest.raises(StorageError, match="No space left"):
        log.append(EVENTS[1])
    monkeypatch.undo()
    log.append(EVENTS[1])
    log.close()
    assert list(read_log(path).events) == EVENTS[:2]


def test_that_a_part_of_a_line_that_could_not_be_cut_off_at_once_is_cut_off_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.append(EVENTS[0])
    write = os.write

    def torn(descriptor: int, content: bytes) -> int:
        write(descriptor, bytes(content[:10]))
        raise OSError(5, "Input/output error")

    def refused(descriptor: int, length: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "write", torn)
    monkeypatch.setattr(os, "ftruncate", refused)
    with pytest.raises(StorageError):
        log.append(EVENTS[1])
    monkeypatch.undo()
    log.append(EVENTS[1])
    log.append(EVENTS[2])
    log.close()
    assert list(read_log(path).events) == EVENTS
    assert read_log(path).notes == ()


def test_that_a_log_that_cannot_be_opened_anew_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    path = folder / "events.jsonl"
    log = EventLog(path)
    log.append(EVENTS[0])
    folder.rename(tmp_path / "away")
    with pytest.raises(StorageError):
        log.find_again()
    (tmp_path / "away").rename(folder)
    log.find_again()
    log.append(EVENTS[1])
    log.close()
    assert list(read_log(path).events) == EVENTS[:2]
    assert read_log(path).notes == ()
