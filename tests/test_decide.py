"""The one place that removes: which evidence wins, and what becomes of the separators."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cleaner.classify import Judgement
from cleaner.decide import assign, decide
from cleaner.duplicates import find_duplicates
from cleaner.labels import REMOVED_BY_DEFAULT
from cleaner.records import Action, Cleaned, Document, Finding, Span
from cleaner.segment import segment
from cleaner.view import view
from cleaner.weigh import Policy

POLICY = Policy(
    keep=0.5,
    keep_heading=0.2,
    machine=0.9,
    suspect=0.6,
    by_content="model:content@1",
    by_authorship="model:authorship@2",
    removed_labels=REMOVED_BY_DEFAULT,
)


def clean(
    text: str,
    *findings: Finding,
    content: list[float] | None = None,
    machine: list[float] | None = None,
    policy: Policy = POLICY,
) -> Cleaned:
    """Decide over `text` with given evidence; models say "article, abstain" where not told."""
    document = Document("1", "-", None, text)
    paragraphs = segment(document)
    assigned = assign(text, paragraphs, findings)
    judgement = Judgement(
        np.array(content or [1.0] * len(paragraphs), dtype=np.float32),
        np.array(machine or [np.nan] * len(paragraphs), dtype=np.float32),
        None,
    )
    duplicates = find_duplicates(paragraphs, view(text), assigned.whole.keys())
    terse, cleaned = (
        Cleaned(
            document,
            decide(
                document, paragraphs, assigned, duplicates, judgement, policy, detailed=detailed
            ),
        )
        for detailed in (False, True)
    )
    assert "".join(text[slice(*decision.span)] for decision in cleaned.decisions) == text
    assert all(decision.because for decision in cleaned.removed)
    assert (terse.text, terse.removed) == (cleaned.text, cleaned.removed)
    assert len(terse.decisions) <= 1 + 3 * (len(terse.removed) + len(kept_findings(terse)))
    return cleaned


def kept_findings(cleaned: Cleaned) -> list[Finding]:
    """What is kept although something was found in it."""
    return [d.because for d in cleaned.decisions if d.because and d.action is Action.KEEP]


def finding(text: str, part: str, label: str = "chrome", by: str = "rule:demo.x") -> Finding:
    start = text.index(part)
    return Finding(Span(start, start + len(part)), label, by, 1.0)


@pytest.mark.parametrize(
    "text", ["", "  \n", "One.", " One.\n\nTwo.\n", "\n\nOne.\n\n\n\nTwo.\n\n"]
)
def test_text_without_evidence_comes_through_byte_for_byte(text: str) -> None:
    """Nothing is tidied that nobody objected to."""
    assert clean(text).text == text


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("One.\n\nAd\n\nTwo.\n", "Ad", "One.\n\nTwo.\n"),
        ("One.\nAd\n\nTwo.", "Ad", "One.\n\nTwo."),
        ("One.\n\nAd\nTwo.", "Ad", "One.\n\nTwo."),
        ("Ad\n\nOne.\n", "Ad", "One.\n"),
        (" \nAd\n\nOne.", "Ad", "One."),
        ("One.\n\nAd\n", "Ad", "One."),
        ("Ad\n", "Ad", ""),
        ("(NC) One two.", "(NC) ", "One two."),
        ("  (NC) One two.", "(NC)", "One two."),
        ("One two. (NC)\nThree.", "(NC)", "One two.\nThree."),
        ("One (NC) two.", "(NC)", "One two."),
        ("One.\n- (NC)\nTwo.", "(NC)", "One.\nTwo."),
    ],
)
def test_no_hole_is_left(text: str, gone: str, left: str) -> None:
    """Paragraphs stay apart as they were; the white space around a removal goes with it."""
    assert clean(text, finding(text, gone)).text == left


def test_the_most_specific_rule_speaks() -> None:
    """A line inside a section keeps its own reason."""
    text = "AI view\nOne two.\nSign in"
    section = finding(text, text, "ai_commentary", "rule:demo.section")
    line = finding(text, "Sign in", "chrome", "rule:demo.line")

    cleaned = clean(text, section, line)

    assert [(d.label, text[slice(*d.span)].strip()) for d in cleaned.removed] == [
        ("ai_commentary", "AI view\nOne two."),
        ("chrome", "Sign in"),
    ]


def test_a_rule_outweighs_the_models() -> None:
    """What is known by name is not asked again."""
    text = "Sign in"

    cleaned = clean(text, finding(text, text), content=[1.0], machine=[1.0])

    assert [decision.label for decision in cleaned.decisions] == ["chrome"]


@pytest.mark.parametrize(
    ("machine", "label"), [(np.nan, "reporting"), (0.89, "reporting"), (0.91, "ai_commentary")]
)
def test_inferred_authorship_needs_its_threshold(machine: float, label: str) -> None:
    """Below the threshold, and where the model abstains, text stays."""
    text = "The council voted 7-2 on Monday to rebuild the bridge.\nIt is important to note this."
    cleaned = clean(text, machine=[0.1, machine])

    assert [decision.label for decision in cleaned.decisions] == ["reporting", label]


@pytest.mark.parametrize(("most", "labels"), [(0.5, {"reporting"}), (1.0, {"ai_commentary"})])
def test_style_alone_empties_no_document(most: float, labels: set[str]) -> None:
    """A writer whose every paragraph reads like a machine's is kept, unless the user insists."""
    text = "It is important to note this.\nIt remains to be seen what comes next."
    cleaned = clean(text, machine=[0.95, 0.95], policy=replace(POLICY, most=most))

    assert {decision.label for decision in cleaned.decisions} == labels


@pytest.mark.parametrize(("rest", "label"), [(0.1, "ai_commentary"), (0.7, "reporting")])
def test_a_section_goes_where_its_document_is_written_otherwise(rest: float, label: str) -> None:
    """Where the rest is suspect as well (from 0.6 on here), that is how this writer writes."""
    article = "The council voted 7-2 on Monday to rebuild the bridge over the Mill."
    text = f"{article}\n{article.replace('bridge', 'weir')}\nIt is important to note this."
    cleaned = clean(text, machine=[rest, rest, 0.95])

    assert cleaned.decisions[-1].label == label


def test_a_heading_goes_with_what_it_heads() -> None:
    """Its own style says nothing; between what goes and what stays it belongs to what stays."""
    lines = [
        "The council voted 7-2 on Monday to rebuild the bridge over the Mill.",
        "What it means",
        "It is important to note that bridges play a crucial role in communities.",
        "What comes next?",
        "The work begins in May, the mayor said, and ends two years later.",
    ]
    cleaned = clean("\n".join(lines), machine=[0.1, 0.95, 0.95, 0.95, 0.1])

    assert cleaned.text.split("\n") == [lines[0], lines[3], lines[4]]


def test_the_content_model_names_prose_and_furniture_differently() -> None:
    """What is shaped like prose is filler, the rest chrome."""
    text = "Nine tips for a quiet garden that our readers loved\nMenu"

    cleaned = clean(text, content=[0.1, 0.1])

    assert [decision.label for decision in cleaned.decisions] == ["filler", "chrome"]


@pytest.mark.parametrize(
    ("line", "score", "label"),
    [
        ("What the islands want", 0.3, "reporting"),
        ("What the islands want", 0.1, "chrome"),
        ("Sign up now.", 0.3, "chrome"),
        ("A long line of some more than fourteen words that stands here without any full stop", 0.3,
         "filler"),
    ],
)  # fmt: skip
def test_a_sub_heading_needs_less_to_stay(line: str, score: float, label: str) -> None:
    """Between two paragraphs of the article a short line has the benefit of the doubt."""
    prose = "The council voted seven to two on Monday to rebuild the old bridge, she said."
    menu = "\nMenu of the page" * 20
    scores = [0.9, score, *[0.9] * 1, *[0.1] * 20]
    inside = clean(f"{prose}\n{line}\nAgain {prose}{menu}", content=scores)
    below = clean(f"{prose}\n{line}{menu}", content=[0.9, score, *[0.1] * 20])

    assert inside.decisions[1].label == label
    assert below.decisions[1].label != "reporting"


def test_a_label_that_the_user_keeps_stays_with_its_label() -> None:
    """--keep changes the action, not the judgement."""
    text = "Sign in\nOne two three."
    policy = Policy(0.5, 0.2, 0.9, 0.6, "c", "a", REMOVED_BY_DEFAULT - {"chrome"})

    cleaned = clean(text, finding(text, "Sign in"), policy=policy)

    assert cleaned.text == text
    assert [decision.label for decision in cleaned.decisions] == ["chrome", "reporting"]


def test_the_copy_inside_the_article_survives_a_removed_teaser() -> None:
    """The first copy stays, unless it is the one that belongs to no article."""
    lead = "The ferry company cancelled all sailings on Friday after a crane fell onto its pier."
    text = f"{lead}\nMenu\n{lead}\nNobody was hurt, the harbour master said on Friday."

    kept = clean(text, content=[0.1, 0.1, 0.0, 0.9])
    doubled = clean(text, content=[0.9, 0.1, 0.0, 0.9])

    assert kept.text.count(lead) == 1
    assert kept.decisions[-1].action is Action.KEEP
    assert [d.label for d in doubled.decisions] == ["reporting", "chrome", "duplicate", "reporting"]


@pytest.mark.parametrize(("chance", "stays"), [(0.1, False), (0.9, True)])
def test_a_judged_copy_stays_only_where_it_belongs_to_the_article(
    chance: float, stays: bool
) -> None:
    """A headline says again what stood in a bar above the page, right beside the first sentence."""
    line = "Ferry company cancels all sailings after a crane falls onto its pier"
    text = f"{line}\nMenu\n{line}\nNobody was hurt, the harbour master said on Friday."

    cleaned = clean(
        text, content=[0.1, 0.1, chance, 0.9], policy=replace(POLICY, judges_copies=True)
    )

    assert (line in cleaned.text) is stays


def test_a_note_that_the_article_holds_several_times_goes_each_time() -> None:
    """The first copy was furniture inside the article; the others stand in kept text too.

    What stands there twice may be a list of contents and the sub-heading that it names.
    """
    note = "Your privacy settings keep this video from being shown, so change them to see it."
    first, *others = (
        "The ferry stopped at noon.",
        "Nobody was hurt.",
        "It rained.",
        "Then it froze.",
    )
    lines = [first, note, others[0], note, others[1], note, others[2]]

    thrice = clean("\n".join(lines), content=[0.9, 0.1, 0.9, 0.0, 0.9, 0.0, 0.9])
    twice = clean("\n".join(lines[:5]), content=[0.9, 0.1, 0.9, 0.0, 0.9])

    assert thrice.text.split("\n") == [first, *others]
    assert twice.text.count(note) == 1


def test_a_doubt_about_one_paragraph_of_a_clean_text_removes_nothing() -> None:
    """Where the model would take next to nothing, it is more likely wrong than right."""
    prose = "The council voted seven to two on Monday to rebuild the old bridge, she said."
    doubt = "Investors now await figures on retail sales, which are due on Friday."
    article = "\n".join(f"{prose} {number}." for number in range(8))

    mostly_clean = clean(f"{article}\n{doubt}", content=[0.9] * 8 + [0.3])
    sure = clean(f"{article}\n{doubt}", content=[0.9] * 8 + [0.1])
    page = clean(f"{prose}\n{doubt}", content=[0.9, 0.3])

    assert [one.decisions[-1].label for one in (mostly_clean, sure, page)] == [
        "reporting", "filler", "filler"
    ]  # fmt: skip
