"""Values to rows of JSON: one a document, one a removed span, one a rejected record."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from cleaner import __version__
from cleaner.records import Action, Cleaned, Decision, Raw, Rejected

# One fixed key set in one order: loaders guess the columns from the first file they see.
METADATA_KEYS = (
    "title",
    "authors",
    "site",
    "host",
    "lang",
    "path",
    "record",
    "encoding",
    "extractor",
    "chars_in",
    "chars_out",
    "removed_spans",
    "ai_declared",
    "ai_disclosure",
    "ai_score",
    "ai_chars",
    "ai_suspect_chars",
    "truncated",
    "duplicate_of",
)

Row = dict[str, Any]

_ROW_START = b'{"id":'
_NEXT_ROW = b"}," + _ROW_START


def document_row(cleaned: Cleaned, text: str, removed_spans: int, config: str) -> bytes:
    """The row of a document; `text` is its kept text, `config` the configuration's digest.

    The keys, and those of ``metadata``, are always the same and in the same order; what is
    unknown is null. Raises ``orjson.JSONEncodeError`` for text that no JSON can hold.
    """
    document, metadata = cleaned.document, cleaned.metadata
    values: Row = {key: metadata.get(key) for key in METADATA_KEYS}
    values["chars_in"] = len(document.text)
    values["chars_out"] = len(text)
    values["removed_spans"] = removed_spans
    values["cleaner"] = __version__
    values["config"] = config
    return _dumps(
        {
            "id": document.id,
            "text": text,
            "source": document.source,
            "url": document.url,
            "added": metadata.get("added"),
            "created": metadata.get("created"),
            "metadata": values,
        }
    )


def with_duplicate_of(row: bytes, first: str) -> bytes:
    """A document's row with ``metadata.duplicate_of`` set to the id of an earlier document.

    >>> with_duplicate_of(b'{"metadata":{"title":null,"duplicate_of":null}}', "7")
    b'{"metadata":{"title":null,"duplicate_of":"7"}}'
    """
    # No string can hold this: inside of one, a quotation mark has a backslash before it.
    return row.replace(b'"duplicate_of":null', b'"duplicate_of":' + orjson.dumps(shown(first)), 1)


def span_rows(cleaned: Cleaned, decisions: Iterable[Decision]) -> list[bytes]:
    """One row a decision, in the order given; offsets count code points of the extracted text.

    Pages have a hundred of them, so they are encoded together and cut apart at a row's start,
    which no string can hold: inside of one, a quotation mark has a backslash before it.
    """
    text, identifier = cleaned.document.text, shown(cleaned.document.id)
    rows = [
        {
            "id": identifier,
            "start": start,
            "end": end,
            "text": text[start:end],
            "label": label,
            "by": because.by if because else None,
            "score": because.score if because else None,
        }
        for (start, end), _, label, because in decisions
    ]
    if not rows:
        return []
    # Models score in numpy's types, which are floats to everybody but the encoder.
    encoded = orjson.dumps(rows, option=orjson.OPT_SERIALIZE_NUMPY)
    return [_ROW_START + row + b"}" for row in encoded[len(_ROW_START) + 1 : -2].split(_NEXT_ROW)]


def labelled(cleaned: Cleaned) -> list[Decision]:
    """What is kept although something was found in it: the result of ``--label-only``."""
    return [
        decision
        for decision in cleaned.decisions
        if decision.action is Action.KEEP
        and decision.because is not None
        and decision.label != "reporting"
    ]


def quarantine_row(rejected: Rejected) -> bytes:
    """The row of a rejected record: its bytes, where they stood, and why it was rejected."""
    raw, meta = rejected.raw, rejected.raw.meta
    return _dumps(
        {
            "id": raw.id,
            "path": raw.source,
            "record": meta.get("record"),
            "offset": meta.get("offset"),
            "length": meta.get("length"),
            "bytes": base64.b64encode(raw.body).decode("ascii"),
            "media_type": raw.media_type,
            "meta": dict(meta),
            "kind": rejected.kind,
            "reason": rejected.reason,
        }
    )


def rejected_of(row: Mapping[str, Any]) -> Rejected:
    """The rejected record that `quarantine_row` wrote.

    >>> raw = Raw("a", "in.jsonl", "text/plain", b"\\xff", {"record": 3})
    >>> rejected_of(orjson.loads(quarantine_row(Rejected(raw, "empty", "Nothing.")))).raw == raw
    True
    """
    body = base64.b64decode(row["bytes"])
    raw = Raw(row["id"], row["path"], row["media_type"], body, row["meta"])
    return Rejected(raw, row["kind"], row["reason"])


def shown(string: str) -> str:
    """`string` with lone surrogates (bytes of a file name that is not UTF-8) made visible.

    >>> shown("caf\\udce9.html")
    'caf\\\\udce9.html'
    """
    if string.isascii():
        return string
    return string.encode("utf-8", "backslashreplace").decode("utf-8")


def _dumps(row: Row) -> bytes:
    try:
        return orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY)
    except orjson.JSONEncodeError:
        text = row.get("text")
        # A document's text must stay what its offsets were measured on; names needn't.
        row = {name: _plain(value) for name, value in row.items()}
        if text is not None:
            row["text"] = text
        return orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, Mapping):
        return {shown(str(key)): _plain(item) for key, item in value.items()}
    return value
