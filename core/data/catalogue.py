"""What is known of the items beside their ids: titles, genres, any other columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

import pyarrow as pa

from core.data.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pandas as pd


class Catalogue:
    """Item columns aligned to the item rows.

    Args:
        frame: one row an item, index 0..items-1; text columns; ``title`` and ``genres`` are known by name
            (genres parted by ``|``); a missing text is an empty text. Or what makes it when it is first looked at.
        columns: their names, where the frame is still to be made.
    """

    def __init__(self, frame: pd.DataFrame | Callable[[], pd.DataFrame], columns: Sequence[str] = ()) -> None:
        self._frame = frame
        self._columns = columns

    @classmethod
    def empty(cls, n_items: int) -> Catalogue:
        """A catalogue that knows nothing."""
        return cls(partial(_without_columns, n_items))

    @classmethod
    def of_table(cls, table: pa.Table) -> Catalogue:
        """What ``table`` gave."""
        return cls(table.to_pandas, table.column_names)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The columns."""
        return self._frame() if callable(self._frame) else self._frame

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names; pandas is not loaded for them."""
        return tuple(self._columns if callable(self._frame) else map(str, self._frame.columns))

    def table(self) -> pa.Table:
        """The columns as an Arrow table."""
        return pa.Table.from_pandas(self.frame, preserve_index=False)

    @classmethod
    def joined(cls, frame: pd.DataFrame | None, items: Vocabulary) -> Catalogue:
        """Align what is known of items to the item rows; items that are not listed have empty texts.

        Args:
            frame: text columns indexed by distinct item ids; None knows nothing.
        """
        if frame is None:
            return cls.empty(len(items))
        import pandas as pd

        rows = frame.index.get_indexer(pd.Index(items.ids.to_pylist(), dtype=frame.index.dtype))
        aligned = frame.iloc[rows].copy() if len(frame) else frame.reindex(range(len(items)))
        aligned.index = pd.RangeIndex(len(items))
        # a row that is not found is -1, which takes the last one
        aligned[rows < 0] = ""
        return cls(aligned)

    def title(self, item: int) -> str:
        """The title of an item row, an empty text when there is none."""
        return self._cell("title", item)

    def genres(self, item: int) -> tuple[str, ...]:
        """The genres of an item row."""
        return tuple(part for part in self._cell("genres", item).split("|") if part)

    def _cell(self, column: str, item: int) -> str:
        return str(self.frame[column].iat[item]) if column in self.frame.columns else ""


def _without_columns(n_items: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(index=pd.RangeIndex(n_items))
