"""A fresh process: when its first window is painted, when torch is there, how it beats meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

CHILD = """
import os, sys
from core.garbage import collect_seldom
collect_seldom()
from pathlib import Path
from workbench.sittings import Sitting
folder = Path(sys.argv[1]).parent
sitting = Sitting(folder)
sitting.begin()
from workbench.app import Logbook, make_application, make_window
from PySide6.QtCore import QSettings
from workbench.settings import Settings
application = make_application()
log = Logbook(folder / "logs")
log.write("begin")
log.watch_crashes()
settings = Settings(QSettings(sys.argv[1], QSettings.Format.IniFormat))
window = make_window(application, settings, sys.argv[2], log)
import json, time
begun, found = float(sys.argv[3]), {}
def painted():
    found["painted"] = time.monotonic() - begun
    from workbench.benching.heartbeat import Heartbeat
    found["heart"] = Heartbeat()
    found["heart"].start()
window.painted.connect(painted)
def warmed():
    found["ready"] = time.monotonic() - begun
    found["beats"] = vars(found.pop("heart").stop())
    window.close()
window.when_warm("training", warmed)
window.show()
code = application.exec()
sitting.end()
log.close()
print(json.dumps(found))
sys.exit(code)
"""
LONGEST = 120


@dataclass(frozen=True)
class Start:
    """Seconds from the start of the process, and milliseconds that beats were late between the two."""

    painted: float
    ready: float
    p50: float
    p99: float
    worst: float


def started(folder: Path) -> Start:
    """Start the workbench in a process of its own and close it once all is loaded.

    Raises:
        RuntimeError: it did not end well.
    """
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder / "settings.ini"), str(folder / "workspace"), repr(begun)],
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
        env=os.environ,
    )
    if done.returncode:
        raise RuntimeError(f"the window ended with {done.returncode}: {done.stderr[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    beats = found["beats"]
    return Start(found["painted"], found["ready"], beats["p50"], beats["p99"], beats["worst"])
