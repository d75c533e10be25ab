"""Recommends from the folder that it lies in, as Rankscope exported it; needs Python 3.9 or later and NumPy.

    python recommend.py --user 15 --k 10
    python recommend.py --history 260,1196,1210      (models that can rank for somebody unknown)

From a program: ``Recommender(folder).recommend("15", 10)`` gives (item id, score) pairs, best first.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np

KINDS = {"F32": "<f4", "F64": "<f8", "I64": "<i8", "I32": "<i4", "BOOL": "|b1"}


class Recommender:
    """An exported model."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.card = json.loads((self.folder / "model.json").read_text("utf-8"))
        for name, sealed in self.card["files"].items():
            digest = hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
            # this program may be changed; what it reads may not
            if digest != sealed["sha256"] and not name.endswith(".py"):
                raise SystemExit(f"{name} is not the file that was exported")
        self.users = json.loads((self.folder / "users.json").read_text("utf-8"))["ids"]
        listed = json.loads((self.folder / "items.json").read_text("utf-8"))
        self.items, self.titles = listed["ids"], listed["titles"]
        self.user_rows = {name: row for row, name in enumerate(self.users)}
        self.item_rows = {name: row for row, name in enumerate(self.items)}
        self.weights = read_tensors(self.folder / "model.safetensors")
        known = self.folder / "known.safetensors"
        self.known = read_tensors(known) if known.exists() else {}
        self.settings = self.card["plan"]["model"]

    def recommend(self, user: str | None, k: int = 10, history: list[str] | None = None) -> list[tuple[str, float]]:
        """The k best items that the user has not met; the lower row first among equal scores.

        Args:
            user: an id; None for somebody unknown with a ``history`` of item ids, oldest first.
        """
        row = -1 if user is None else self.user_rows[user]
        own = None if history is None else np.array([self.item_rows[item] for item in history], np.int64)
        scores = self.scores(row, own)
        hidden = self.hidden(row) if own is None else own if self.card["hide_seen"] else own[:0]
        left = np.ones(len(scores), bool)
        left[hidden] = False
        best = [item for item in np.argsort(-scores, kind="stable") if left[item]][:k]
        return [(self.items[item], float(scores[item])) for item in best]

    def scores(self, row: int, history: Any = None) -> Any:
        """Scores of all items for a user row, or for a history of item rows; float32 [items]."""
        met, weights = (history, None) if history is not None else self.met(row)
        return np.asarray(SCORES[self.card["model"]](self, row, met, weights), np.float32)

    def met(self, row: int) -> tuple[Any, Any]:
        """Items that a user has met, oldest first, and their ratings; None where the histories were left out."""
        if row < 0 or "history_indptr" not in self.known:
            return None, None
        span = slice(*self.known["history_indptr"][row : row + 2])
        weights = self.known.get("history_weights")
        return self.known["history_items"][span], None if weights is None else weights[span]

    def hidden(self, row: int) -> Any:
        """Items that are not recommended to a user."""
        if "hidden_indptr" not in self.known:
            return np.zeros(0, np.int64)
        return self.known["hidden_items"][slice(*self.known["hidden_indptr"][row : row + 2])]

    def user_vector(self, row: int) -> Any:
        """A row of the user table; the mean of all for somebody unknown."""
        table = self.weights["user_factors.weight"]
        return table[row] if row >= 0 else table.mean(0)


def popularity(model: Recommender, row: int, met: Any, weights: Any) -> Any:
    """Training events of each item."""
    return model.weights["counts"]


def random_scores(model: Recommender, row: int, met: Any, weights: Any) -> Any:
    """A hash of (seed, user, item) in [0, 1)."""
    n_items, start = model.card["items"], row * model.card["items"] + int(model.weights["seed"]) * 0x9E3779B1
    keys = np.uint64(start % 2**64) + np.arange(n_items, dtype=np.uint64)
    for shift, factor in ((30, -4658895280553007687), (27, -7723592293110705685), (31, 1)):
        keys = (keys ^ (keys >> np.uint64(shift))) * np.uint64(factor % 2**64)
    return ((keys >> np.uint64(40)) & np.uint64(0xFFFFFF)).astype(np.float32) / np.float32(1 << 24)


def factorisation(model: Recommender, row: int, met: Any, weights: Any) -> Any:
    """Dot product or cosine, with biases."""
    known_user(row)
    tensors = model.weights
    user, items = model.user_vector(row), tensors["item_factors.weight"]
    if model.settings["similarity"] == "cosine":
        user, items = unit(user), unit(items)
    scores = items @ user
    if "item_bias" in tensors:
        scores = scores + tensors["item_bias"]
    if "user_bias" in tensors:
        scores = scores + tensors["user_bias"][row]
    return scores + tensors["mean"] if "mean" in tensors else scores


def neural(model: Recommender, row: int, met: Any, weights: Any) -> Any:
    """GMF, MLP or both, joined by one layer."""
    known_user(row)
    tensors = model.weights
    user, items, out = model.user_vector(row), tensors["item_factors.weight"], tensors["output.weight"][0]
    gmf = 0 if model.card["model"] == "mlp" else model.settings["factors"]
    scores = items[:, :gmf] @ (user[:gmf] * out[:gmf]) + tensors["output.bias"]
    if "layers.0.weight" in tensors:
        first, width = tensors["layers.0.weight"], len(user) - gmf
        hidden = items[:, gmf:] @ first[:, width:].T + (first[:, :width] @ user[gmf:] + tensors["layers.0.bias"])
        at = 1
        while f"layers.{at}.weight" in tensors:
            hidden = np.maximum(hidden, 0) @ tensors[f"layers.{at}.weight"].T + tensors[f"layers.{at}.bias"]
            at += 1
        scores = scores + np.maximum(hidden, 0) @ out[gmf:]
    return scores


def autorec_user(model: Recommender, row: int, met: Any, weights: Any) -> Any:
    """The decoded row of what the user has met."""
    values = np.zeros(model.card["items"], np.float32)
    values[needed(met)] = weights if model.card["ratings"] and weights is not None else 1.0
    hidden = sigmoid(model.weights["encoder.weight"] @ values + model.weights["encoder.bias"])
    return model.weights["decoder.weight"] @ hidden + model.weights["decoder.bias"]


def autorec_item(model: Recommender, row: int, met: Any, weights: Any) -> Any:
    """The user's entry in every decoded column."""
    known_user(row)
    tensors = model.weights
    return model.known["item_states"] @ tensors["decoder.weight"][row] + tensors["decoder.bias"][row]


def caser(model: Recommender, row: int, met: Any, weights: Any) -> Any:
    """Convolutions over the last items, joined with the user's factors."""
    tensors, length = model.weights, model.card["window"]
    window = np.full(length, model.card["items"], np.int64)
    last = needed(met)[-length:]
    if len(last):
        window[-len(last) :] = last
    sequence = tensors["input_factors.weight"][window]
    parts = []
    if "vertical.weight" in tensors:
        parts.append((tensors["vertical.weight"] @ sequence + tensors["vertical.bias"][:, None]).ravel())
    for height in range(1, length + 1):
        if f"horizontal.{height - 1}.weight" in tensors:
            filters, bias = (tensors[f"horizontal.{height - 1}.{part}"] for part in ("weight", "bias"))
            spans = np.stack([sequence[at : at + height].ravel() for at in range(length - height + 1)])
            parts.append(np.maximum(spans @ filters.T + bias, 0).max(0))
    joined = np.concatenate(parts) if parts else sequence.mean(0)
    hidden = np.maximum(tensors["connected.weight"] @ joined + tensors["connected.bias"], 0)
    if "user_factors.weight" in tensors:
        hidden = np.concatenate([hidden, model.user_vector(row)])
    return tensors["output_factors.weight"] @ hidden + tensors["item_bias"]


SCORES = {
    "popularity": popularity,
    "random": random_scores,
    "mf": factorisation,
    "gmf": neural,
    "mlp": neural,
    "neumf": neural,
    "autorec-user": autorec_user,
    "autorec-item": autorec_item,
    "caser": caser,
}


def known_user(row: int) -> None:
    """Refuse somebody unknown where the model knows users by their rows alone."""
    if row < 0:
        raise SystemExit("This model ranks only for users that it was trained on; give --user")


def needed(met: Any) -> Any:
    """A history, or a word on why there is none."""
    if met is None:
        raise SystemExit("The histories were left out of this export; give --history")
    return met


def unit(vectors: Any) -> Any:
    """Vectors scaled to length 1."""
    return vectors / np.maximum(np.sqrt((vectors * vectors).sum(-1, keepdims=True)), 1e-12)


def sigmoid(values: Any) -> Any:
    """1 / (1 + exp(-values)), without overflow."""
    small = np.exp(-np.abs(values))
    return np.where(values >= 0, 1 / (1 + small), small / (1 + small)).astype(np.float32)


def read_tensors(path: Path) -> dict[str, Any]:
    """The arrays of a safetensors file."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header, values = json.loads(content[8 : 8 + length]), content[8 + length :]
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            found[name] = np.frombuffer(values[begin:end], KINDS[entry["dtype"]]).reshape(entry["shape"])
    return found


def main() -> None:
    """Print a list: rank, item, score, title, parted by tabs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", help="id of a user")
    who.add_argument("--history", help="ids of items, parted by commas, oldest first")
    parser.add_argument("--k", type=int, default=10, help="items in the list (10)")
    parser.add_argument("--folder", default=Path(__file__).parent, help="where the model lies (beside this program)")
    asked = parser.parse_args()
    model = Recommender(asked.folder)
    history = None if asked.history is None else [item for item in asked.history.split(",") if item]
    unknown = [name for name in history or () if name not in model.item_rows]
    if asked.user is not None and asked.user not in model.user_rows:
        unknown = [asked.user]
    if unknown:
        raise SystemExit(f"This model does not know {', '.join(map(repr, unknown))}")
    for rank, (item, score) in enumerate(model.recommend(asked.user, asked.k, history), 1):
        title = model.titles[model.item_rows[item]] if model.titles else ""
        line = f"{rank}\t{item}\t{score:.9g}\t{' '.join(title.split())}"
        sys.stdout.write(line.encode(sys.stdout.encoding or "utf-8", "replace").decode(sys.stdout.encoding) + "\n")


if __name__ == "__main__":
    main()
