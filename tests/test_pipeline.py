"""The way of a record through the program, and what is said of each kind of text."""

from __future__ import annotations

import gc
from functools import lru_cache

import pytest

from cleaner import classify
from cleaner.config import Config
from cleaner.pipeline import Cleaner
from cleaner.records import Action, Raw, Rejected

INSIGHTS = """Council Votes To Rebuild Harbour Bridge
The city council voted seven to two on Monday to rebuild the harbour bridge, Mayor Ana Ruiz said.
“We have waited for nine years,” Ruiz told reporters after the vote. Work begins on 3 May.
{heading}
The decision underscores a broader shift in how coastal cities balance growth and
resilience. Investors should
closely monitor how financing evolves, as it may signal renewed confidence in the region."""


@lru_cache(maxsize=1)
def cleaner() -> Cleaner:
    return Cleaner(Config())


def clean(text: str, **meta: str):
    return cleaner().clean(Raw("1", "dump.txt", "text/plain", text.encode(), meta))


@pytest.mark.parametrize(
    "heading",
    ["In-Depth AI Insights", "AI INSIGHTS:", "✨ AI-Generated Analysis", "## AI Summary",
     "AI Takeaways", "What AI Says", "Insights (powered by AI)"],
)  # fmt: skip
def test_declared_sections_go_in_many_wordings(heading: str) -> None:
    """The section goes, is counted as declared, and the article stays."""
    cleaned = clean(INSIGHTS.format(heading=heading))

    assert "underscores" not in cleaned.text
    assert "Work begins on 3 May." in cleaned.text
    assert cleaned.metadata["ai_declared"] == "section"
    assert cleaned.metadata["title"] == "Council Votes To Rebuild Harbour Bridge"


@pytest.mark.parametrize(
    "heading", ["What the vote means for drivers", "Nine years of waiting", "How the council voted"]
)
def test_a_body_heading_is_no_declaration(heading: str) -> None:
    """An article's own sub-heading declares nothing."""
    assert clean(INSIGHTS.format(heading=heading)).metadata["ai_declared"] == "none"


def test_authorship_abstains_in_languages_that_it_cannot_read() -> None:
    """A score for German would mean nothing."""
    german = (
        "Der Stadtrat stimmte am Montag mit sieben zu zwei Stimmen dafür, die alte Brücke am Hafen "
        "neu zu bauen, sagte Bürgermeisterin Ana Ruiz. Die Arbeiten beginnen im Mai und dauern bis "
        "zum Herbst. Die Kosten von neun Millionen trägt zur Hälfte das Land, wie es hieß."
    )

    assert clean(german).metadata["ai_score"] is None
    assert clean(german).metadata["lang"] == "de"


def test_a_batch_keeps_its_order_around_a_rejected_record() -> None:
    """What can't become a document leaves a rejection at its place."""
    texts = [
        b"The vote passed, the mayor said on Monday.",
        b"\x89PNG\r\n\x1a\n\x00",
        b"The end came.",
    ]
    raws = [Raw(str(number), "x", "text/plain", text) for number, text in enumerate(texts)]

    results = cleaner().clean_batch(raws)

    assert [isinstance(result, Rejected) for result in results] == [False, True, False]
    assert results[1].kind == "binary"


def test_label_only_removes_nothing() -> None:
    """Labels without consequences."""
    raw = Raw("1", "dump.txt", "text/plain", INSIGHTS.format(heading="AI Insights").encode())
    cleaned = Cleaner(Config(label_only=True)).clean(raw)

    assert cleaned.text == cleaned.document.text
    assert all(decision.action is Action.KEEP for decision in cleaned.decisions)
    assert "ai_commentary" in {decision.label for decision in cleaned.decisions}


def test_a_users_pack_is_part_of_the_configuration(tmp_path) -> None:
    """Rules of one's own remove, and change the digest that outputs are compared by."""
    pack = tmp_path / "mine.toml"
    pack.write_text(
        "[[rule]]\nid = 'mine.coffee'\nlabel = 'chrome'\nremoves = 'paragraph'\nwhy = 'A plea.'\n"
        "anchors = ['buy us a coffee']\npattern = '(?i) ^ buy [ ] us [ ] a [ ] coffee $'\n"
        "hits = ['⟦Buy us a coffee⟧']\nmisses = ['They buy us a coffee.']\n",
        "utf-8",
    )
    own = Cleaner(Config(rules=(pack,)))
    raw = Raw(
        "1", "x", "text/plain", b"The vote passed, the mayor said on Monday.\nBuy us a coffee"
    )

    assert own.clean(raw).removed[-1].because.by == "rule:mine.coffee"
    assert own.why("rule:mine.coffee") == "A plea."
    assert own.digests["rules"] != cleaner().digests["rules"]


def test_a_page_in_another_script_keeps_its_article() -> None:
    """The model of blocks has read Latin letters only, so another extractor is asked."""
    paragraphs = "".join(
        f"<p>市议会周一以七比二的投票结果决定重建旧港口大桥，市长安娜对记者说，工程将于五月{day}日开始。</p>"
        for day in range(1, 7)
    )
    page = f"<body><nav><a href=/>首页</a></nav><article><h1>重建大桥</h1>{paragraphs}</article>"
    cleaned = cleaner().clean(Raw("1", "a.html", "text/html", page.encode()))

    assert cleaned.metadata["extractor"] == "trafilatura"
    assert cleaned.text.count("市议会") == 6


def test_a_page_that_would_be_emptied_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layout that the model of blocks has never seen costs no article."""
    story = "".join(
        f"<p>The council voted on Monday to rebuild bridge number {n}, the mayor said.</p>"
        for n in range(8)
    )
    raw = Raw("1", "a.html", "text/html", f"<html><body><article>{story}</article>".encode())
    judge = classify.block_probabilities
    monkeypatch.setattr(classify, "block_probabilities", lambda *args: judge(*args) * 0)

    cleaned = cleaner().clean(raw)

    assert cleaned.metadata["extractor"] == "trafilatura"
    assert "bridge number 7" in cleaned.text


@pytest.mark.parametrize("was_enabled", [True, False])
def test_garbage_collection_is_as_it_was_after_a_batch(was_enabled: bool) -> None:
    """A host program's setting survives, also where a record is refused."""
    before = gc.isenabled()
    (gc.enable if was_enabled else gc.disable)()
    try:
        cleaner().clean_batch([Raw("1", "a.bin", "text/plain", b"%PDF-1.7 x")])

        assert gc.isenabled() is was_enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_a_headline_that_a_bar_repeats_is_no_part_of_the_article() -> None:
    """Both copies go: the one in the bar above the page, and the one above the first sentence."""
    headline = "Harbour board votes to close the ferry terminal for a whole year"
    body = "".join(
        f"<p>The board voted 5-2 on Tuesday to close the terminal at pier {n}, Ana Ruiz said.</p>"
        for n in range(6)
    )
    html = f"""<html><head><title>{headline}</title></head><body>
    <div class="sticky-bar"><span>{headline}</span></div><nav><a href="/">Home</a></nav>
    <article><header><h1 class="title">{headline}</h1></header>
    <div class="article-body">{body}</div></article></body></html>"""

    cleaned = Cleaner(Config()).clean(Raw("1", "page.html", "text/html", html.encode()))

    assert headline not in cleaned.text
    assert cleaned.text.count("pier") == 6
