"""The two streams of a terminal program: results on the one, remarks on the other."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO


def emit(line: str) -> None:
    """Write a line of the result to standard output."""
    sys.stdout.write(line + "\n")


def emit_rows(rows: Iterable[bytes]) -> None:
    """Write lines of JSON to standard output, as bytes: always UTF-8, whatever the locale is."""
    sys.stdout.flush()
    block = b"".join(row + b"\n" for row in rows)
    sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()


def is_attended() -> bool:
    """Whether somebody may be watching: cron and systemd start programs without a terminal."""
    return any(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def say(line: str, level: str = "INFO") -> None:
    """Write a remark to standard error, under the program's name; with time in a log."""
    sys.stderr.write(f"{'' if is_attended() else f'{clock()} {level} '}cleaner: {line}\n")
    sys.stderr.flush()


def clock() -> str:
    """The local time with its offset, as log lines begin with it."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def wants_colour(choice: str, stream: TextIO) -> bool:
    """Whether to colour what goes to `stream`: as told, or on terminals without NO_COLOR."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """The terminal's width in columns, within what is pleasant to read."""
    return min(shutil.get_terminal_size((100, 24)).columns, 140)


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "input"), counted(1200, "input")
    ('1 input', '1,200 inputs')
    """
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
