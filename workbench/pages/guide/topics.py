"""The topics of the guide: one Markdown file each in assets/guide, its first line the title."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from core.losses import LOSSES
from core.metrics import ALL_METRICS
from core.models import MODELS
from core.samplers import SAMPLERS
from core.splits import SPLITS

START = "start"

GROUPS: dict[str, str] = {
    "": "First steps",
    "page": "The pages",
    "idea": "Ideas",
    "model": "Models",
    "loss": "Losses",
    "sampler": "Negatives",
    "metric": "Metrics",
    "split": "Splits",
}
"""First word of a topic -> the group that it stands in, in the order of the tree."""

PARENTS: dict[str, str] = {
    "page": "page",
    "idea": "start",
    "model": "idea.ranking",
    "loss": "idea.pairwise",
    "sampler": "idea.negatives",
    "metric": "idea.sampled-metrics",
    "split": "idea.leakage",
    "optimiser": "idea.decay",
    "training": "idea.early-stopping",
    "evaluation": "idea.sampled-metrics",
    "data": "page.data",
}
"""First word of a topic that does not exist -> the topic that stands for it."""

IDEAS = (
    "implicit",
    "ranking",
    "pairwise",
    "negatives",
    "decay",
    "early-stopping",
    "sampled-metrics",
    "intervals",
    "leakage",
    "cold-start",
    "popularity-bias",
    "windows",
    "d2l",
)
"""The ideas in the order in which they are best read."""

PAGE_KEYS = ("data", "train", "runs", "users", "sequences", "items", "export", "guide")

ORDER: dict[str, tuple[str, ...]] = {
    "": (START, "keys", "page"),
    "page": PAGE_KEYS,
    "idea": IDEAS,
    "model": tuple(MODELS),
    "loss": tuple(LOSSES),
    "sampler": tuple(SAMPLERS),
    "metric": tuple(ALL_METRICS),
    "split": tuple(SPLITS),
}
"""What comes first within a group; what is not named follows by its title."""


@dataclass(frozen=True)
class Topic:
    """One text.

    Attributes:
        key: name of its file without the ending, such as ``loss.bpr``.
        text: Markdown, without the title.
    """

    key: str
    title: str
    text: str

    @property
    def group(self) -> str:
        """The first word of the key where it has one, else an empty text."""
        word, dot, _ = self.key.partition(".")
        return word if dot and word in GROUPS else ""

    def holds(self, asked: str) -> bool:
        """Every word asked for occurs in the title, the key or the text."""
        whole = f"{self.title}\n{self.key}\n{self.text}".casefold()
        return all(word in whole for word in asked.casefold().split())


@lru_cache(maxsize=1)
def read_topics() -> Mapping[str, Topic]:
    """All topics by key, in the order of the tree."""
    found = []
    for each in files("assets").joinpath("guide").iterdir():
        if each.name.endswith(".md"):
            found.append(topic_of(each.name.removesuffix(".md"), each.read_text("utf-8")))
    return {topic.key: topic for topic in sorted(found, key=_place)}


def topic_of(key: str, whole: str) -> Topic:
    """Title and text of a file; the key stands for a title that is missing."""
    first, _, rest = whole.partition("\n")
    if not first.startswith("# "):
        return Topic(key, key, whole.strip())
    return Topic(key, first.removeprefix("# ").strip(), rest.strip())


def nearest(asked: str, known: Iterable[str]) -> str:
    """The topic that is meant, or the one that stands nearest above it; never fails.

    ``metric.ndcg@10`` is ``metric.ndcg``, ``loss.hinge.margin`` is ``loss.hinge``, ``loss.foo`` is the idea of a loss.
    """
    topics = set(known)
    name = asked.strip().casefold().partition("@")[0]
    while name:
        if name in topics:
            return name
        name = name.rpartition(".")[0]
    parent = PARENTS.get(asked.strip().casefold().partition(".")[0], START)
    return parent if parent in topics else START


def _place(topic: Topic) -> tuple[int, int, str]:
    order = ORDER[topic.group]
    name = topic.key.removeprefix(f"{topic.group}.") if topic.group else topic.key
    at = order.index(name) if name in order else len(order)
    return list(GROUPS).index(topic.group), at, topic.title.casefold()
