"""No export asks torch for what only tracing needs: to import it takes a third of a second of Python's lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXPORTS = """
import sys
from pathlib import Path
from core.lean_torch import PUT_OFF, keep_torch_lean
keep_torch_lean()
from core.export import TARGETS
from core.export.exporting import export
from core.export.facts import facts_of
from core.runs.opening import open_run
out, *folders = map(Path, sys.argv[1:])
for folder in folders:
    run = open_run(folder)
    for target, entry in TARGETS.items():
        if not entry.unfit(facts_of(run)):
            export(run, target, out / f"{folder.name}-{target}{entry.suffixes[0] if entry.suffixes else ''}")
            print(target)
assert "torch" in sys.modules
assert not {*PUT_OFF, "torch._dynamo", "torch.onnx"} & set(sys.modules)
"""


def test_that_no_export_traces(folders: dict[str, Path], tmp_path: Path) -> None:
    trained = [str(folders[model]) for model in ("mf", "neumf", "caser")]
    words = [sys.executable, "-c", EXPORTS, str(tmp_path), *trained]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split().count("onnx") == 3
