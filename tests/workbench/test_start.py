from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("torch", "numpy", "pandas", "pyarrow", "pyqtgraph", "numba", "scipy")
SPARED = (
    "core.data.downloads.movielens",
    "core.durable",
    "core.lean_torch",
    "core.models",
    "core.params",
    "core.runs.bundles",
    "core.runs.record",
    "core.training.plan",
    "ctypes",
    "datetime",
    "hashlib",
    "importlib.resources",
    "multiprocessing",
    "platform",
    "secrets",
    "socket",
    "subprocess",
    "uuid",
    "workbench.bundle_import",
    "workbench.interrupted",
    "workbench.jobs.downloading",
    "workbench.jobs.importing",
    "workbench.last_data",
)
"""What is light, but not needed to paint: all of them together cost a quarter of the time to the first window."""
SHOW = f"""
import os, sys
# of the interpreter, and of how the package is installed
before = set(sys.modules)
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QSettings
from workbench.app import make_application, make_window
from workbench.settings import Settings
application = make_application()
window = make_window(application, Settings(QSettings(sys.argv[1], QSettings.Format.IniFormat)), sys.argv[2])
found = []
def look():
    found.extend(name for name in {(*HEAVY, *SPARED)!r} if name in sys.modules and name not in before)
    window.painted.disconnect(look)
    window.jobs.started.connect(lambda job: job.stop())
    window.jobs.ended.connect(lambda job: window.close())
window.painted.connect(look)
window.show()
code = application.exec()
print("heavy:", found)
sys.exit(code)
"""


def test_that_nothing_heavy_is_loaded_before_the_window_is_painted(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW, str(tmp_path / "settings.ini"), str(tmp_path / "workspace")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "heavy: []" in done.stdout
