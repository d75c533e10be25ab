from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("torch", "numpy", "pandas", "pyarrow", "pyqtgraph", "numba", "scipy")
SHOW = f"""
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QSettings
from workbench.app import make_application, make_window
from workbench.settings import Settings
application = make_application()
window = make_window(application, Settings(QSettings(sys.argv[1], QSettings.Format.IniFormat)), sys.argv[2])
found = []
def look():
    found.extend(name for name in {HEAVY!r} if name in sys.modules)
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
