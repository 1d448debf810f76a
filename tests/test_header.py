"""The head of an article in a dump: title and bare name, and what is neither."""

from __future__ import annotations

import pytest

from cleaner.header import find_header
from cleaner.records import Document
from cleaner.segment import segment

BODY = "The harbour bridge will close for six weeks from Monday, the port authority said."
TITLE = "Harbour Bridge Closes For Six Weeks As Steel Arrives"


def header_of(*lines: str, meta: dict[str, str] | None = None, settled: tuple[int, ...] = ()):
    """The header of a dump in which the content model keeps the body and nothing else."""
    document = Document("1", "-", None, "\n".join(lines), meta=meta or {})
    paragraphs = segment(document)
    content = [float(paragraph.text == BODY) for paragraph in paragraphs]
    return find_header(document, paragraphs, settled, content, 0.5)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((BODY, TITLE), id="a sub-heading below the first prose"),
        pytest.param((BODY,), id="text that begins with prose"),
        pytest.param((TITLE,), id="nothing but a headline"),
        pytest.param(("Home", "News", BODY), id="menu entries"),
        pytest.param(("By Ana Lindqvist and Tom Reyes", BODY), id="a byline"),
        pytest.param(("Published on 11 September 2025", BODY), id="a date line"),
        pytest.param(("- The bridge closes on Monday", BODY), id="a list item"),
        pytest.param(("Here is what we know so far:", BODY), id="an introduction"),
    ],
)
def test_other_lines_are_no_title(lines: tuple[str, ...]) -> None:
    """Shape and place both have to fit."""
    header = header_of(*lines)

    assert (header.title, header.findings) == (None, ())


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ((TITLE, BODY), TITLE),
        (("Six Weeks Of Ferries For Islanders", BODY), "Six Weeks Of Ferries For Islanders"),
        (("Port News", "Travel", TITLE, "Ana Lindqvist", BODY), TITLE),
        (("Can Ferries Replace The Harbour Bridge?", BODY),
         "Can Ferries Replace The Harbour Bridge?"),
        ((TITLE, "Steel", BODY, "Another Headline With Many Words In It"), TITLE),
    ],
)  # fmt: skip
def test_the_headline_above_the_body_is_the_title(lines: tuple[str, ...], title: str) -> None:
    """Also behind menus, and when it is a question."""
    header = header_of(*lines)

    assert header.title == title
    assert [finding.label for finding in header.findings][:1] == ["title"]


def test_a_known_title_is_found_with_a_site_name_behind_it() -> None:
    """Metadata knows the title better than any shape; the line that repeats it is lifted."""
    known = {"title": f"{TITLE} - Port News"}

    header = header_of("Port News Daily Edition For All", TITLE, BODY, meta=known)

    assert header.title == f"{TITLE} - Port News"
    assert [finding.span[0] for finding in header.findings] == [32]


def test_a_known_title_that_stands_nowhere_lifts_nothing() -> None:
    """A guess beside a known title would take a sub-heading."""
    header = header_of("What the islands want from the port", BODY, meta={"title": TITLE})

    assert (header.title, header.findings) == (TITLE, ())


@pytest.mark.parametrize("line", ["Middle East", "Top Stories", "Port News", "China US", "ANA"])
def test_section_names_are_no_authors(line: str) -> None:
    """Two capitalised words are more often a menu entry than a name."""
    assert header_of(TITLE, line, BODY).authors is None


@pytest.mark.parametrize("name", ["Ana Lindqvist", "Tom J. Reyes", "Ana de la Cruz", "Jo McAdam"])
def test_a_name_beside_the_title_is_the_author(name: str) -> None:
    """Aggregators print the byline as a bare name."""
    assert header_of(name, TITLE, BODY).authors == name
    assert header_of(TITLE, name, BODY).authors == name


def test_lines_that_rules_explain_are_not_looked_at() -> None:
    """What a rule calls chrome can't be the title."""
    assert header_of("Get all your news in one good place", BODY, settled=(0,)).title is None
