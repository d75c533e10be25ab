"""The index of the library: damaged, torn, newer, older, refused."""

from __future__ import annotations

import os
import sqlite3

import pytest

from core.errors import StorageError
from core.runs import library as module
from core.runs.library import Library, index_path, read_library
from core.runs.marks import marked
from core.runs.trash import delete_run
from core.runs.workspace import Workspace
from tests.core.runs.shelves import aged, put_run, titles


def test_that_what_was_read_last_stands_for_an_index_that_cannot_be_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [put_run(workspace, number) for number in range(4)]
    aged(workspace)
    monkeypatch.setattr(module.index, "write_index", lambda *_: False)
    first = read_library(workspace)
    again = read_library(workspace, first)
    assert (first.read, again.read) == (4, 0)
    assert again == Library(workspace, first.entries)
    marked(folders[1], name="new")
    delete_run(workspace, folders[2])
    put_run(workspace, 9)
    later = read_library(workspace, again)
    assert len(later.entries) == 4
    assert "new" in titles(later)
    assert folders[2].path.name not in [entry.folder for entry in later.entries]
    assert folders[2].path.name not in later.known


@pytest.mark.parametrize("content", [b"", b"rubbish " * 600, b"SQLite format 3\0" + b"\xff" * 5000])
def test_that_a_damaged_index_is_built_anew(workspace: Workspace, content: bytes) -> None:
    put_run(workspace)
    read_library(workspace)
    index_path(workspace).write_bytes(content)
    assert len(read_library(workspace).entries) == 1
    aged(workspace)
    read_library(workspace)
    assert read_library(workspace).read == 0


def test_that_pages_torn_inside_of_the_index_lose_no_run(workspace: Workspace) -> None:
    for number in range(60):
        put_run(workspace, number)
    aged(workspace)
    read_library(workspace)
    path = index_path(workspace)
    content = bytearray(path.read_bytes())
    for place in range(5000, len(content), 1500):
        content[place : place + 300] = os.urandom(300)
    path.write_bytes(content)
    for _ in range(3):
        assert len(read_library(workspace).entries) == 60


def test_that_an_index_of_a_newer_version_is_left_alone(workspace: Workspace) -> None:
    put_run(workspace)
    read_library(workspace)
    with sqlite3.connect(index_path(workspace)) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    before = index_path(workspace).read_bytes()
    put_run(workspace, 1)
    assert len(read_library(workspace).entries) == 2
    assert index_path(workspace).read_bytes() == before


def test_that_an_index_that_cannot_be_written_is_no_hindrance(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_run(workspace)

    def refuse(*_: object) -> None:
        raise StorageError("storage.full", "the file cannot be written")

    monkeypatch.setattr(module.index, "locked", refuse)
    assert len(read_library(workspace).entries) == 1
    assert not index_path(workspace).exists()


def test_that_the_index_of_an_earlier_version_is_built_anew(workspace: Workspace) -> None:
    put_run(workspace, 1)
    aged(workspace)
    read_library(workspace)
    with sqlite3.connect(index_path(workspace)) as connection:
        connection.execute("PRAGMA user_version=1")
    found = read_library(workspace)
    assert found.read == 1
    assert "built anew" in found.notes[0]
    assert read_library(workspace).read == 0
