"""Reading a CSV with everything checked, beside pyarrow's bare read of the same file; and opening it again."""

from __future__ import annotations

import atexit
import lzma
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from core.benching.inputs import about, shape_of, write_csv
from core.benching.measuring import Bench, Contender
from core.benching.options import Options
from core.benching.peers import peers_for
from core.data.plan import DataPlan
from core.data.sample import SAMPLE, open_sample
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import load_kept
from core.runs.workspace import Workspace
from core.splits import SPLITS
from core.splits.prepare import load, prepare

AGAIN = """
import sys
from pathlib import Path
from core.data.plan import DataPlan
from core.runs.kept_data.dataset_store import Datasets
from core.runs.kept_data.datasets import load_kept
from core.runs.workspace import Workspace
found = load_kept(Datasets(Workspace(Path(sys.argv[1])), smallest=0), DataPlan(source=sys.argv[2], validation="none"))
assert "as it was kept" in found.notes[-1]
"""


def importing(options: Options) -> Bench:
    """Read and clean; divide too; open again, here and in a process of its own; and pyarrow's read."""
    folder = Path(tempfile.mkdtemp(prefix="rankscope-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = _file(options, folder)
    choice = SPLITS["leave-last-out"].settings()
    plan = DataPlan(source=str(path), validation="none")
    split = prepare(plan, "leave-last-out", choice).split
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    facts, rows = about(split), float(len(split.interactions.events))
    del split
    store = Datasets(Workspace(folder / "workspace"), smallest=0)
    load_kept(store, plan)

    def clean() -> float:
        load(plan)
        return rows

    def whole() -> float:
        prepare(plan, "leave-last-out", choice)
        return rows

    def again() -> float:
        if "as it was kept" not in load_kept(store, plan).notes[-1]:
            raise AssertionError("the source was read anew")
        return rows

    def afresh() -> float:
        subprocess.run([sys.executable, "-c", AGAIN, str(store.workspace.path), str(path)], check=True)
        return rows

    contenders = [
        Contender("rankscope, read, checked, encoded, sorted", clean, ours=True, headline=True),
        Contender("rankscope, the same and divided", whole, ours=True),
        Contender("rankscope, opened again from the workspace", again, ours=True),
        Contender("rankscope, opened again in a new process", afresh, ours=True),
    ]
    peers, notes = peers_for("import", options)
    contenders += [_pyarrow(path, rows) for _ in peers]
    facts |= {
        "file": f"{path.stat().st_size / 1e6:,.1f} MB",
        "events": f"{int(rows):,}",
        "peak memory": f"{peak / 1e9:.2f} GB while reading, cleaning and dividing once",
    }
    return Bench(tuple(contenders), facts, notes)


def _file(options: Options, folder: Path) -> Path:
    """A plain CSV: the one that was named, a made-up one, or the sample's."""
    if options.rows:
        path = folder / "made-up.csv"
        write_csv(path, options.rows, shape=shape_of(options))
        return path
    if options.data != SAMPLE:
        return Path(options.data)
    path = folder / "sample.csv"
    with open_sample() as place:
        ratings = next(file for file in place.files if "ratings" in file.name)
        with ratings.open() as source, lzma.open(source) as text, path.open("wb") as target:
            shutil.copyfileobj(text, target)
    return path


def _pyarrow(path: Path, rows: float) -> Contender:
    import pyarrow as pa
    import pyarrow.csv

    with path.open(encoding="utf-8") as file:
        head = file.readline().strip().split(",")
    # ids as text, as in ours: as numbers 007 and 7 would be one
    texts = {name.strip('"'): pa.string() for name in head[:2]}

    def turn() -> float:
        pyarrow.csv.read_csv(path, convert_options=pyarrow.csv.ConvertOptions(column_types=texts))
        return rows

    return Contender(f"pyarrow {pa.__version__}, bare read", turn)
