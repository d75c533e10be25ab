"""Values as the text of an INI file that Qt reads; Qt itself would have Python's lock while it waits for the disk."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QByteArray

PLAIN = frozenset(" !#$&'()*+-./:<>?@[]^_`{|}~")
"""Characters beside letters and digits that mean themselves within quotes."""
GENERAL = "General"
"""The section of keys without one."""


def ini_text(values: Mapping[str, object]) -> str:
    """The text of a file; values of kinds that the window does not keep are left out."""
    sections: dict[str, list[str]] = {}
    for key, value in sorted(values.items()):
        written = _value(value)
        if written is not None:
            section, slash, rest = key.partition("/")
            sections.setdefault(_section(section) if slash else GENERAL, []).append(
                f"{_key(rest if slash else key)}={written}"
            )
    return "\n".join(f"[{name}]\n" + "\n".join(lines) + "\n" for name, lines in sections.items())


def _section(name: str) -> str:
    # a group that is called as the section of keys without one
    return f"%{name}" if name == GENERAL else _key(name)


def _key(text: str) -> str:
    return "".join(_letter(each) for each in text)


def _letter(letter: str) -> str:
    if letter == "/":
        return "\\"
    if letter.isascii() and (letter.isalnum() or letter in "_-."):
        return letter
    return "".join(f"%{unit:02X}" if unit <= 0xFF else f"%U{unit:04X}" for unit in _units(letter))


def _value(value: object) -> str | None:
    if isinstance(value, QByteArray):
        return _quoted(f"@ByteArray({bytes(value.data()).decode('latin-1')})")
    if isinstance(value, str):
        return _quoted(_not_a_mark(value))
    if isinstance(value, (bool, int, float)):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(_quoted(_not_a_mark(each)) for each in value) if value else "@Invalid()"
    return None


def _not_a_mark(text: str) -> str:
    # @ at the beginning announces another kind of value
    return f"@{text}" if text.startswith("@") else text


def _quoted(text: str) -> str:
    written, open_escape = [], False
    for letter in text:
        # a digit after an escape would be taken for a part of it
        plain = letter.isascii() and (letter.isalnum() or letter in PLAIN)
        open_escape = not plain or (open_escape and letter in "0123456789abcdefABCDEF")
        written.append("".join(f"\\x{unit:x}" for unit in _units(letter)) if open_escape else letter)
    return '"' + "".join(written) + '"'


def _units(letter: str) -> list[int]:
    """UTF-16 code units, as Qt counts them."""
    raw = letter.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2)]
