"""What a page says about itself, read from the parsed tree."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.html_linked_data import read_linked_data
from cleaner.html_metadata import PageMetadata, read_metadata
from cleaner.html_tags import read_page
from cleaner.machine_dates import iso_date
from cleaner.person_names import clean_authors


def read(head: str = "", body: str = "", url: str | None = None) -> PageMetadata:
    page = f"<html><head>{head}</head><body>{body}<p>Text.</p></body></html>"
    return read_metadata(read_page(page), url)


def linked(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def test_a_page_that_says_nothing_gives_nothing() -> None:
    """Nothing is guessed from today's date or from the text."""
    assert read() == PageMetadata()


@pytest.mark.parametrize(
    "script",
    [
        "",
        "not json",
        "[" * 5000,
        '{"a":' * 5000,
        "null",
        "42",
        '"x"',
        '{"@type": 7}',
        '{"author": 3}',
    ],
)
def test_broken_linked_data_is_no_reason_to_fail(script: str) -> None:
    """Publishers' templates break; the page is still a page."""
    page = read(f'<script type="application/ld+json">{script}</script><title>A vote</title>')

    assert page.title == "A vote"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Well-known author - a life</title>", "", "Well-known author - a life"),
        ("<title>Vote passes | example.org</title>", "", "Vote passes"),
        ("<title>Vote passes - The Post</title>", "<h1>Vote passes</h1>", "Vote passes"),
        ("<title>The Post: Vote</title>", "<h1>The Post</h1>", "The Post: Vote"),
        (
            '<meta property="og:site_name" content="Post"><meta property="og:title"'
            ' content="Vote passes — Post">',
            "",
            "Vote passes",
        ),
        (
            linked({"@type": "NewsArticle", "headline": "A headline that is cut off aft..."}),
            "<h1>A headline that is cut off after all</h1>",
            "A headline that is cut off after all",
        ),
        (
            '<meta property="og:title" content="Library vote: live updates on council decision">',
            "<h1>Sign up</h1><h1>Council decision on library: the vote</h1>",
            "Council decision on library: the vote",
        ),
        (linked({"@type": "Article", "headline": "Tom &amp; Ana"}), "", "Tom & Ana"),
        ("", "<h1>Only <b>a</b> heading</h1>", "Only a heading"),
    ],
)
def test_the_title_is_the_headline_without_the_site(head: str, body: str, title: str) -> None:
    """A dash may be part of the headline; only the site's name is cut off."""
    assert read(head, body, "https://www.example.org/a").title == title


@pytest.mark.parametrize(
    ("bylines", "names"),
    [
        (["https://example.org/ana"], []),
        (["Staff", "admin", "ana@example.org", "By", "Dec 24"], []),
        (["The Mill Post"], []),
        (["By Ana Ruiz, Senior Correspondent"], ["Ana Ruiz"]),
        (["Von ANA RUIZ und Tom Ott"], ["Ana Ruiz", "Tom Ott"]),
        (["Ana Ruiz", "ana ruiz", "Ruiz"], ["Ana Ruiz"]),
        (["Dr. J. D. O’Neil-Smith (left)"], ["Dr. J. D. O’Neil-Smith"]),
        (["Ana Ruiz for The Mill Post"], ["Ana Ruiz"]),
        (["Reuters"], ["Reuters"]),
        (["Ana Ruiz, MS, RD, FAND", "Tom Ott, home security expert"], ["Ana Ruiz", "Tom Ott"]),
        (["Frau Ana Ruiz", "Mr. Tom Ott"], ["Ana Ruiz", "Tom Ott"]),
        (["Jack Ma", "Herr Kules", "Ms. Ma"], ["Jack Ma", "Herr Kules", "Ms. Ma"]),
        (["AFP"], ["AFP"]),
        (["王小明"], ["王小明"]),
    ],
)
def test_bylines_become_names(bylines: list[str], names: list[str]) -> None:
    """No links, roles, site names or repetitions."""
    assert clean_authors(bylines, site="The Mill Post") == names


def test_a_site_with_an_and_in_its_name_is_no_two_authors() -> None:
    assert clean_authors(["Mill & Weir", "Ana Ruiz & Tom Ott"], site="Mill & Weir") == [
        "Ana Ruiz",
        "Tom Ott",
    ]


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (linked({"@type": "NewsArticle", "author": "Ana Ruiz"}), "", "Ana Ruiz"),
        (
            linked([{"@graph": [{"@type": "LiveBlogPosting", "author": [{"name": "Ana Ruiz"},
                {"name": ["Tom Ott"]}]}]}]), "", "Ana Ruiz; Tom Ott",
        ),
        (linked({"@type": "WebSite", "author": {"name": "Nobody"}}), "", None),
        ('<meta name="author" content="https://x.example/"><meta name="byl" content="By Ana Ruiz">',
            "", "Ana Ruiz"),
        ("", '<a rel="author" href="/ana">Ana Ruiz</a>', "Ana Ruiz"),
        ("", '<div class="article-byline">By <b>Ana Ruiz</b></div>', "Ana Ruiz"),
        ("", '<div class="byline">' + "A long text. " * 50 + "</div>", None),
    ],
)  # fmt: skip
def test_authors_come_from_data_then_tags_then_the_byline(
    head: str, body: str, authors: str | None
) -> None:
    """In the order of how carefully publishers fill them."""
    assert read(head, body).authors == authors


@pytest.mark.parametrize(
    ("head", "body", "date"),
    [
        ('<meta name="date" content="0001-01-01"><meta name="pubdate" content="20250911">', "",
            "2025-09-11"),
        (linked({"@type": "Article", "datePublished": "2025-09-11T10:00:00.5+0200"}), "",
            "2025-09-11T10:00:00+02:00"),
        ('<meta property="article:published_time" content="2025-09-11 10:00">', "",
            "2025-09-11T10:00:00"),
        ("", '<time datetime="2025-09-11">today</time>', "2025-09-11"),
        ("", '<span class="post-date">Sept. 11, 2025</span>', "2025-09-11"),
        ("", '<span class="post-date">11 September</span>', None),
        ('<link rel="canonical" href="https://example.org/2025/9/1/vote">', "", "2025-09-01"),
        ('<link rel="canonical" href="https://example.org/2025/99/1/vote">', "", None),
    ],
)  # fmt: skip
def test_the_date_is_when_it_was_published(head: str, body: str, date: str | None) -> None:
    """Zero dates and dates without a year are none."""
    assert read(head, body).date == date


@pytest.mark.parametrize(
    "text", ["", None, "soon", "99999999999999999", "2025-13-45", "0000-00-00"]
)
def test_what_is_no_date_is_none(text: str | None) -> None:
    """A wrong date is worse than none."""
    assert iso_date(text) is None


def test_references_in_linked_data_are_followed() -> None:
    """Authors often stand beside the article and are named by their id."""
    data = {
        "@graph": [
            {"@type": "Article", "author": {"@id": "#1"}, "publisher": {"@id": "#2"}},
            {"@id": "#1", "@type": "Person", "name": "Ana Ruiz"},
            {"@id": "#2", "@type": "Organization", "name": "The Mill Post"},
        ]
    }

    found = read_linked_data([data])

    assert (found.authors, found.site) == (("Ana Ruiz",), "The Mill Post")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["Article"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@id", "author", "name", "headline", "publisher", "@graph"]),
            inner,
            max_size=5,
        )
    ),
)


@settings(deadline=None)
@given(JSON)
def test_linked_data_of_any_shape_is_read(value: Any) -> None:
    """Values of the wrong type stand in every field sooner or later."""
    read_linked_data([value])
