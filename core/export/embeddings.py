"""The vectors of items and users as NumPy arrays, Parquet, word2vec text, or a folder for TensorBoard's projector."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet
from torch import Tensor

from core import durable, strict_json
from core.errors import UsageError
from core.export.cells import neutralised
from core.export.knowledge import column_states
from core.export.request import Request
from core.insight.similar import item_vectors
from core.models.autorec import AutoRec
from core.models.caser import Caser
from core.models.factorisation import Factorisation
from core.models.neural import NeuralRanking
from core.runs.opening import Run

SPACE = re.compile(r"[\s\x00\x1c-\x1f\x85]+")


@dataclass(frozen=True, eq=False)
class Vectors:
    """What is known by vectors.

    Attributes:
        name: ``items`` or ``users``.
        ids: ``[rows]``.
        columns: texts beside the ids (title, genres), each ``[rows]``.
        values: ``[rows, width]`` float32.
    """

    name: str
    ids: pa.Array
    columns: Mapping[str, pa.Array]
    values: npt.NDArray[np.float32]


def write_embeddings(request: Request) -> tuple[str, ...]:
    """Write the folder.

    Raises:
        UsageError: the model has no such vectors.
    """
    request.tell("gathering the vectors", 0, 1)
    whose = ("items", "users") if request.options.vectors == "both" else (request.options.vectors,)
    found = [each for each in (vectors_of(request.run, name) for name in whose) if each is not None]
    if not found:
        raise UsageError(
            "export.no-vectors",
            f"this model learns no vectors for {' or '.join(whose)}",
            "--to embeddings",
            remedy="Choose other vectors, or a model that learns them, such as MF",
        )
    notes = FORMATS[request.options.format](request, found)
    request.tell("writing", 1, 1)
    return notes


def vectors_of(run: Run, name: str) -> Vectors | None:
    """The vectors of ``items`` or ``users``; None where the model has none."""
    data, model = run.interactions, run.model
    if name == "users":
        table = user_vectors(run)
        return None if table is None else Vectors("users", data.users.ids, {}, _numbers(table))
    columns = {
        str(column): pa.array(data.catalogue.frame[column].astype(str).to_numpy(object), pa.large_string())
        for column in data.catalogue.frame.columns
    }
    if isinstance(model, AutoRec) and not model.by_user:
        return Vectors("items", data.items.ids, columns, column_states(run, model))
    return Vectors("items", data.items.ids, columns, _numbers(item_vectors(model)))


def user_vectors(run: Run) -> Tensor | None:
    """``[users, width]``; None where users have no row of their own."""
    model = run.model
    if isinstance(model, Factorisation | NeuralRanking):
        return model.user_factors.weight
    if isinstance(model, Caser):
        return None if model.user_factors is None else model.user_factors.weight
    return model.decoder.weight if isinstance(model, AutoRec) and not model.by_user else None


def _numbers(table: Tensor) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(table.detach().cpu().numpy(), np.float32)


def _npy(request: Request, found: list[Vectors]) -> tuple[str, ...]:
    """``items.npy`` and ``items.json`` with ids and texts in the order of the rows."""
    for each in found:
        file = io.BytesIO()
        np.save(file, each.values, allow_pickle=False)
        durable.write(request.place / f"{each.name}.npy", file.getvalue())
        texts = {name: values.to_pylist() for name, values in each.columns.items()}
        durable.write(request.place / f"{each.name}.json", strict_json.dumps({"ids": each.ids.to_pylist(), **texts}))
    return ()


def _parquet(request: Request, found: list[Vectors]) -> tuple[str, ...]:
    """``id``, the texts, and ``vector`` as a list of fixed length."""
    for each in found:
        lists = pa.FixedSizeListArray.from_arrays(pa.array(each.values.ravel()), each.values.shape[1])
        texts = {name: values for name, values in each.columns.items() if name not in ("id", "vector")}
        with durable.replacing(request.place / f"{each.name}.parquet") as path, path.open("wb") as file:
            table = pa.table({"id": each.ids, **texts, "vector": lists})
            pyarrow.parquet.write_table(table, file, compression="zstd")
    return ()


def _word2vec(request: Request, found: list[Vectors]) -> tuple[str, ...]:
    """A head with rows and width, then a line each: id and numbers parted by spaces."""
    notes = []
    for each in found:
        tokens, changed = without_spaces(each.ids.to_pylist())
        if changed:
            notes.append(f"{changed:,} ids of {each.name} hold spaces, which word2vec cannot: they are _ in the file")
        lines = [f"{len(tokens)} {each.values.shape[1]}"]
        lines += [f"{token} {_row(row, ' ')}" for token, row in zip(tokens, each.values, strict=True)]
        durable.write(request.place / f"{each.name}.txt", _text(lines))
    return tuple(notes)


def _projector(request: Request, found: list[Vectors]) -> tuple[str, ...]:
    """Vectors and metadata as TSV, and the file that tells TensorBoard where they are."""
    config = []
    for each in found:
        durable.write(request.place / f"{each.name}.tsv", _text(_row(row, "\t") for row in each.values))
        columns = {"id": each.ids, **{name: values for name, values in each.columns.items() if name != "id"}}
        texts = {name: values if request.options.raw else neutralised(values) for name, values in columns.items()}
        flat = [[SPACE.sub(" ", str(cell)).strip() for cell in values.to_pylist()] for values in texts.values()]
        # the projector reads a head only where there are two columns or more
        lines = flat[0] if len(flat) == 1 else ["\t".join(SPACE.sub(" ", name) for name in texts)]
        lines += [] if len(flat) == 1 else ["\t".join(cells) for cells in zip(*flat, strict=True)]
        durable.write(request.place / f"{each.name}-metadata.tsv", _text(lines))
        config.append(
            f'embeddings {{\n  tensor_name: "{each.name}"\n  tensor_shape: {each.values.shape[0]}\n'
            f'  tensor_shape: {each.values.shape[1]}\n  tensor_path: "{each.name}.tsv"\n'
            f'  metadata_path: "{each.name}-metadata.tsv"\n}}'
        )
    durable.write(request.place / "projector_config.pbtxt", _text(config))
    return ()


def without_spaces(ids: list[str]) -> tuple[list[str], int]:
    """Ids with ``_`` in place of what a format parts its columns by, and how many had to change.

    They stay distinct: one that would then be called like another gets more ``_`` at its end.
    """
    tokens = [SPACE.sub("_", each) or "_" for each in ids]
    changed = [row for row, (a, b) in enumerate(zip(ids, tokens, strict=True)) if a != b]
    taken = set(ids) if changed else set()
    for row in changed:
        while tokens[row] in taken:
            tokens[row] += "_"
        taken.add(tokens[row])
    return tokens, len(changed)


def _row(row: npt.NDArray[np.float32], between: str) -> str:
    # nine digits give every float32 back
    return between.join(f"{value:.9g}" for value in row.tolist())


def _text(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


FORMATS: dict[str, Callable[[Request, list[Vectors]], tuple[str, ...]]] = {
    "npy": _npy,
    "parquet": _parquet,
    "word2vec": _word2vec,
    "projector": _projector,
}
