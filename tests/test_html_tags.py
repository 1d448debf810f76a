"""Pages as lists of tags: where a tag ends, what is never text, and how elements nest."""

from __future__ import annotations

import pytest

from cleaner.html_attributes import attributes_of, class_of
from cleaner.html_nesting import depth_after_end, text_inside
from cleaner.html_tags import is_self_closing, read_page, read_tags, visible


def names(html: str) -> list[str]:
    return [tag[0] for tag in read_tags(html)[1:]]


def text(html: str) -> str:
    return "".join(visible("".join((tag[2], *tag[4:]))) for tag in read_tags(html))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a title="a > b">x', ["a"]),
        ("<a title='<b>'>x<i>y", ["a", "i"]),
        ("<p title=it's>x<p title=it's>y", ["p", "p"]),
        ('<p class="a"">x</p><p>y', ["p", "p"]),
        ("<a <b>x", ["a"]),
        ("<a href=x>y<a href", ["a"]),
        ('<p title="never closed>x<p>y', ["p", "p"]),
        ('<div data-x="<iframe></iframe><!-- <script>">x<p>y', ["div", "p"]),
    ],
)
def test_a_tag_ends_where_browsers_end_it(html: str, expected: list[str]) -> None:
    """A ">" in quotes ends no tag, and a quote that begins no value hides none."""
    assert names(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("a < b, <3 & 4 &lt; 5", "a < b, <3 & 4 < 5"),
        ("x<!-- <p>a --> y<!-->z<!--->!", "x yz!"),
        ("x<!-- open <p>y", "x"),
        ("x.<!-- --> <!-- -->(y)<!-- -->", "x. (y)"),
        ("x<![CDATA[a>y<?php z ?>", "xy"),
        ("x</ p>y</3>z", "xyz"),
        ("x<script>'<p>'</SCRIPT >y<style>p>a{}</style>z", "xyz"),
        ("x<script><!-- w('<script></script>') --></script>y", "xy"),
        ("x<script src=a />y</script>z", "xyz"),
        ("x<textarea><p>a</div></textarea>y", "xy"),
        ("x<script>never closed <p>y", "x"),
    ],
)
def test_what_is_no_text_is_left_out(html: str, expected: str) -> None:
    """Code and comments go, and "<" before anything but a letter is text."""
    assert text(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<script type='application/ld+json'>{}</script>", ["{}"]),
        ("<script type=application/ld&#x2B;json>{}</script>", ["{}"]),
        ("<!-- <script type='application/ld+json'>{}</script> -->", []),
        ("<script>x.type = 'application/ld+json'</script>", []),
        ("<script type='application/json'>1</script>", []),
    ],
)
def test_linked_data_is_what_scripts_declare_as_such(html: str, expected: list[str]) -> None:
    """A script that only speaks of linked data is none, nor is one in a comment."""
    page = read_page(html)

    assert page is not None
    assert page.linked_data == expected


def test_attributes_are_read_as_browsers_read_them() -> None:
    """The first of two counts, and references in addresses need their semicolon."""
    written = " ID=a id=b class='x &amp; y'data-z HREF=/?b=1&copy=2&lt=3"

    found = attributes_of(written, ("id", "class", "href"))

    assert found == {"id": "a", "class": "x & y", "href": "/?b=1&copy=2&lt=3"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (' class="a b"', "a b"),
        (" href='/' hidden class=\"a\"", "a"),
        (' href="?class=x"', ""),
        (' data-class="x"', ""),
        (" CLASS=a", "a"),
        (' title=" class=" class="a &amp; b"', "a & b"),
        (' class="a" class="b"', "a"),
        (' href= class="x"', ""),
        (" title='\" class=\"x'", ""),
        (' title=a" class="x"', "x"),
        (' href=/a CLASS="x" class="y"', "x"),
    ],
)
def test_the_class_is_found_wherever_it_stands(written: str, expected: str) -> None:
    """But not in the value of another attribute, or in a longer name."""
    assert class_of(written) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [("/", True), (" a='/' /", True), (" href=/", False), (" a=b/", False), (" / a", False)],
)
def test_a_slash_in_an_address_closes_nothing(attributes: str, expected: bool) -> None:
    """Only a slash of its own makes an element empty."""
    assert is_self_closing(attributes) is expected


@pytest.mark.parametrize(
    ("stack", "end", "depth"),
    [
        (["/div", "/p", "/b"], "/p", 1),
        (["/p", "/div"], "/p", 2),
        (["/div", "/table", "/td"], "/div", 3),
        (["/td", "/span"], "/td", 0),
        (["/div"], "/p", 1),
    ],
)
def test_an_end_tag_closes_what_is_weaker(stack: list[str], end: str, depth: int) -> None:
    """A forgotten end tag costs little, a stray one nothing."""
    assert depth_after_end(stack, end) == depth


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<h1>One <b>two</b><script>x</script> three</h1>four", "One two three"),
        ("<h1>One<h2>two", "Onetwo"),
        ("<div><h1>One</div>two", "One"),
        ("<h1/>two", ""),
    ],
)
def test_the_text_in_an_element_ends_with_it(html: str, expected: str) -> None:
    """Also where its end tag was forgotten inside something else."""
    tags = read_tags(html)
    number = next(number for number, tag in enumerate(tags) if tag[0] == "h1")

    assert text_inside(tags, number) == expected
