"""Judging pages: stable, total, honest about short text, and right on plain cases."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from cleaner.classify import Judgement, Models, Page, judge, load_models, tokenise_pages
from cleaner.records import Document
from cleaner.segment import segment

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"

ARTICLE = """\
The town council voted 7-2 on Monday night to replace the Mill Street bridge, ending a dispute \
that has divided the valley since the structure was closed to lorries in 2019.
Engineers told the meeting that rust had eaten through two of the four main girders and that \
another winter could force a complete closure.
“We have patched it three times and we can’t patch it again,” said Helen Marsh, who chairs the \
roads committee.
The new bridge will cost about £4.2 million, half of it paid by the county. Work is due to start \
in March and to last fourteen months, during which buses will be sent through Lower Fenwick.
Two councillors voted against the plan. Peter Oake said the county had promised to pay all of \
it in 2021 and should be held to its word.
A spokesman for the county said no such promise was on record.
Shopkeepers on the east bank, who lost trade during the last closure, asked for signs that show \
they are open. Ms Marsh said that was the least the town could do."""

HEADER = ["Skip to content", "Home", "News", "Sport", "Subscribe", "Sign in"]
FOOTER = [
    "Sign up for our free daily newsletter and never miss a story.",
    "Most read",
    "Share this article",
    "© Valley Gazette. All rights reserved.",
    "Privacy policy",
    "Terms of use",
    "Contact us",
]

INSIGHTS = """\
The council's decision underscores a broader shift toward proactive infrastructure investment, \
reflecting a growing recognition that deferred maintenance carries significant long-term costs. \
By committing to a full replacement, local leaders are signaling a willingness to prioritize \
resilience over short-term savings.
Stakeholders should closely monitor how the funding arrangement evolves, as the county's \
reluctance to assume full responsibility could set a precedent for future projects. This dynamic \
highlights the delicate balance between local autonomy and regional coordination.
Ultimately, the success of the project will depend on effective communication and careful \
planning. As the community navigates the transition, sustained engagement with affected \
businesses will play a crucial role in fostering trust and ensuring equitable outcomes."""

OPINION = """\
I have crossed the Mill Street bridge every working day for thirty-one years, and I'd sooner swim \
than cross it again in a double-decker. So spare me the hand-wringing about buses.
My father used to say that you could tell a town by what it let rot. He'd have had words for this \
lot. They found money for a fountain, didn't they? They found it for the fountain's lights.
Peter Oake is right about one thing: the county did promise, whatever its spokesman can or can't \
find in a drawer. I was in the hall. But you don't refuse to mend your roof because your brother \
owes you a ladder. Build the thing, then send the bill, and send it loudly."""


@lru_cache(maxsize=1)
def models() -> Models:
    return load_models()


def page(text: str, *, whole: bool = True) -> Page:
    paragraphs = segment(Document("1", "-", None, text))
    return Page(paragraphs, [False] * len(paragraphs), whole)


def judged(text: str, *, whole: bool = True) -> tuple[Page, Judgement]:
    one = page(text, whole=whole)
    return one, judge(models(), [one])[0]


def lost(text: str, *, whole: bool = True) -> list[str]:
    one, judgement = judged(text, whole=whole)
    below = judgement.content < models().content.keep_threshold
    return [p.text for p, gone in zip(one.paragraphs, below, strict=True) if gone]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("joiner", ["\n", "\n\n"])
def test_a_clean_article_is_kept_entirely(joiner: str, whole: bool) -> None:
    """Text that is an article and nothing else loses nothing."""
    assert lost(ARTICLE.replace("\n", joiner), whole=whole) == []


def test_page_furniture_around_an_article_goes_and_the_article_stays() -> None:
    """Navigation, subscription lines and the footer are told from the article."""
    gone = lost("\n".join([*HEADER, ARTICLE, *FOOTER]))

    assert set(gone) >= {*HEADER, *FOOTER}
    assert set(gone).isdisjoint(ARTICLE.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        "市議会は月曜日の夜、老朽化した橋を架け替える計画を賛成多数で可決した。\n" * 4,
        "صوت المجلس البلدي مساء الاثنين على استبدال الجسر القديم بعد سنوات من الخلاف.\n" * 4,
        "Городской совет в понедельник проголосовал за замену старого моста через реку.\n" * 4,
    ],
)
def test_unknown_scripts_are_kept(text: str) -> None:
    """In doubt keep: not knowing a language is no reason to delete it."""
    assert lost(text, whole=False) == []


@pytest.mark.parametrize(
    "text", ["", "\n\n", "👍", "\x00\x00", "a", "x" * 1_000_000, "\u202eabc\u202c", "|\n" * 3000]
)
def test_odd_input_is_judged_without_error(text: str) -> None:
    """Whatever a dump holds, there is one finite content score a paragraph."""
    one, judgement = judged(text)

    assert judgement.content.shape == judgement.machine.shape == (len(one.paragraphs),)
    assert np.isfinite(judgement.content).all()


def test_no_pages_no_judgements() -> None:
    """An empty batch is answered with an empty list, an empty page with an empty judgement."""
    assert judge(models(), []) == []
    [judgement] = judge(models(), [Page([], [], True)])

    assert judgement.content.size == 0
    assert judgement.ai_score is None


def test_a_judgement_does_not_depend_on_its_batch() -> None:
    """Pages judged together and one by one get the very same numbers."""
    texts = [ARTICLE, "\n".join(HEADER), INSIGHTS, "", ARTICLE + "\n" + INSIGHTS, OPINION]
    pages = [page(text) for text in texts] + [Page([], [], False)]
    together = judge(models(), pages)
    for one, judgement in zip(pages, together, strict=True):
        [alone] = judge(models(), [one])

        assert np.array_equal(judgement.content, alone.content)
        assert np.array_equal(judgement.machine, alone.machine, equal_nan=True)
        assert judgement.ai_score == alone.ai_score


def test_words_can_be_found_before_they_are_judged() -> None:
    """Handing the words over changes nothing, also where pages are settled in between."""
    pages = [page(text) for text in (ARTICLE, "", "\n".join(HEADER), ARTICLE + "\n" + INSIGHTS)]
    words = tokenise_pages(pages)
    keys = words.keys()
    pages[0] = pages[0]._replace(settled=[True] + [False] * (len(pages[0].paragraphs) - 1))
    for before, after in zip(judge(models(), pages, words), judge(models(), pages), strict=True):
        assert np.array_equal(before.content, after.content)
        assert np.array_equal(before.machine, after.machine, equal_nan=True)
        assert before.ai_score == after.ai_score

    assert [found.size for found in keys] == [len(one.paragraphs) for one in pages]
    assert np.array_equal(keys[0], keys[3][: keys[0].size])
    assert not np.isin(keys[2], keys[0]).any()


def test_a_page_may_abstain_from_authorship() -> None:
    """Where nobody asks who wrote it there is no answer, and the content is judged as ever."""
    one = page(ARTICLE + "\n" + INSIGHTS)
    with_it, without, again = judge(models(), [one, one._replace(authorship=False), one])

    assert np.isnan(without.machine).all()
    assert without.ai_score is None
    assert np.array_equal(without.content, with_it.content)
    assert with_it.ai_score == again.ai_score is not None


def test_settled_paragraphs_are_not_judged() -> None:
    """What a rule has explained has no score, and takes no part in the document's."""
    one = page(ARTICLE + "\n" + INSIGHTS)
    settled = [p.text in INSIGHTS for p in one.paragraphs]
    [judgement] = judge(models(), [one._replace(settled=settled)])
    [without] = judge(models(), [page(ARTICLE)])

    assert (judgement.content[settled] == 0).all()
    assert np.isnan(judgement.machine[settled]).all()
    assert judgement.ai_score == pytest.approx(without.ai_score)


def test_short_text_has_no_author() -> None:
    """Below forty words the model abstains."""
    _, judgement = judged("The council voted on Monday to close the bridge, officials said.")

    assert judgement.ai_score is None
    assert np.isnan(judgement.machine).all()


def test_commentary_of_a_machine_scores_above_human_writing() -> None:
    """Generic machine commentary is told from reporting and from a person's opinion."""
    scores = {name: judged(text)[1].ai_score for name, text in
              (("insights", INSIGHTS), ("opinion", OPINION), ("article", ARTICLE))}  # fmt: skip
    machine, opinion, article = (scores[name] or 0.0 for name in ("insights", "opinion", "article"))

    assert machine > models().authorship.suspect_threshold
    assert opinion < models().authorship.suspect_threshold
    assert article < models().authorship.suspect_threshold
    assert machine > max(opinion, article) + 0.2


@pytest.mark.shared
@pytest.mark.skipif(not SEEDS.exists(), reason="the shared folder is not here")
def test_the_sample_dumps_are_judged_as_expected() -> None:
    """Reporting of the sample dumps is kept; the machine-rewritten one scores above the wire."""
    expected = json.loads((SEEDS / "expected.json").read_text(encoding="utf-8"))
    scores = {}
    for path in sorted(SEEDS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        labels = expected[path.name]["lines"]
        one = page(text)
        line_of = {p.index: text.count("\n", 0, p.span.start) + 1 for p in one.paragraphs}
        label = [labels.get(str(line_of[p.index]), "") for p in one.paragraphs]
        settled = [name != "" and "reporting" not in name and "ai" not in name for name in label]
        [judgement] = judge(models(), [one._replace(settled=settled)])
        scores[path.name[:3]] = judgement.ai_score
        if path.name[:3] in ("000", "003", "004"):
            reporting = np.array([name == "reporting" for name in label])

            assert (judgement.content[reporting] >= models().content.keep_threshold).all()
            assert not (judgement.machine > models().authorship.remove_threshold).any()
    assert scores["002"] > max(scores["000"], scores["003"], scores["004"])
