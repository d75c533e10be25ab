from __future__ import annotations

from pathlib import Path

import pytest

from core.data.preview import preview
from core.errors import InputError


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "some.csv"
    path.write_text(text, "utf-8")
    return path


def test_that_columns_roles_and_counts_are_told(tmp_path: Path) -> None:
    found = preview(written(tmp_path, "user,item,when\n1,a,1000000000\n,b,1000000001\n2,c,1000000002\n"))
    assert found.names == ("user", "item", "when")
    assert dict(found.roles)["user"] == 0
    assert found.rows[0] == ("1", "a", "1000000000")
    assert (found.kept, found.rejected, found.whole) == (2, 1, True)
    assert found.free
    assert found.error is None


def test_that_columns_that_are_not_clear_still_show_their_rows(tmp_path: Path) -> None:
    found = preview(written(tmp_path, "a,b,c,d,e\n1,2,3,4,5\n"))
    assert found.names == ("a", "b", "c", "d", "e")
    assert found.error is not None
    assert found.error.code == "input.ambiguous-columns"
    assert preview(tmp_path / "some.csv", columns={"user": "b", "item": "d"}).error is None


def test_that_only_the_beginning_is_read(tmp_path: Path) -> None:
    lines = "\n".join(f"{number},{number}" for number in range(200_000))
    found = preview(written(tmp_path, "user,item\n" + lines))
    assert not found.whole
    assert 0 < found.kept < 200_000


def test_that_the_sample_is_previewed() -> None:
    found = preview("sample")
    assert found.format == "movielens-csv"
    assert set(found.roles) == {"user", "item", "time", "rating"}


def test_that_what_is_no_data_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG something")
    with pytest.raises(InputError, match="picture"):
        preview(path)
