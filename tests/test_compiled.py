"""What is compiled computes what the same in Python does, to the last bit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cleaner import compiled
from cleaner.compiled import LOOPS
from cleaner.duplicates import _IS_PASSED, _PASSED_OVER
from cleaner.features import Tokens, tokenise
from cleaner.features_bytes import BYTE_CLASS
from cleaner.features_words import BITS, VOCABULARY_BITS, pack
from cleaner.grams import Finder
from cleaner.html_tags import read_tags
from cleaner.lines import (
    are_lines,
    paragraphs_of,
    spaced,
    starts_with_any,
    surely_differ,
    visible_lines,
)
from cleaner.records import Paragraph, Span
from cleaner.view import view
from cleaner.word_sums import style_sums, text_sums

ROOT = Path(__file__).resolve().parents[1]
Result = TypeVar("Result")

needs_compiled = pytest.mark.skipif(
    any(getattr(compiled, name) is None for name in LOOPS), reason="the loops are not compiled"
)
# Letters of one, two, three and four bytes, marks, symbols, line ends, and what is no text.
_LETTERS = "abzAZ019 '’“\"-–—.:;,!?()|*•\n\t\x00\x1e\xa0é©ßДŠ新…\u2028🎉\ud800"
_TEXTS = st.text(st.sampled_from(_LETTERS), max_size=60) | st.text(max_size=40)
_WORDS = st.lists(
    st.sampled_from(["the", "Dam", "held", "2024", "don't", "said.", "“No”", "-", "Running", "x"]),
    max_size=30,
).map(" ".join)
_HTML = st.lists(
    st.sampled_from(
        ["<", "</", ">", "/>", "script", "style", "textarea", "p", "a b", "=", '"', "'", " ", "-",
         "--", "-->", "<!--", "!", "?", "x", "</script>", "<script>", "<script", "\n", "é", "S",
         "TYLE", "</p>", "<p>", "<a href=", "</style", "\u2003", "ſcript", "</textarea >", "<//p>"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@contextmanager
def in_python() -> Iterator[None]:
    """Do without what is compiled."""
    with pytest.MonkeyPatch.context() as patch:
        for name in LOOPS:
            patch.setattr(compiled, name, None)
        yield


def both(function: Callable[[], Result]) -> tuple[Result, Result]:
    """What a function gives with and without what is compiled."""
    with in_python():
        slow = function()
    return function(), slow


def same_tokens(one: Tokens, other: Tokens) -> bool:
    return all(
        a.dtype == b.dtype and np.array_equal(a, b) for a, b in zip(one, other, strict=True)
    )


def test_loops_are_compiled_where_there_is_a_compiler() -> None:
    """An install that quietly leaves them out would be slow, and nobody would know."""
    header = Path(sysconfig.get_paths()["include"]) / "Python.h"
    if not (shutil.which("cc") and header.exists()) or os.environ.get("CLEANER_COMPILED") == "0":
        pytest.skip("no compiler here, or not wanted")
    assert [name for name in LOOPS if getattr(compiled, name) is None] == []


@needs_compiled
def test_compiled_loops_are_those_of_this_checkout() -> None:
    """Who changes a loop and forgets to install again would test the old one."""
    for name in LOOPS:
        binary = Path(getattr(compiled, name).__file__)
        source = binary.parent / f"_{name}.pyx"
        if source.exists() and binary.is_relative_to(ROOT):
            assert binary.stat().st_mtime >= source.stat().st_mtime, "run: make run"


@needs_compiled
@given(st.lists(_TEXTS, max_size=8))
@example([])
@example(["", "\x1e", "''", "it's 'a'b'", "©'x", "x'©", "'"])
@example(["ab" * 9_000 + "ü" * 9_000, "next"])
@example(["short", "x" * 300_000, "", "\x1e" * 20_000])
def test_words(texts: list[str]) -> None:
    """Words, their hashes and counts, whatever the texts are made of."""
    assert same_tokens(*both(lambda: tokenise(texts)))


@needs_compiled
@given(st.lists(_TEXTS | _WORDS, max_size=8), st.integers(0, 2**32 - 1), st.data())
def test_sums(texts: list[str], seed: int, data: st.DataObject) -> None:
    """Sums of weights are the same bits, for all paragraphs and for some."""
    random = np.random.default_rng(seed)
    tokens = tokenise(texts)
    pairs = [
        pack(random.normal(0, 4, (2, 1 << BITS)).astype(np.float16).astype(np.float32))
        for _ in range(2)
    ]
    known = random.random(1 << VOCABULARY_BITS) < 0.5
    size = tokens.begins.size
    flags = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
    chosen = np.array(flags, np.bool_)

    for fast, slow in zip(*both(lambda: text_sums(tokens, np.stack(pairs, axis=1))), strict=True):
        assert np.array_equal(fast, slow)
    assert np.array_equal(*both(lambda: style_sums(tokens, known, pairs[0], chosen)))


@needs_compiled
@given(_TEXTS, st.text("-–•, .", max_size=4))
def test_lines(text: str, marks: str) -> None:
    """Spans, blocks, paragraphs, and what lines begin with."""
    fast, slow = both(lambda: visible_lines(text))
    assert fast == slow
    spans, _ = fast
    paragraphs, others = both(lambda: paragraphs_of(text, spans))
    assert paragraphs == others
    assert all(type(span) is Span for span in spans)
    assert all(type(paragraph) is Paragraph for paragraph in paragraphs)
    assert len({*both(lambda: starts_with_any(text, spans, marks))}) == 1
    assert len({*both(lambda: are_lines(paragraphs))}) == 1
    assert len({*both(lambda: are_lines([Paragraph(0, Span(0, len(text)), text)]))}) == 1
    fast_places, slow_places = both(lambda: spaced(text, marks))
    assert fast_places == slow_places


@needs_compiled
@given(_TEXTS)
def test_views(text: str) -> None:
    """The view of a text, in all widths of characters."""
    fast, slow = both(lambda: view(text))
    assert (fast.text, fast.folded) == (slow.text, slow.folded)
    assert fast.text.isascii() == slow.text.isascii()
    assert np.array_equal(fast.starts, slow.starts)


@needs_compiled
@given(st.lists(st.text("ab \"'", max_size=70), max_size=6))
def test_lines_that_surely_differ_do(lines: list[str]) -> None:
    """Lines with the same edges are looked at more closely; those without all differ."""
    folded = "\n".join(lines).encode()
    keys = [key for key in folded.translate(None, _PASSED_OVER).split(b"\n") if key]
    if surely_differ(folded, len(keys), _IS_PASSED):
        assert len(set(keys)) == len(keys)
    assert not surely_differ(folded, len(keys) + 1, _IS_PASSED)


@needs_compiled
def test_short_lines_that_differ_are_known_to() -> None:
    """The quick look is there to be right nearly always: only long equal edges deceive it."""
    assert surely_differ(b"a b\nab c\n\n\"'\nb a c", 3, _IS_PASSED)
    assert not surely_differ(b"a b\nab", 2, _IS_PASSED)
    assert not surely_differ(b"x" * 30 + b"a" + b"y" * 30 + b"\n" + b"x" * 30 + b"b" + b"y" * 30, 2,
                             _IS_PASSED)  # fmt: skip


@needs_compiled
@given(_HTML)
@example("<p a='>' b=\"x")
@example("<script><!-- <script>1</script> --></script>x<style>y")
@example("<p></P><p></p ><//a></b><B></B>")
def test_tags(html: str) -> None:
    """Tags, attributes and unseen parts, however broken they are."""
    fast, slow = both(lambda: read_tags(html))
    assert fast == slow


@needs_compiled
@given(
    st.lists(
        st.text("ab\n é1", min_size=1, max_size=20).filter(str.strip),
        min_size=1, max_size=30, unique=True,
    ),
    st.lists(st.text("ab\n é1", max_size=90).map(lambda text: f"\n{text}\n"), max_size=5),
    st.sampled_from([3, 12, inf]),
)  # fmt: skip
def test_literals(literals: list[str], texts: list[str], longest: float) -> None:
    """The same places in the same order, lines that are too long for a literal or not."""

    def find() -> object:
        finder = Finder([word.encode() for word in literals], [longest] * len(literals))
        return finder.find_all([text.encode() for text in texts])

    fast, slow = both(find)
    assert fast == slow


@needs_compiled
def test_arrays_that_do_not_fit_are_refused() -> None:
    """A compiled loop checks what it is given before it reads."""
    finder = Finder([b"share"], [inf])
    with pytest.raises(ValueError, match="bytes"):
        finder._search.find(b"\nshare\n", np.array([0, 99]), np.array([True]))
    with pytest.raises(ValueError, match="256"):
        compiled.lines.count_lines(b"x", b"\0")  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="separator"):
        compiled.words.find_words(b"it'", BYTE_CLASS)  # type: ignore[union-attr]


@needs_compiled
def test_a_run_writes_the_same_bytes(tmp_path: Path) -> None:
    """All seeds, with and without what is compiled: the same documents and the same removals."""
    seeds = [str(path) for path in sorted((ROOT / "seeds").iterdir()) if path.suffix != ".json"]
    written = []
    for switch in ("1", "0"):
        out = tmp_path / switch
        done = subprocess.run(
            [sys.executable, "-m", "cleaner", *seeds, "-o", str(out), "--workers", "1"],
            cwd=ROOT, env=os.environ | {"CLEANER_COMPILED": switch}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        written.append([
            path.read_bytes()
            for folder in ("documents", "removed")
            for path in sorted((out / folder).iterdir())
        ])  # fmt: skip
    assert written[0] == written[1]
    assert sum(map(len, written[0])) > 10_000


@pytest.mark.slow
def test_all_fast_tests_pass_without_compiled_loops() -> None:
    """Who has no compiler has the same program."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "-q", "-m", "not slow and not shared"],
        cwd=ROOT, env=os.environ | {"CLEANER_COMPILED": "0"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
