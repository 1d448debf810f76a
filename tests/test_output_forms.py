"""Parquet shards and dolma attributes: the same documents in other forms."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cleaner.cli import main

TEXTS = [
    "AD a\nNews \U0001f600.\nAD b\n", "AD only\n", "No advertisement.", "REJECT", "News.\nAD c",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _crawl(fake_cleaner: Path) -> None:
    lines = [json.dumps({"text": text, "id": str(number)}) for number, text in enumerate(TEXTS)]
    Path("in.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def rows(pattern: str) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(Path().glob(pattern)) for line in path.open("rb")]


def cut(text: str, spans: list[list[float]]) -> str:
    for start, end, _ in reversed(spans):
        text = text[: int(start)] + text[int(end) :]
    return text


# --- attributes ----------------------------------------------------------------------------


def test_attributes_need_an_output_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard output there is no place for them."""
    assert main(["in.jsonl", "--attributes", "dolma"]) == 2
    assert "--attributes needs an output folder. Add -o OUT." in capsys.readouterr().err


def test_cutting_the_spans_out_of_the_extracted_text_gives_the_text(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Row by row beside the documents, in code points, also for emptied documents."""
    assert main(["in.jsonl", "-o", "out", "--attributes", "dolma", "--quiet"]) == 3
    documents, attributes = rows("out/documents/*"), rows("out/attributes/*")
    assert main(["restore", "out"]) == 0
    restored = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]

    assert [row["id"] for row in attributes] == [row["id"] for row in documents]
    for row, document, text in zip(attributes, documents, restored, strict=True):
        spans = row["attributes"]["cleaner__remove"]
        assert cut(text["text"], spans) == document["text"]
        assert len(row["attributes"].get("cleaner__chrome", [])) == len(spans)
    assert attributes[0]["attributes"]["cleaner__chrome"] == [[0, 5, 0.9], [13, 18, 0.9]]


def test_labels_alone_are_attributes_too() -> None:
    """With ``--label-only`` nothing is to be cut, and the labels are there."""
    main(["in.jsonl", "-o", "out", "--attributes", "dolma", "--label-only", "--quiet"])

    [first, *_] = rows("out/attributes/*")
    assert first["attributes"]["cleaner__remove"] == []
    assert len(first["attributes"]["cleaner__chrome"]) == 2


def test_a_shard_that_is_written_again_keeps_its_attributes() -> None:
    """Rows and attributes stay in step when an input changes, also without the option."""
    Path("more.jsonl").write_text('{"text": "AD x\\nMore.", "id": "m"}\n')
    main(["more.jsonl", "in.jsonl", "-o", "out", "--attributes", "dolma", "--quiet"])
    Path("more.jsonl").write_text('{"text": "Changed.", "id": "n"}\n')
    assert main(["more.jsonl", "in.jsonl", "-o", "out", "--quiet"]) == 0

    assert [row["id"] for row in rows("out/attributes/000000*")] == ["0", "1", "2", "4"]
    assert [row["id"] for row in rows("out/documents/000000*")] == ["0", "1", "2", "4"]
    assert main(["verify", "out", "--quiet"]) == 0


# --- Parquet -------------------------------------------------------------------------------


def test_without_pyarrow_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The extra is named before anything is written."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    assert main(["in.jsonl", "-o", "out", "--format", "parquet"]) == 2
    assert "pip install 'cleaner[parquet]'" in capsys.readouterr().err
    assert not Path("out").exists()


@pytest.mark.parametrize("compress", ["none", "gzip", "zstd"])
def test_parquet_holds_what_json_lines_hold(compress: str) -> None:
    """Column by column the same values; restore, verify and a second run work as ever."""
    parquet = pytest.importorskip("pyarrow.parquet")
    main(["in.jsonl", "-o", "lines", "--quiet"])
    command = ["in.jsonl", "-o", "out", "--format", "parquet", "--compress", compress, "--quiet"]
    assert main(command) == 3

    for folder in ("documents", "removed"):
        table = parquet.read_table(f"out/{folder}/000000.parquet")
        assert table.to_pylist() == rows(f"lines/{folder}/*")
    assert len(rows("lines/quarantine/*")) == 1
    assert main(["verify", "out", "--quiet"]) == 0
    assert main(["restore", "out", "-o", "restored.jsonl", "--quiet"]) == 0
    assert [row["text"] for row in rows("restored.jsonl")] == [
        text for text in TEXTS if text != "REJECT"
    ]
    before = Path("out/documents/000000.parquet").read_bytes()
    assert main(command) == 0
    assert Path("out/documents/000000.parquet").read_bytes() == before


def test_a_changed_input_is_replaced_in_parquet_too() -> None:
    """Older rows are taken out of Parquet shards, and the last is removed with its file."""
    parquet = pytest.importorskip("pyarrow.parquet")
    main(["in.jsonl", "-o", "out", "--format", "parquet", "--quiet"])
    Path("in.jsonl").write_text('{"text": "All new."}\n')

    assert main(["in.jsonl", "-o", "out", "--format", "parquet", "--quiet"]) == 0
    [path] = Path("out/documents").iterdir()
    assert parquet.read_table(path)["text"].to_pylist() == ["All new."]
    assert main(["verify", "out", "--quiet"]) == 0
