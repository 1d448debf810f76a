"""Raw records to documents: nothing hangs, nothing visible is lost without a word."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.errors import RejectError
from cleaner.extract import ExtractOptions, extract
from cleaner.html_text import plain_text
from cleaner.language import guess_language
from cleaner.records import Document, Raw

SHARED = Path(__file__).parents[2] / "shared"
STORY = "The council met on Monday and voted to build a library on Mill Street. "
PAGE = f"""<!doctype html><html lang="en-GB"><head><title>Council backs library</title>
<meta charset="utf-8"><meta property="og:site_name" content="The Mill Post">
<link rel="canonical" href="https://www.example.org/news/1"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Council backs library</h1>
<p>{STORY * 3}</p><p>{STORY * 2}</p></article></body></html>"""
# A hang would take minutes; this is no measurement of speed.
SECONDS = 20


def html(page: str | bytes, **meta: str | int | None) -> Raw:
    body = page if isinstance(page, bytes) else page.encode("utf-8", "surrogatepass")
    return Raw("1", "a.html", "text/html", body, meta)


def text(body: bytes, **meta: str | int | None) -> Raw:
    return Raw("1", "a.txt", "text/plain", body, meta)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (html(""), "no-text"),
        (html("<script>var text = 'none';</script><img src=x>"), "no-text"),
        (html("<a " * 10_000), "no-text"),
        (html(b"%PDF-1.7"), "binary"),
        (text(b"\x89PNG\r\n"), "binary"),
        (text(b"\xef\xbb\xbf \xc2\xa0\r\n"), "empty"),
    ],
)
def test_what_holds_no_text_is_rejected(raw: Raw, kind: str) -> None:
    """Each with the kind that the quarantine is grouped by."""
    with pytest.raises(RejectError) as caught:
        extract(raw)

    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("page", "first", "last"),
    [
        ("<div>" * 100_000 + STORY + "</div>" * 100_000 + "<p>The end.", "The council", "The end."),
        ("<b>word </b>" * 300_000 + "The end.", "word word", "The end."),
        ("<p>word</p>" * 300_000 + "The end.", "word\nword", "The end."),
        ("<p>" + STORY * 290_000 + "The end.", "The council", "The end."),
        ("<p>" + "&amp; &eacute; " * 500_000 + "The end.", "& é", "The end."),
        ("<p>" + "a < b " * 200_000 + "The end.", "a < b", "The end."),
        ("<p>" + "<b>word " * 30_000 + "The end.", "word word", "The end."),
        (f"<p>{STORY}<img src='data:image/png;base64,{'QUJD' * 2_500_000}'>The end.", "The c", "."),
        ("<p " + " ".join(f"a{n}=1" for n in range(40_000)) + f">{STORY}The end.", "The c", "."),
        ("<!--" * 5 + "-->" + f"<p>{STORY}The end.", "The council", "The end."),
        (f"<p>{STORY}<script>let a = '</p>';</script>The end.", "The council", "The end."),
        ("<table><tr><td>" * 5_000 + STORY + "The end.", "The council", "The end."),
    ],
)
def test_hostile_pages_end_by_themselves_with_their_text(page: str, first: str, last: str) -> None:
    """Deep nests, masses of tags, endless paragraphs, giant pictures and open tags."""
    started = time.monotonic()

    document = extract(html(page))

    assert time.monotonic() - started < SECONDS
    assert document.text.startswith(first)
    assert document.text.endswith(last)


def test_a_text_dump_keeps_its_lines() -> None:
    """Leading spaces, blank lines and the missing final newline are all as they were."""
    document = extract(text(b"Title\r\n\r\n\r\n  - Item\r\n\tTabbed\r\n\r\nLast"))

    assert document.text == "Title\n\n\n  - Item\n\tTabbed\n\nLast"
    assert document.meta["extractor"] == "text"


def test_markup_in_a_text_dump_is_text() -> None:
    """Only a page is searched for its article."""
    assert extract(text(b"<p>News</p>")).text == "<p>News</p>"


def test_a_page_comes_block_by_block_navigation_and_all() -> None:
    """What is removed later must be there to be removed with a reason."""
    document = extract(html(PAGE))

    assert document.text.startswith("Home\nCouncil backs library\n")
    assert document.meta["extractor"] == "blocks"
    lines = document.text.split("\n")
    assert [document.text[slice(*block.span)] for block in document.blocks] == lines


def test_trafilatura_takes_the_article_out_of_the_page() -> None:
    """Navigation stays behind; title, site and language go into the metadata."""
    document = extract(html(PAGE), ExtractOptions(extractor="trafilatura"))

    assert "Home" not in document.text
    assert document.text.count(STORY.strip()) == 5
    assert document.url == "https://www.example.org/news/1"
    assert document.meta == {
        "title": "Council backs library",
        "authors": None,
        "date": None,
        "site": "The Mill Post",
        "lang": "en",
        "host": "example.org",
        "encoding": "utf-8 (declared)",
        "extractor": "trafilatura",
        "path": "a.html",
        "record": None,
        "added": None,
        "truncated": None,
    }


def test_what_the_container_knows_goes_before_what_the_page_says() -> None:
    """A JSON record's fields were filled on purpose."""
    document = extract(html(PAGE, title="Vote", url="https://feed.example/1", record=3))

    assert (document.meta["title"], document.url) == ("Vote", "https://feed.example/1")
    assert (document.meta["record"], document.meta["host"]) == (3, "feed.example")


def test_a_page_without_an_article_gives_all_its_visible_text() -> None:
    """Rules and models know furniture; silence they can't judge."""
    page = html("<div><a href=/a>One</a> <a href=/b>Two</a></div>")
    document = extract(page, ExtractOptions(extractor="trafilatura"))

    assert (document.text, document.meta["extractor"]) == ("One Two", "plain")


def test_the_text_extractor_takes_all_visible_text() -> None:
    """For users who want to judge furniture themselves."""
    document = extract(html(PAGE), ExtractOptions(extractor="text"))

    assert document.text.startswith("Home\nCouncil backs library\n")
    assert document.meta["title"] == "Council backs library"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>One<br>two<p>three", "One\ntwo\nthree"),
        ("a < b and <b>bold</b>ly", "a < b and boldly"),
        ("<img alt='a > b'>text", "text"),
        ('<img alt="<b>" src=x>text', "text"),
        ('<a href="x>one<p>two', "one\ntwo"),
        ("<style>p{}</style>x<SCRIPT>y</SCRIPT >z", "xz"),
        ("<head><title>t</title></head>x", "x"),
        ("<head><title>t</title><body>x", "x"),
        ("x<!-- <p>hidden</p> -->y<!-- open", "xy"),
        ("&lt;p&gt; &amp;amp; &nbsp;&#8217;", "<p> &amp; ’"),
        ("<svg><text>s</text></svg>x<svg/>y", "xy"),
        ("one\n  two<li>three", "one two\nthree"),
    ],
)
def test_plain_text_reads_markup_as_a_browser_shows_it(page: str, expected: str) -> None:
    """Without a parser, on well-formed and broken markup."""
    assert plain_text(page) == expected


@pytest.mark.parametrize(
    ("sample", "lang"),
    [
        ("Der Rat hat am Montag für den Bau gestimmt, und das ist noch nicht alles.", "de"),
        ("Le conseil a voté lundi pour la construction dans le centre de la ville.", "fr"),
        ("Premier powiedział, że rząd podniesie podatki w przyszłym tygodniu.", None),
        ("Too short to say", None),
        ("12 345 678 90 " * 20, None),
    ],
)  # fmt: skip
def test_the_language_is_guessed_only_where_it_is_clear(sample: str, lang: str | None) -> None:
    """An unknown language is none, and neither is a short text."""
    assert guess_language(sample) == lang


GERMAN = "Der Rat hat am Montag für den Bau der Brücke gestimmt, und das ist noch nicht alles. " * 2


@pytest.mark.parametrize(
    ("declared", "sentences", "lang"),
    [
        ("en", GERMAN, "de"),  # the theme's, which nobody has changed
        ("en-US", "Rat, Montag, Brücke, Stimmen, Wehr, Ufer, Markt, Kirche. " * 2, "en"),
        ("en", STORY * 2, "en"),
        ("de", STORY * 2, "de"),  # a German page may quote, and warn of its own errors, in English
        ("fr", GERMAN, "fr"),
    ],
)  # fmt: skip
def test_a_declared_english_is_believed_unless_the_text_is_clearly_another(
    declared: str, sentences: str, lang: str
) -> None:
    """Any other language was declared on purpose, and so was what the container says."""
    page = f'<html lang="{declared}"><body><p>{sentences}</p></body></html>'

    assert extract(html(page)).meta["lang"] == lang
    assert extract(html(page, lang="en")).meta["lang"] == "en"


MARKUP = st.lists(
    st.sampled_from(
        "<p> </p> <div> <a href=x> </a> <script> </script> <!-- --> < > & &amp; \" ' news \0 é "
        "<table> <td> <br/> <li> <svg> <head> <title> </title> <body> <![CDATA[ <?xml ?>".split(" ")
    ),
    max_size=60,
)


@settings(deadline=None, max_examples=150)
@given(MARKUP)
def test_any_markup_becomes_a_document_or_is_rejected(parts: list[str]) -> None:
    """No page raises anything but `RejectError`, and no text needs a second repair."""
    try:
        document = extract(html(" ".join(parts)))
    except RejectError:
        return

    assert isinstance(document, Document)
    assert document.text.strip()
    assert "\0" not in document.text


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_become_a_document_or_are_rejected(body: bytes, is_html: bool) -> None:
    """Whatever a crawler stored."""
    try:
        document = extract(html(body) if is_html else text(body))
    except RejectError:
        return

    document.text.encode("utf-8")


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the project's shared data folder")
def test_real_pages_give_most_of_their_article() -> None:
    """On the first pages of a public collection, nearly all gold paragraphs are found."""
    found = total = 0
    with gzip.open(SHARED / "data/pages/newspaper4k-dataset.jsonl.gz") as lines:
        for line, _ in zip(lines, range(40), strict=False):
            row = json.loads(line)
            document = extract(html(row["html"], url=row["url"], charset="utf-8"))
            words = set(document.text.split())
            gold = row["gold_text"].split()
            found += sum(word in words for word in gold)
            total += len(gold)

    assert found / total > 0.95


@pytest.mark.parametrize(("cells", "is_fast"), [(100, False), (5_000, True)])
def test_large_pages_are_spared_a_search_that_takes_its_square(
    monkeypatch: pytest.MonkeyPatch, cells: int, is_fast: bool
) -> None:
    """jusText compares each paragraph with its neighbours: a table of cells holds it up."""
    seen: list[bool] = []

    def note(*_: object, fast: bool, **__: object) -> str:
        seen.append(fast)
        return "The council voted on Monday to build a library."

    monkeypatch.setattr("trafilatura.extract", note)
    row = "".join(f"<td>{number}</td>" for number in range(cells))
    extract(html(f"<table><tr>{row}</table>"), ExtractOptions(extractor="trafilatura"))
    assert seen == [is_fast]
