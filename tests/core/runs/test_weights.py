from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import pickle
import struct
import subprocess
import sys

import numpy as np
import pytest
import safetensors
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ModelFileError
from core.runs.weights import LARGEST_HEADER, fit, not_finite, pack, unpack

TENSORS = {
    "model.table": torch.arange(12, dtype=torch.float32).reshape(3, 4),
    "generator": torch.arange(5, dtype=torch.uint8),
    "step": torch.tensor(3.0),
    "empty": torch.zeros(0, 4),
    "half": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
}
PACKED = pack(TENSORS)


def built(header: bytes, values: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + values


def test_that_tensors_come_back_to_the_bit() -> None:
    found = unpack(PACKED, "x")
    assert found.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)


def test_that_the_bytes_are_those_of_the_library() -> None:
    numbers = torch.arange(-3, 9)
    kinds = [
        torch.bool,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.uint16,
        torch.float16,
        torch.bfloat16,
        torch.int32,
        torch.uint32,
        torch.float32,
        torch.float64,
        torch.int64,
        torch.uint64,
    ]
    tensors = {f"{number % 5}.{kind}": numbers.abs().to(kind).reshape(3, 4) for number, kind in enumerate(kinds)}
    tensors |= {**TENSORS, 'Ünï "\\\n': torch.ones(2), "a": torch.ones(1), "B": torch.ones(1), "": torch.ones(1)}
    # one number or none, with the stride of a broadcast one
    one, row = torch.from_numpy(np.array([7], np.int32)), torch.arange(12).reshape(3, 4)
    tensors |= {"broadcast": one.as_strided((1,), (0,)), "column": row[:1, :1], "none": one.expand(0), "0": row[2, 3]}
    assert pack(tensors) == safetensors.torch.save({name: each.clone() for name, each in tensors.items()})
    assert pack({}) == safetensors.torch.save({})
    read, theirs = unpack(pack(tensors), "x"), safetensors.torch.load(pack(tensors))
    assert read.keys() == theirs.keys()
    assert all(torch.equal(read[name], theirs[name]) and read[name].dtype == theirs[name].dtype for name in read)


@pytest.mark.parametrize("header", [b'{"__metadata__":{"a":1}}', b'{"__metadata__":[]}'])
def test_that_a_header_that_the_library_refuses_is_refused(header: bytes) -> None:
    with pytest.raises(safetensors.SafetensorError):
        safetensors.torch.load(built(header))
    with pytest.raises(ModelFileError):
        unpack(built(header), "x")
    assert unpack(built(b'{"__metadata__":{"a":"b"}}'), "x") == {}


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is bounded as on Linux")
def test_that_short_memory_is_told_and_does_not_end_the_process() -> None:
    program = """
import resource, torch
from core.runs.weights import pack, unpack
table = torch.zeros(400, 1 << 18)
packed = pack({"a": table})
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (100 << 20), resource.RLIM_INFINITY))
for work in (lambda: pack({"a": table}), lambda: unpack(packed, "x")):
    try:
        work()
    except MemoryError:
        print("told")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "told\ntold\n", done.stderr[-500:]


@pytest.mark.parametrize("padding", range(0, 700, 3))
def test_that_a_header_of_any_length_is_no_pickle(padding: int) -> None:
    assert list(unpack(pack({"a" * (1 + padding): torch.ones(1)}), "x")) == ["a" * (1 + padding)]


def test_that_a_transposed_tensor_is_packed_by_value() -> None:
    assert torch.equal(unpack(pack({"a": TENSORS["model.table"].T}), "x")["a"], TENSORS["model.table"].T)


@given(st.integers(0, len(PACKED) - 1))
def test_that_a_file_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(ModelFileError) as raised:
        unpack(PACKED[:length], "x")
    assert raised.value.remedy


@given(st.integers(0, len(PACKED) - 1), st.integers(0, 7))
def test_that_a_flipped_bit_gives_tensors_or_a_typed_error(at: int, bit: int) -> None:
    changed = PACKED[:at] + bytes([PACKED[at] ^ (1 << bit)]) + PACKED[at + 1 :]
    with contextlib.suppress(ModelFileError):
        assert unpack(changed, "x").keys()


@given(st.binary(max_size=200))
def test_that_any_bytes_give_tensors_or_a_typed_error(content: bytes) -> None:
    with contextlib.suppress(ModelFileError):
        assert isinstance(unpack(content, "x"), dict)


def entry(shape: list[int], span: list[int], kind: str = "F32") -> dict[str, object]:
    return {"dtype": kind, "shape": shape, "data_offsets": span}


@pytest.mark.parametrize(
    "content",
    [
        built(json.dumps({"a": entry([0, 2**62], [0, 0])}).encode()),
        built(json.dumps({"a": entry([2], [0, 8]), "b": entry([2], [4, 12])}).encode(), bytes(12)),
        built(json.dumps({"a": entry([2], [4, 12])}).encode(), bytes(12)),
        built(json.dumps({"a": entry([2], [0, 8])}).encode(), bytes(9)),
        built(json.dumps({"a": entry([3], [0, 8])}).encode(), bytes(8)),
        built(json.dumps({"a": entry([-2], [0, 8])}).encode(), bytes(8)),
        built(json.dumps({"a": entry([True, 2], [0, 8])}).encode(), bytes(8)),
        built(json.dumps({"a": entry([2], [0, 8], "OBJ")}).encode(), bytes(8)),
        built(b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "a": {}}', bytes(4)),
        built(b'{"a": NaN}'),
        built(b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
        built(b"[]"),
        struct.pack("<Q", 2**63),
        struct.pack("<Q", LARGEST_HEADER + 1) + b" " * (LARGEST_HEADER + 1),
    ],
)
def test_that_headers_that_lie_are_refused(content: bytes) -> None:
    with pytest.raises(ModelFileError, match="no whole safetensors file"):
        unpack(content, "weights.safetensors")


def test_that_a_pickle_is_refused_unopened() -> None:
    class Trap:
        def __reduce__(self) -> object:
            raise AssertionError

    with pytest.raises(ModelFileError, match="can run any program"):
        unpack(pickle.dumps({"a": 1}), "model.pt")
    with pytest.raises(ModelFileError, match="can run any program"):
        unpack(b"PK\x03\x04" + bytes(30), "model.pt")


def test_that_weights_that_do_not_fit_are_listed() -> None:
    model = torch.nn.Linear(4, 2)
    wrong = {"weight": torch.zeros(2, 5), "scale": torch.zeros(1)}
    with pytest.raises(ModelFileError) as raised:
        fit(model, wrong, "000001")
    assert "bias is missing" in raised.value.why
    assert "scale is unknown" in raised.value.why
    assert "weight is (2, 5) in place of (2, 4)" in raised.value.why
    with pytest.raises(ModelFileError, match="float64 in place of"):
        fit(model, {"weight": torch.zeros(2, 4, dtype=torch.float64), "bias": torch.zeros(2)}, "000001")


def test_that_weights_that_are_no_numbers_are_refused_and_the_model_is_untouched() -> None:
    model = torch.nn.Linear(2, 1)
    before = model.weight.detach().clone()
    weights = {"weight": torch.tensor([[1.0, torch.nan]]), "bias": torch.zeros(1)}
    with pytest.raises(ModelFileError, match="in weight"):
        fit(model, weights, "000001")
    assert torch.equal(model.weight, before)
    assert not_finite({"a": torch.tensor([torch.inf]), "b": torch.ones(2), "c": torch.arange(3)}) == ["a"]


def test_that_fitting_weights_are_taken() -> None:
    model = torch.nn.Linear(2, 1)
    fit(model, {"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([3.0])}, "000001")
    assert model.weight.tolist() == [[1.0, 2.0]]


def test_that_packing_leaves_no_type_behind_for_every_size() -> None:
    pack({"a": torch.ones(1)})
    before = len(ctypes.Array.__subclasses__())
    for size in range(7_001, 7_021):
        pack({"a": torch.ones(size)})
    gc.collect()
    assert len(ctypes.Array.__subclasses__()) <= before
