"""The PEERS table: libraries that can run beside ours, each when it is installed (``pip install rankscope[bench]``)."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
from dataclasses import dataclass
from types import ModuleType

from core.benching.options import Options
from core.errors import UsageError


@dataclass(frozen=True)
class Peer:
    """A library.

    Attributes:
        imports: the module that shows that it is installed.
        package: its name on the package index.
        module: of ours, with one function for each benchmark that it can take part in.
    """

    label: str
    imports: str
    package: str
    module: str

    @property
    def installed(self) -> bool:
        """Whether it can be imported."""
        return importlib.util.find_spec(self.imports) is not None

    def load(self) -> ModuleType:
        """Import what drives it."""
        return importlib.import_module(self.module)

    def version(self) -> str:
        """Its version, empty when it does not say."""
        try:
            return importlib.metadata.version(self.package)
        except importlib.metadata.PackageNotFoundError:
            return ""


PEERS: dict[str, Peer] = {
    "implicit": Peer("implicit", "implicit", "implicit", "core.benching.peers.with_implicit"),
    "lightfm": Peer("LightFM", "lightfm", "rectools-lightfm", "core.benching.peers.with_lightfm"),
    "cornac": Peer("Cornac", "cornac", "cornac", "core.benching.peers.with_cornac"),
    "recbole": Peer("RecBole", "recbole", "recbole", "core.benching.peers.with_recbole"),
    "irspack": Peer("irspack", "irspack", "irspack", "core.benching.peers.with_irspack"),
    "pyarrow": Peer("pyarrow", "pyarrow", "pyarrow", "core.benching.importing"),
}


def peers_for(bench: str, options: Options) -> tuple[list[Peer], tuple[str, ...]]:
    """The peers that take part, and a sentence on each that is missing.

    Raises:
        UsageError: a peer was named that does not exist, cannot take part, or is not installed.
    """
    from core.benching import BENCHES

    able = BENCHES[bench].peers
    asked = options.peers
    if asked == ("none",):
        return [], ()
    for name in asked:
        if name not in able:
            raise UsageError(
                "usage.peer",
                f"{name} is no peer of {bench}",
                "--peers",
                remedy=f"Name some of {', '.join(able) or 'none'}",
            )
        if not PEERS[name].installed:
            raise UsageError(
                "usage.peer",
                f"{PEERS[name].label} is not installed",
                "--peers",
                remedy=f"Run pip install {PEERS[name].package}",
            )
    found = [PEERS[name] for name in (asked or able) if PEERS[name].installed]
    missing = [PEERS[name] for name in (asked or able) if not PEERS[name].installed]
    return found, tuple(f"{each.label} is not installed (pip install {each.package})" for each in missing)
