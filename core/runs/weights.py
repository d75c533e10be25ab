"""Tensors as safetensors bytes, read with distrust: a file can come from anybody and nothing in it is ever executed."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from core import strict_json
from core.errors import ModelFileError, StorageError

LARGEST_HEADER = 1 << 20
"""Bytes; an honest header of this program has some kilobytes, the library's own limit of 100 MB costs seconds."""

SIZES = {
    "BOOL": 1,
    "U8": 1,
    "I8": 1,
    "I16": 2,
    "U16": 2,
    "F16": 2,
    "BF16": 2,
    "I32": 4,
    "U32": 4,
    "F32": 4,
    "I64": 8,
    "U64": 8,
    "F64": 8,
}
NAMES = {
    torch.bool: "BOOL",
    torch.uint8: "U8",
    torch.int8: "I8",
    torch.int16: "I16",
    torch.uint16: "U16",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int32: "I32",
    torch.uint32: "U32",
    torch.float32: "F32",
    torch.float64: "F64",
    torch.int64: "I64",
    torch.uint64: "U64",
}
ORDER = tuple(NAMES.values())
TYPES = {name: kind for kind, name in NAMES.items()}
Entry = tuple[str, tuple[int, ...], int, int]
"""Type, shape, and where in the file the values begin and end."""
PICKLES = (b"\x80", b"PK\x03\x04")


def pack(tensors: Mapping[str, Tensor]) -> bytes:
    """The tensors as safetensors bytes, those that the library would write.

    Not by the library: where memory runs short it ends the process, or waits for ever while it tells of that, and what
    is unsaved is lost. Here it is a MemoryError.

    Raises:
        MemoryError: there is no room for a copy.
    """
    placed = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    # the widest numbers first, so that each tensor lies where it is aligned
    ordered = sorted(placed.items(), key=lambda each: (-ORDER.index(NAMES[each[1].dtype]), each[0].encode("utf-8")))
    header, at = {}, 0
    for name, tensor in ordered:
        header[name] = {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [at, at + tensor.nbytes],
        }
        at += tensor.nbytes
    head = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    head += b" " * (-len(head) % 8)
    values = [_bytes_of(tensor) for _, tensor in ordered]
    return b"".join((struct.pack("<Q", len(head)), head, *values))


def _bytes_of(tensor: Tensor) -> memoryview:
    """The numbers of a contiguous tensor as they lie in memory; one number, or none, is that whatever its stride."""
    return tensor.as_strided((tensor.numel(),), (1,)).view(torch.uint8).numpy().data


def unpack(content: bytes, where: str) -> dict[str, Tensor]:
    """The tensors of safetensors bytes, on the CPU.

    Args:
        where: file name for the message.

    Raises:
        ModelFileError: no safetensors, torn, or with a header that lies.
    """
    found = {}
    # not by the library, as above; the header has been compared with the bytes
    for name, (kind, shape, begin, end) in _checked_header(content, where).items():
        # a copy, which can be written to and lies aligned
        copy, kept = bytearray(memoryview(content)[begin:end]), TYPES[kind]
        values = torch.frombuffer(copy, dtype=kept) if copy else torch.empty(0, dtype=kept)
        try:
            found[name] = values.reshape(shape)
        except RuntimeError as error:
            # a shape without any number in it, and sides that no memory could count
            raise _damaged(where, str(error)[:200]) from None
    return found


def fit(model: torch.nn.Module, weights: Mapping[str, Tensor], where: str) -> None:
    """Put weights into a model built from the plan, once names, shapes, types and values are seen to be right.

    Raises:
        ModelFileError: tensors are missing, left over, of another shape or type, or hold NaN; they are listed.
    """
    wanted = model.state_dict()
    wrong = [f"{name} is missing" for name in wanted if name not in weights]
    wrong += [f"{name} is unknown" for name in weights if name not in wanted]
    for name in wanted.keys() & weights.keys():
        have, want = weights[name], wanted[name]
        if have.shape != want.shape:
            wrong.append(f"{name} is {tuple(have.shape)} in place of {tuple(want.shape)}")
        elif have.dtype != want.dtype:
            wrong.append(f"{name} is {have.dtype} in place of {want.dtype}")
    if wrong:
        listed = "; ".join(sorted(wrong)[:12]) + (f"; and {len(wrong) - 12} more" if len(wrong) > 12 else "")
        raise ModelFileError(
            "model.misfit",
            "the weights do not fit the model of the plan",
            where,
            listed,
            "Use the weights that were saved with this plan",
        )
    unfit = not_finite(weights)
    if unfit:
        raise ModelFileError(
            "model.not-finite",
            f"the weights hold values that are no numbers, in {', '.join(unfit)[:200]}",
            where,
            "Training had diverged when they were saved",
            "Use an earlier checkpoint",
        )
    model.load_state_dict(dict(weights))


def not_finite(tensors: Mapping[str, Tensor]) -> list[str]:
    """Names of the tensors that hold NaN or infinity."""
    return [
        name
        for name, tensor in tensors.items()
        if tensor.is_floating_point() and tensor.numel() and not bool(torch.isfinite(tensor).all())
    ]


def _checked_header(content: bytes, where: str) -> dict[str, Entry]:
    """The header, once its size, its JSON and its shapes are seen to agree with the bytes."""
    # the length of an honest header can begin with the same byte as a pickle
    if content.startswith(PICKLES) and content[8:9] != b"{":
        raise ModelFileError(
            "model.pickle",
            "this is a pickle, not a safetensors file",
            where,
            "Loading a pickle can run any program that was put into it",
            "Save the weights as safetensors where they come from",
        )
    if len(content) < 8:
        raise _damaged(where, "It is too short to be one")
    (length,) = struct.unpack("<Q", content[:8])
    if length > LARGEST_HEADER:
        raise _damaged(where, f"Its header claims {length:,} bytes and at most {LARGEST_HEADER:,} are read")
    if 8 + length > len(content):
        raise _damaged(where, "It ends within its header")
    try:
        header = strict_json.loads(content[8 : 8 + length], where)
    except StorageError as error:
        raise _damaged(where, error.why) from None
    notes = header.pop("__metadata__", {})
    if not isinstance(notes, dict) or any(type(note) is not str for note in notes.values()):
        raise _damaged(where, "Its header is not understood")
    first, room = 8 + length, len(content) - 8 - length
    entries = {name: _entry(name, entry, first, where) for name, entry in header.items()}
    at = 0
    for begin, end in sorted((begin - first, end - first) for _, _, begin, end in entries.values()):
        if begin != at:
            raise _damaged(where, "Its tensors overlap or leave gaps")
        at = end
    if at != room:
        raise _damaged(where, f"It holds {room:,} bytes of values and its header speaks of {at:,}")
    return entries


def _entry(name: str, entry: Any, first: int, where: str) -> Entry:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise _damaged(where, f"The entry of {name[:80]!r} is not understood")
    kind, shape, span = entry["dtype"], entry["shape"], entry["data_offsets"]
    numbers = [*(shape if isinstance(shape, list) else [None]), *(span if isinstance(span, list) else [None])]
    if kind not in SIZES or any(type(number) is not int or not 0 <= number < 2**48 for number in numbers):
        raise _damaged(where, f"Type, shape or place of {name[:80]!r} are not understood")
    if len(span) != 2 or span[1] - span[0] != math.prod(shape) * SIZES[kind]:
        raise _damaged(where, f"Shape and place of {name[:80]!r} do not agree")
    return kind, tuple(shape), first + span[0], first + span[1]


def _damaged(where: str, why: str) -> ModelFileError:
    return ModelFileError(
        "model.damaged",
        "the file is no whole safetensors file",
        where,
        why,
        "Use another copy or an earlier checkpoint",
    )
