"""No network but for a download: the program imports, starts, reads and trains where every connection is refused."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

REFUSE = """
import sys

REFUSED = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.sendto",
           "socket.bind", "http.client.connect", "urllib.Request", "ftplib.connect", "smtplib.connect")

def look(event, arguments):
    if event in REFUSED:
        # no exception: whoever meant to go online might catch it
        print("NETWORK", event, arguments, file=sys.stderr, flush=True)
        import os
        os._exit(99)

sys.addaudithook(look)
"""

EVERYTHING = """
import importlib, pkgutil, core, workbench
for package in (core, workbench):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".peers" not in found.name and not found.name.endswith("__main__"):
            importlib.import_module(found.name)
"""

COMMANDS = """
from core.commands import main
import os, sys
folder = sys.argv[1]
assert main(["data", "sample", "--workspace", folder]) == 0
assert main(["download"]) == 0
assert main(["download", "ml-1m", "--workspace", folder]) == 2
words = ["--data", "sample", "--model", "mf", "--set", "factors=4", "--epochs", "1"]
assert main(["train", *words, "--out", os.path.join(folder, "run")]) == 0
"""

WINDOW = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
from PySide6.QtCore import QSettings
from workbench.app import make_application, make_window
from workbench.settings import Settings
folder = Path(sys.argv[1])
application = make_application()
window = make_window(application, Settings(QSettings(str(folder / "s.ini"), QSettings.Format.IniFormat)), folder)
window.show()
while "training" not in window.warm:
    application.processEvents()
from workbench.pages import PAGES
for key in PAGES:
    window.go(key)
    application.processEvents()
window.close()
# it closes once what still loads has ended
while window.isVisible():
    application.processEvents()
"""


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", REFUSE + script, str(folder)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("name", ["everything", "commands", "window"])
def test_that_nothing_goes_online(name: str, tmp_path: Path) -> None:
    if name == "window":
        pytest.importorskip("PySide6.QtWidgets")
    script = {"everything": EVERYTHING, "commands": COMMANDS, "window": WINDOW}[name]
    done = run(script, tmp_path)
    assert "NETWORK" not in done.stderr
    assert done.returncode == 0, done.stderr[-2000:]


def test_that_the_refusal_works(tmp_path: Path) -> None:
    words = ["download", "ml-1m", "--accept-terms"]
    script = f"from core.commands import main\nmain({words!r} + ['--workspace', __import__('sys').argv[1]])"
    assert run(script, tmp_path).returncode == 99


FOR_NETWORKS = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "poplib", "requests", "smtplib", "socketserver", "ssl",
    "urllib3", "xmlrpc", "PySide6.QtNetwork", "PySide6.QtWebSockets",
}  # fmt: skip
ALLOWED = {"core/data/downloads/web.py", "core/data/downloads/fetching.py"}


def test_that_one_module_alone_can_talk_to_a_network() -> None:
    found = set()
    for path in [*ROOT.glob("core/**/*.py"), *ROOT.glob("workbench/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in FOR_NETWORKS or name in FOR_NETWORKS | {"urllib.request"} for name in names):
                found.add(path.relative_to(ROOT).as_posix())
    assert found == ALLOWED
