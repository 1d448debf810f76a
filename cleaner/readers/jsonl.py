"""JSON lines: a record a line, read as bytes, one bad line at a time.

A line that can't be read is one `Rejected` and never the end of the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from cleaner.decode import decode_damaged_utf8
from cleaner.errors import InputError, RejectError
from cleaner.readers.fields import find_body, find_meta
from cleaner.readers.source import DamagedStreamError, ReadOptions, Source
from cleaner.records import Raw, Rejected

_MEDIA_TYPE = "application/x-ndjson"
_MAX_FIELDS_NAMED = 20


class Line(NamedTuple):
    """A line without its end: where it stands in the stream and how long it truly is.

    `body` is shorter than `length` where the line was over the limit; `problem` says so.
    """

    offset: int
    length: int
    body: bytes
    problem: tuple[str, str] | None = None


def read_jsonl(
    source: Source, chunks: Iterator[bytes], options: ReadOptions
) -> Iterator[Raw | Rejected]:
    """Yield a `Raw` for each line that holds a text, and a `Rejected` for each that doesn't.

    Blank lines are no records. Raises `InputError` where the first record of a file that
    the user named has no field that could be the text: all the others won't have it either.
    """
    record = source.first_record
    for line in split_lines(chunks, options, source.offset):
        body = line.body.removeprefix(b"\xef\xbb\xbf") if line.offset == 0 else line.body
        if not body.strip() and line.problem is None:
            continue
        try:
            yield _read_line(source, line, body, record, options)
        except RejectError as error:
            if error.kind == "no-text-field" and record == 0 and source.named:
                raise InputError(f"{source.shown}: {error.reason}") from error
            meta = {"record": record, "offset": line.offset, "length": line.length}
            name = f"{source.id}:{record}"
            raw = Raw(name, source.shown, _MEDIA_TYPE, body[: options.kept_bytes], meta)
            if error.kind in _REREADABLE:
                raw = Raw(name, source.shown, _MEDIA_TYPE, body, meta)
            yield Rejected(raw, error.kind, error.reason)
        record += 1


# Lines that another option or another version of the program may well read: kept whole.
_REREADABLE = frozenset({"bad-json", "no-text-field"})


def split_lines(
    chunks: Iterator[bytes], options: ReadOptions, offset: int = 0
) -> Iterator[Line]:  # fmt: skip
    """Split a stream at newlines, in memory that the longest allowed line bounds.

    The stream begins at byte `offset` of its file.

    What is left when the stream turns out to be damaged becomes a last `Line` with a
    `problem`: the lines before it have been yielded whole.

    >>> list(split_lines(iter([b"a\\nb", b"c"]), ReadOptions()))
    [Line(offset=0, length=1, body=b'a', problem=None), Line(offset=2, length=2, body=b'bc', problem=None)]
    """  # noqa: E501
    pending: list[bytes] = []
    length = 0

    def end_line(problem: tuple[str, str] | None = None) -> Line:
        if length > options.max_line_bytes and problem is None:
            reason = f"{length} bytes are more than max_line_bytes={options.max_line_bytes}."
            problem = ("line-too-long", f"The line is too long: {reason}")
        return Line(offset, length, b"".join(pending), problem)

    def extend(part: bytes) -> None:
        nonlocal length, pending
        length += len(part)
        if length <= options.max_line_bytes:
            pending.append(part)
        elif len(pending) > 1 or length == len(part):
            # Over the limit: the first part is evidence enough, the rest is only counted.
            pending = [b"".join([*pending, part])[: options.kept_bytes]]

    try:
        for chunk in chunks:
            first, *others = chunk.split(b"\n")
            extend(first)
            for part in others:
                yield end_line()
                offset, length, pending = offset + length + 1, 0, []
                extend(part)
    except DamagedStreamError as error:
        yield end_line((error.kind, f"{error.reason} What follows this point is lost."))
        return
    if length:
        yield end_line()


def _read_line(source: Source, line: Line, body: bytes, record: int, options: ReadOptions) -> Raw:
    if line.problem is not None:
        raise RejectError(*line.problem)
    value, encoding = _parse(body)
    if not isinstance(value, dict):
        kind = _JSON_NAMES.get(type(value), "number")
        raise RejectError("not-an-object", f"The line is a JSON {kind}, not an object with fields.")
    found = find_body(value, options)
    if found is None:
        raise RejectError("no-text-field", _no_text_field(value, options))
    if not found.text.strip():
        raise RejectError("empty", "The record's text is empty.")
    meta: dict[str, str | int | None] = {}
    meta.update({key: _sound(text) for key, text in find_meta(value, options).items() if text})
    name = meta.pop("id", None)
    if "added" not in meta:
        meta["added"] = source.added
    meta.update(record=record, offset=line.offset, length=line.length, charset="utf-8")
    if encoding is not None:
        meta["encoding"] = encoding
    return Raw(
        str(name) if name else f"{source.id}:{record}",
        source.shown,
        "text/html" if found.is_html else "text/plain",
        _encoded(found.text),
        meta,
    )


_JSON_NAMES = {list: "array", str: "string", bool: "boolean", type(None): "null"}


def _parse(body: bytes) -> tuple[Any, str | None]:
    """The JSON value of a line, and how its bytes were decoded where that needed help."""
    try:
        return orjson.loads(body), None
    except orjson.JSONDecodeError:
        pass
    encoding = None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text, encoding = decode_damaged_utf8(body), "utf-8 (replaced)"
    try:
        # The standard library takes lone surrogates, NaN and, so told, raw control characters.
        return json.loads(text, strict=False), encoding
    except json.JSONDecodeError as error:
        problem = error.msg.removesuffix(" at")
        reason = f"The line is not JSON: {problem} at character {error.pos} of {len(text)}."
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            reason += " It seems to be cut off."
        raise RejectError("bad-json", reason) from error
    except (RecursionError, ValueError) as error:
        raise RejectError("bad-json", f"The line can't be parsed: {error}.") from error


def _sound(text: str) -> str:
    """Without lone surrogates, which no encoding can write: ``\\ud800`` -> U+FFFD.

    Halves that belong together are joined. Most texts have none and pass as they are.
    """
    return text if text.isascii() else _encoded(text).decode("utf-8")


def _encoded(text: str) -> bytes:
    """The UTF-8 of what `_sound` makes of a text."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode("utf-8")


def _no_text_field(record: dict[str, Any], options: ReadOptions) -> str:
    names = list(record)
    shown = ", ".join(names[:_MAX_FIELDS_NAMED]) or "none"
    if len(names) > _MAX_FIELDS_NAMED:
        shown += f" and {len(names) - _MAX_FIELDS_NAMED} more"
    wanted = options.text_field or options.html_field
    problem = f"no field {wanted!r} with text" if wanted else "no field that looks like the text"
    return (
        f"The record has {problem}. Its fields: {shown}. "
        "Say which one to take: --text-field NAME for text, --html-field NAME for HTML."
    )
