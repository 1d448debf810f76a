"""Explanations: every passage once, with its reason; nothing in a page or terminal comes alive."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fakes import FakeCleaner

from cleaner.cli import main

EVIL = "AD <script>alert(1)</script> \"quoted\" 'too' & more \x1b[31m\x07\n"


@pytest.fixture(autouse=True)
def _page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("cleaner.commands.explain.Cleaner", FakeCleaner)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    Path("page.txt").write_text(f"News that was {'very ' * 30}long.\n{EVIL}", "utf-8")


def test_a_terminal_is_not_steered_by_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences of the text are made harmless, also where colours are on."""
    for choice in ("always", "never"):
        assert main(["explain", "page.txt", "--color", choice]) == 0
        shown = capsys.readouterr().out

        assert "\x07" not in shown
        assert set(re.findall(r"\x1b\[[\d;]*m", shown)) <= {
            "\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m",
        }  # fmt: skip
        assert ("\x1b" in shown) == (choice == "always")


def test_each_passage_is_shown_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """Label, score, finder, its reason, wrapped text, and totals."""
    assert main(["explain", "page.txt"]) == 0

    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "  reporting           News that was very very" in shown
    assert "- chrome 0.90         AD <script>" in shown
    assert "^ rule:fake.ad: Lines in capitals sell something." in shown
    assert "characters kept (" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_no_color_is_respected(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR goes before a terminal, and ``--color always`` before NO_COLOR."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    main(["explain", "page.txt"])
    assert "\x1b" not in capsys.readouterr().out


def test_machines_get_one_row_a_decision(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """``--json`` has offsets, action, label, finder, score and text."""
    assert main(["explain", "page.txt", "--json"]) == 0

    kept, removed = map(json.loads, capsysbinary.readouterr().out.splitlines())
    assert (kept["action"], kept["label"], kept["by"], kept["score"]) == (
        "keep", "reporting", None, None,
    )  # fmt: skip
    assert list(removed) == ["id", "start", "end", "action", "label", "by", "score", "text"]
    assert (removed["start"], removed["text"]) == (kept["end"], EVIL)


class Elements(HTMLParser):
    """Collects the tags and what could load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def test_the_page_is_self_contained_and_escaped() -> None:
    """No script, no outside resource; the text's own markup is only text."""
    assert main(["explain", "page.txt", "--html", "report.html", "--quiet"]) == 0

    page = Path("report.html").read_text("utf-8")
    elements = Elements()
    elements.feed(page)
    assert not elements.tags & {"script", "img", "link", "iframe", "object", "form"}
    assert not elements.attributes & {"src", "href", "onclick", "action"}
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &quot;quoted&quot;" in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert [path.name for path in Path().iterdir() if path.name.startswith(".")] == []


def test_a_rejected_record_is_explained_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Its kind and reason take the place of the passages; status 3."""
    Path("page.txt").write_text("REJECT")

    assert main(["explain", "page.txt"]) == 3
    assert "! fake  It asked for it." in capsys.readouterr().out
    assert main(["explain", "page.txt", "--html", "report.html"]) == 3
    assert "Not a document: fake. It asked for it." in Path("report.html").read_text()
