"""The parser of the command line: argparse whose complaints are one sentence with the nearest names that exist."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from core.errors import UsageError
from core.nearest import nearest
from core.params import whole


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises UsageError in place of printing and leaving."""

    def __init__(self, **options: Any) -> None:
        # half an option is refused: what it stands for could change when another option is added
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse has to say."""
        raise UsageError("usage.arguments", message, self._called, remedy=f"See `{self.prog} --help`")

    @property
    def _called(self) -> str:
        """Where an error is said to be: each line on the screen begins with the program's name already."""
        return self.prog.removeprefix("rankscope ")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; an unknown option is refused here, where the options that exist are known."""
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            raise self.unknown(rest)
        return found, rest

    def unknown(self, rest: Sequence[str]) -> UsageError:
        """The error for words that nothing takes."""
        word = rest[0]
        if not word.startswith("-"):
            return UsageError(
                "usage.arguments", f"nothing takes {word!r}", self._called, remedy=f"See `{self.prog} --help`"
            )
        near = nearest(word.split("=")[0], self.options())
        remedy = f"Did you mean {', '.join(near)}?" if near else f"See `{self.prog} --help`"
        return UsageError(
            "usage.unknown-option", f"there is no option {word.split('=')[0]}", self._called, remedy=remedy
        )

    def options(self) -> Iterator[str]:
        """All long options."""
        for action in self._actions:
            yield from (option for option in action.option_strings if option.startswith("--"))


def add_shared(parser: argparse.ArgumentParser) -> None:
    """Options that every command has."""
    # absent rather than None: the same option before the command must not be overwritten by the one after it
    parser.add_argument(
        "--workspace",
        metavar="FOLDER",
        default=argparse.SUPPRESS,
        help="where runs are kept (else RANKSCOPE_WORKSPACE, else your data folder)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option for output that programs read."""
    parser.add_argument("--json", action="store_true", help="print one JSON object a line; the last is the result")


def add_store(parser: argparse._ActionsContainer) -> None:
    """The option for reading data anew."""
    parser.add_argument(
        "--no-store",
        action="store_true",
        help="read the source anew and keep nothing (else data that was read before is opened as it was kept)",
    )


def whole_numbers(text: str) -> tuple[int, ...]:
    """``5,10,20`` as numbers from 1 on."""
    try:
        numbers = tuple(whole(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of whole numbers from 1 on, such as 5,10,20")
    return numbers


def whole_number(text: str) -> int:
    """A number from 1 on."""
    numbers = whole_numbers(text)
    if len(numbers) > 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not one whole number from 1 on")
    return numbers[0]
