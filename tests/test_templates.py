"""Host templates: what a site repeats goes, what reporters repeat for good reason stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from template_pages import HOST, TOPICS, learned, page, removed, story

from cleaner.records import Document, Paragraph
from cleaner.segment import segment
from cleaner.template_lines import line_key
from cleaner.templates import Template, TemplateSet

# --- what must stay --------------------------------------------------------------------------

GOOD_REASONS = {
    "a ticker's sentence with other numbers": "The FTSE 100 closed {n} points higher at 7,{n}.",
    "a serial's standing introduction": "In this series we follow five families through one year "
    "in the valley, from the flood of last winter to the first harvest that anybody dares to "
    "hope for again.",
    "the times of a live blog": "{n}:05",
}


@pytest.mark.parametrize("line", GOOD_REASONS.values(), ids=GOOD_REASONS)
def test_repeated_reporting_in_the_body_stays(line: str, tmp_path: Path) -> None:
    """What reporters repeat inside the article is not furniture on half of the pages."""
    documents = [
        page(topic, inside=[line.format(n=10 + n)] if n % 2 else [])
        for n, topic in enumerate(TOPICS)
    ]

    assert removed(learned(documents, tmp_path), documents[1]) == []


def test_a_line_on_two_pages_is_no_template(tmp_path: Path) -> None:
    """Three pages are the least evidence."""
    documents = [page("ferry", tail=["Get the app"]), page("bridge", tail=["Get the app"])]

    assert removed(learned(documents, tmp_path), page("school", tail=["Get the app"])) == []


def test_a_line_of_another_host_stays(tmp_path: Path) -> None:
    """Templates never leave their host."""
    templates = learned([page(topic, tail=["Get the app"]) for topic in TOPICS], tmp_path)
    document = page("zoo", tail=["Get the app"])
    foreign = Document("1", "-", "https://other.example/zoo", document.text)

    assert removed(templates, document) == ["Get the app"]
    assert removed(templates, foreign) == []
    assert removed(templates, Document("1", "-", None, document.text)) == []


def test_one_story_under_many_addresses_teaches_nothing(tmp_path: Path) -> None:
    """Print, mobile and updated copies of an article count as one page."""
    copies = [
        Document(str(n), "-", f"https://{HOST}/ferry/{n}", page("ferry").text) for n in range(6)
    ]

    assert removed(learned(copies, tmp_path), copies[0]) == []


def test_a_whole_story_is_never_removed() -> None:
    """Templates that would take most of the prose were learned from copies, and are ignored."""
    templates = TemplateSet(
        Template(HOST, line_key(line), 6, 1.0, "body", line, remove=True)
        for line in [*story("ferry"), "Share"]
    )

    assert removed(templates, page("ferry", head=["Share"])) == ["Share"]


def test_a_footer_quoted_in_an_article_stays(tmp_path: Path) -> None:
    """A sentence learned behind articles is left alone inside of one."""
    slogan = "Independent news from the harbour since 1921."
    half = [page(topic, tail=[slogan] if n % 2 else ["Home"]) for n, topic in enumerate(TOPICS)]
    templates = learned(half, tmp_path)

    assert removed(templates, page("zoo", tail=[slogan])) == [slogan]
    assert removed(templates, page("zoo", inside=[slogan])) == []


def test_a_high_content_score_protects_lines_in_the_body(tmp_path: Path) -> None:
    """What a content model takes for reporting stays, however often it is repeated."""

    def is_reporting(_: Document, paragraphs: Sequence[Paragraph]) -> list[float]:
        return [0.9] * len(paragraphs)

    documents = [page(topic, inside=["The background"]) for topic in TOPICS]

    assert removed(learned(documents, tmp_path), documents[0]) == ["The background"]
    assert removed(learned(documents, tmp_path, score=is_reporting), documents[0]) == []


# --- what must go ----------------------------------------------------------------------------


def test_furniture_goes_whatever_its_date_and_case(tmp_path: Path) -> None:
    """Dates, counters, bullets and typography don't hide a repeated line."""
    documents = [
        page(
            topic,
            head=["Menu", f"Updated: {n + 1} March 2026, 10:1{n} am"],
            inside=["Advertisement"],
            tail=[f"* {n} comments", f"© 20{n + 10} The Harbour Post. All rights reserved."],
        )
        for n, topic in enumerate(TOPICS)
    ]
    new = page(
        "zoo",
        head=["MENU", "Updated: Friday, May 2, 2025"],
        inside=["Advertisement"],
        tail=["• 1,204 Comments", "© 2031 The Harbour Post. All rights reserved."],
    )

    templates = learned(documents, tmp_path)

    assert removed(templates, new) == [
        "MENU",
        "Updated: Friday, May 2, 2025",
        "Advertisement",
        "• 1,204 Comments",
        "© 2031 The Harbour Post. All rights reserved.",
    ]


def test_a_copyright_note_goes_from_the_body_too(tmp_path: Path) -> None:
    """Legal sentences are furniture wherever they stand, also with another year."""
    note = "Copyright 20{n} Harbour Press. This material may not be published or rewritten."
    documents = [
        page(topic, inside=[note.format(n=n + 10)] if n % 2 else [])
        for n, topic in enumerate(TOPICS)
    ]

    assert removed(learned(documents, tmp_path), documents[1]) == [note.format(n=11)]


def test_findings_say_host_label_and_certainty(tmp_path: Path) -> None:
    """Sentences are filler, other lines chrome; more pages make a finding surer."""
    plea = "Please support our work with a small gift if you can."
    documents = [page(topic, tail=["Terms of use", plea]) for topic in TOPICS[:4]]
    templates = learned(documents, tmp_path)

    findings = templates.find(documents[0], segment(documents[0]))

    assert [(finding.label, finding.by, finding.score) for finding in findings] == [
        ("chrome", "template:harbour.example", 0.8),
        ("filler", "template:harbour.example", 0.8),
    ]


def test_a_run_speaks_where_single_lines_do_not() -> None:
    """Two short lines together are removed although one alone is not."""
    run = Template(HOST, "save\nprint", 5, 0.9, "head+body", "Save\nPrint", remove=True)

    assert removed(TemplateSet([run]), page("zoo", inside=["Save", "Print"])) == ["Save", "Print"]
    assert removed(TemplateSet([run]), page("zoo", inside=["Save"])) == []
