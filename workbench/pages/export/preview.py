"""What would be written: every file with its estimated size, and whether it is there already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from core.durable import printable_path
from core.export.preview import Planned
from workbench.tables.model import Column, ColumnsModel
from workbench.tables.table import Table
from workbench.widgets.parts import Card, label, tip
from workbench.words import cell


class PreviewCard(Card):
    """A table of files."""

    def __init__(self) -> None:
        super().__init__("What is written", " ")
        self.files = ColumnsModel()
        self.table = Table(self.files, "Files that are written")
        self.body.addWidget(self.table, 1)
        self.holds = label("", "caption")
        self.holds.setWordWrap(True)
        self.holds.hide()
        self.body.addWidget(self.holds)

    def show_files(self, out: Path, files: Sequence[Planned]) -> bool:
        """Show them; gives whether any is there already."""
        places = [out / each.name if each.name else out for each in files]
        there = [is_there(path) for path in places]
        shown = [printable_path(path.relative_to(out.parent)) for path in places]
        columns = [
            Column("File", pa.array(shown, pa.large_string()), cell),
            Column("About", np.array([each.size for each in files]), size_words, True, first_down=True),
            Column("Now", pa.array(["replaces one" if each else "new" for each in there], pa.large_string()), cell),
        ]
        self.files.replace(columns, [at for at, each in enumerate(there) if each])
        self.table.set_widths([260, 90, 110], 0)
        total = size_words(sum(each.size for each in files))
        count = f"{len(files)} files" if len(files) > 1 else "one file"
        folder = printable_path(out.parent)
        self.caption.setText(f"{count}, about {total}, in {cell(out.parent.name or folder, 32)}")
        self.caption.setToolTip(tip(folder))
        return any(there)

    def tell(self, holds: str) -> None:
        """What of the user's goes with it; nothing hides the line."""
        self.holds.setText(holds)
        self.holds.setVisible(bool(holds))

    def clear(self) -> None:
        """Nothing can be written."""
        self.files.replace(())
        self.tell("")
        self.caption.setText("")


def size_words(size: float) -> str:
    """Bytes as people say them: 3 kB, 1.2 MB."""
    for unit, bytes_of in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= bytes_of:
            return f"{size / bytes_of:.3g} {unit}"
    return f"{size:.0f} B"


def is_there(path: Path) -> bool:
    """Whether anything has the name, a link that leads nowhere included."""
    try:
        return path.exists() or path.is_symlink()
    except (OSError, ValueError):
        return False


def is_empty_folder(path: Path) -> bool:
    """Whether it is a folder with nothing in it; one that may not be looked into is taken for full."""
    try:
        return path.is_dir() and not any(path.iterdir())
    except OSError:
        return False
