"""Shards as Parquet: the same columns as the JSON lines, with fixed types.

pyarrow is an extra (``pip install 'cleaner[parquet]'``), so it is imported late.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson

from cleaner.errors import UsageError
from cleaner.writers.rows import METADATA_KEYS

SUFFIX = ".parquet"
# Rejected records have free-form parts and exist to be replayed: they stay JSON lines.
FOLDERS = frozenset({"documents", "removed", "labels"})

_INTEGERS = frozenset("record chars_in chars_out removed_spans ai_chars ai_suspect_chars".split())
_SPAN = (("id", "s"), ("start", "i"), ("end", "i"), ("text", "s"), ("label", "s"), ("by", "s"),
         ("score", "f"))  # fmt: skip
_DOCUMENT = ("id", "text", "source", "url", "added", "created")


def check_installed() -> None:
    """Raise `UsageError` where pyarrow is missing, before a run begins."""
    _pyarrow()


def pack(folder: str, lines: Sequence[bytes], compress: str) -> bytes:
    """The rows of a shard as one Parquet file; the same rows give the same bytes."""
    pyarrow = _pyarrow()
    import pyarrow.parquet as parquet

    rows = [orjson.loads(line) for line in lines]
    table = pyarrow.Table.from_pylist(rows, schema=_schema(pyarrow, folder))
    file = io.BytesIO()
    parquet.write_table(table, file, compression=compress)
    return file.getvalue()


def unpack(path: Path) -> list[bytes]:
    """The rows of a Parquet shard as the lines of JSON that they were made of."""
    pyarrow = _pyarrow()
    import pyarrow.parquet as parquet

    try:
        rows = parquet.read_table(io.BytesIO(path.read_bytes())).to_pylist()
    except pyarrow.ArrowException as error:
        raise OSError(str(error)) from error
    return [orjson.dumps(row) for row in rows]


def _schema(pyarrow: ModuleType, folder: str) -> Any:
    types = {"s": pyarrow.string(), "i": pyarrow.int64(), "f": pyarrow.float64()}
    types["b"] = pyarrow.bool_()
    if folder != "documents":
        return pyarrow.schema([(name, types[kind]) for name, kind in _SPAN])
    names = [*METADATA_KEYS, "cleaner", "config"]
    kinds = {name: "i" if name in _INTEGERS else "s" for name in names}
    kinds |= {"ai_score": "f", "truncated": "b"}
    metadata = pyarrow.struct([(name, types[kinds[name]]) for name in names])
    fields = [(name, pyarrow.string()) for name in _DOCUMENT]
    return pyarrow.schema([*fields, ("metadata", metadata)])


def _pyarrow() -> ModuleType:
    try:
        return importlib.import_module("pyarrow")
    except ImportError as error:
        raise UsageError(
            "Parquet shards need pyarrow, which is not installed. Install it with: "
            "pip install 'cleaner[parquet]'"
        ) from error
