"""What the user typed -> the sources to read, in an order that is always the same."""

from __future__ import annotations

import difflib
import glob
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import TypeAlias

from cleaner.errors import InputError
from cleaner.readers.source import STANDARD_INPUT, Source, printable, split_endings

_MAX_NAMES_COMPARED = 2000
_NO_RIGHTS = ("no-rights", "This user may not list the folder.")


IsDone: TypeAlias = Callable[[str, os.stat_result], bool]


def find_inputs(
    arguments: Iterable[str], exclude: Iterable[str] = (), is_done: IsDone | None = None
) -> Iterator[Source]:
    """The sources behind files, folders, globs and ``-``, sorted within each folder.

    Mistakes in the arguments raise `InputError` at once, before anything is read. What
    goes wrong below a folder later becomes a `Source` with a `problem`, which `read`
    turns into a `Rejected`: one locked folder doesn't stop a crawl of a million files.
    Files of unknown endings come out as sources that are `skipped`. Hidden files and
    folders are passed over, and so is everything in `exclude` (an output folder that
    lies inside the input). Links to folders are not followed.

    `is_done` is asked about each file that is found in a folder, by its absolute path and its
    status; those that it affirms are left out, for a fraction of what a `Source` costs.

    >>> [source.path for source in find_inputs(["-"])]
    ['-']
    """
    checked = [path for argument in arguments for path in _check(argument)]
    excluded = frozenset(os.path.realpath(path) for path in exclude)
    return _expand(_without_repeats(checked), excluded, is_done)


def _check(argument: str) -> list[str]:
    """The paths that one argument stands for; raises `InputError` where there is none."""
    if argument == STANDARD_INPUT or os.path.lexists(argument):
        if argument != STANDARD_INPUT and not os.access(argument, os.R_OK):
            link = "a broken link" if Path(argument).is_symlink() else "not readable for this user"
            raise InputError(f"{printable(argument)}: {link}. Check it with: ls -l {argument}")
        return [argument]
    if glob.has_magic(argument):
        if found := sorted(glob.iglob(argument, recursive=True)):  # noqa: PTH207
            return found
        raise InputError(
            f"{argument}: no file matches this pattern. Try it without its last part, or name "
            "the folder: folders are searched through."
        )
    raise InputError(_missing(argument))


def _missing(argument: str) -> str:
    path = Path(os.path.normpath(argument))
    message = f"{printable(argument)}: there is no such file or folder."
    parent = path.parent
    if not argument:
        return "An input is empty text; a shell variable may be unset. Name a file or a folder."
    if not parent.is_dir():
        return f"{message} Its folder {parent} does not exist either."
    try:
        names = [entry.name for entry in islice(os.scandir(parent), _MAX_NAMES_COMPARED)]
    except OSError:
        return message
    close = difflib.get_close_matches(path.name, names, n=3, cutoff=0.6)
    if close:
        return f"{message} Did you mean {' or '.join(str(parent / name) for name in close)}?"
    return f"{message} To see what is there: ls {parent}"


def _without_repeats(paths: Iterable[str]) -> list[str]:
    """Drop what is named twice, or lies in a folder that is named as well."""
    paths = list(paths)
    folders = {os.path.normpath(path) for path in paths if Path(path).is_dir()}
    chosen: dict[str, str] = {}
    for path in paths:
        normal = os.path.normpath(path)
        above = [str(parent) for parent in Path(normal).parents]
        if path == STANDARD_INPUT or not folders.intersection(above):
            chosen.setdefault(normal, path)
    return list(chosen.values())


def _expand(
    paths: Iterable[str], excluded: frozenset[str], is_done: IsDone | None
) -> Iterator[Source]:
    for path in paths:
        if path == STANDARD_INPUT:
            yield Source(path, named=True)
        elif Path(path).is_dir():
            yield from _walk(path, excluded, is_done)
        else:
            yield _source(path, named=True)


def _walk(
    folder: str, excluded: frozenset[str], is_done: IsDone | None
) -> Iterator[Source]:  # fmt: skip
    """Everything below a folder, in sorted order; memory holds the names of one branch."""
    stack: list[str | os.DirEntry[str]] = [folder]
    # Links to folders are not followed, so all paths below begin alike.
    base, cut = os.path.realpath(folder).rstrip(os.sep), len(folder.rstrip(os.sep))
    while stack:
        item = stack.pop()
        if not isinstance(item, str):
            if is_done is not None:
                try:
                    if is_done(base + item.path[cut:], item.stat()):
                        continue
                except OSError:
                    pass  # told below
            yield _source(item.path, named=False, look=item.stat)
        elif not excluded or os.path.realpath(item) not in excluded:
            try:
                entries = _entries(item)
            except PermissionError:
                yield Source(item, problem=_NO_RIGHTS)
            except FileNotFoundError:
                yield Source(item, problem=("vanished", "The folder was listed, but is gone now."))
            except OSError as error:
                reason = f"The folder can't be listed: {error.strerror}."
                yield Source(item, problem=("unreadable", reason))
            else:
                stack.extend(entries)


def _entries(folder: str) -> list[str | os.DirEntry[str]]:
    """A folder's visible entries, last first; folders to enter are there as their paths."""
    with os.scandir(folder) as found:
        entries = [entry for entry in found if not entry.name.startswith(".")]
    entries.sort(key=_name, reverse=True)
    return [entry.path if entry.is_dir(follow_symlinks=False) else entry for entry in entries]


_name = attrgetter("name")


def _source(
    path: str, *, named: bool, look: Callable[[], os.stat_result] | None = None
) -> Source:  # fmt: skip
    """The source for a file; `look` asks for its size and time, once, however many files."""
    _, format_name, compression = split_endings(path)
    try:
        status = look() if look else Path(path).stat()
    except FileNotFoundError:
        reason = "The file was listed, but is gone now, or it is a link to nothing."
        return Source(path, problem=("vanished", reason))
    except OSError as error:
        reason = f"The file can't be looked at: {error.strerror}."
        return Source(path, problem=("unreadable", reason))
    skipped = None
    if not named:
        if stat.S_ISDIR(status.st_mode):
            skipped = "a link to a folder: not followed"
        elif not stat.S_ISREG(status.st_mode):
            skipped = "not a regular file"
        elif format_name is None:
            ending = Path(path).suffix.lower()
            skipped = f"unknown ending {printable(ending)}" if ending else "no ending"
    return Source(
        path,
        format=format_name,
        compression=compression,
        size=status.st_size,
        mtime=status.st_mtime,
        mtime_ns=status.st_mtime_ns,
        named=named,
        skipped=skipped,
    )
