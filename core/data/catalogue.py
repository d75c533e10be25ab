"""What is known of the items beside their ids: titles, genres, any other columns."""

from __future__ import annotations

import pandas as pd

from core.data.vocabulary import Vocabulary


class Catalogue:
    """Item columns aligned to the item rows.

    Args:
        frame: one row an item, index 0..items-1; text columns; ``title`` and ``genres`` are known by name
            (genres parted by ``|``); a missing text is an empty text.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    @classmethod
    def empty(cls, n_items: int) -> Catalogue:
        """A catalogue that knows nothing."""
        return cls(pd.DataFrame(index=pd.RangeIndex(n_items)))

    @classmethod
    def joined(cls, frame: pd.DataFrame | None, items: Vocabulary) -> Catalogue:
        """Align what is known of items to the item rows; items that are not listed have empty texts.

        Args:
            frame: text columns indexed by distinct item ids; None knows nothing.
        """
        if frame is None:
            return cls.empty(len(items))
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
