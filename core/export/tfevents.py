"""TensorBoard's event files: records with masked CRC-32C around protocol buffers of scalars.

The record format is TFRecord's (length, its checksum, data, its checksum); the messages are Event and Summary of
tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import NamedTuple

POLYNOMIAL = 0x82F63B78
"""CRC-32C (Castagnoli), bits reversed."""
MASK = 0xA282EAD8


class Scalar(NamedTuple):
    """One point of a curve; ``time`` in seconds since 1970."""

    tag: str
    step: int
    value: float
    time: float


def event_file(scalars: Iterable[Scalar], began: float) -> bytes:
    """The bytes of an event file."""
    version = _double(1, began) + _bytes(3, b"brain.Event:2")
    return b"".join([_record(version), *(_record(_event(each)) for each in scalars)])


def _event(scalar: Scalar) -> bytes:
    value = _bytes(1, scalar.tag.encode("utf-8", "replace")) + b"\x15" + struct.pack("<f", scalar.value)
    return _double(1, scalar.time) + b"\x10" + _varint(scalar.step) + _bytes(5, _bytes(1, value))


def _double(field: int, number: float) -> bytes:
    return bytes([field << 3 | 1]) + struct.pack("<d", number)


def _bytes(field: int, content: bytes) -> bytes:
    return bytes([field << 3 | 2]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _record(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    return length + _checksum(length) + content + _checksum(content)


def _checksum(content: bytes) -> bytes:
    crc = crc32c(content)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF)


def _table() -> tuple[int, ...]:
    found = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (POLYNOMIAL if byte & 1 else 0)
        found.append(byte)
    return tuple(found)


TABLE = _table()


def crc32c(content: bytes) -> int:
    """CRC-32C as in RFC 3720, byte by byte: event files of scalars are small."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF
