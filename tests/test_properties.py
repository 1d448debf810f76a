"""What must hold for any text at all: hypothesis looks for the counter-example."""

from __future__ import annotations

from functools import lru_cache

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaner.config import Config
from cleaner.errors import RejectError
from cleaner.labels import LABELS
from cleaner.pipeline import Cleaner
from cleaner.records import Action, Cleaned, Raw
from cleaner.restore import RemovedSpan, restore_text
from cleaner.segment import segment
from cleaner.view import view

# Lines that make rules, headers, duplicates and sections meet in every order.
LINES = st.sampled_from(
    [
        "The council voted seven to two on Monday to rebuild the bridge, Mayor Ana Ruiz said.",
        "Opponents said that the money was “needed for schools” and not for a bridge 😀.",
        "Already a member? Sign in here",
        "Read Next:",
        "- Ferry fares to rise",
        "In-Depth AI Insights",
        "News Summary",
        "Background",
        "(MENAFN) A crane fell onto the pier on Friday, the harbour master told reporters.",
        " date 2025-09-11 Two ships left the port on Thursday, its operator said.",
        "This content was partially produced with the help of AI tools.",
        "Legal Disclaimer:",
        "MENAFN provides the",
        "information “as is” without warranty of any kind.",
        "By Ana Lindqvist",
        "Harbour Bridge Closes For Six Weeks As Steel Arrives",
        "© 2025 Port News. All rights reserved.",
        "قال رئيس البلدية يوم الاثنين إن الجسر سيغلق",
        "",
        "",
        "x",
    ]
)
TEXTS = st.one_of(
    st.lists(LINES, max_size=14).map("\n".join),
    st.text(max_size=300),
    st.lists(st.one_of(LINES, st.text(max_size=40)), max_size=10).map("\r\n".join),
)


@lru_cache(maxsize=1)
def cleaner() -> Cleaner:
    return Cleaner(Config())


def clean(text: str) -> Cleaned | None:
    raw = Raw("1", "a.txt", "text/plain", text.encode("utf-8", "surrogatepass"))
    try:
        return cleaner().clean(raw)
    except RejectError:
        return None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_every_decision_is_explained_and_reversible(text: str) -> None:
    """Decisions tile the text; removals have reasons; kept text and removals give it back."""
    cleaned = clean(text)
    if cleaned is None:
        return
    extracted = cleaned.document.text
    ends = [0, *(decision.span.end for decision in cleaned.decisions)]

    assert [decision.span.start for decision in cleaned.decisions] == ends[:-1]
    assert ends[-1] == len(extracted)
    assert all(d.label in LABELS and d.span.end > d.span.start for d in cleaned.decisions)
    assert all(d.because and d.because.by for d in cleaned.removed)
    removed = [
        RemovedSpan(d.span.start, d.span.end, extracted[slice(*d.span)]) for d in cleaned.removed
    ]
    assert restore_text(cleaned.text, removed) == extracted


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_paragraphs_hold_all_that_can_be_seen(text: str) -> None:
    """A paragraph is its span's text, and no visible character lies outside of all."""
    cleaned = clean(text)
    if cleaned is None:
        return
    extracted = cleaned.document.text
    paragraphs = segment(cleaned.document)
    outside, at = [], 0
    for number, paragraph in enumerate(paragraphs):
        assert paragraph.index == number
        assert extracted[slice(*paragraph.span)] == paragraph.text == paragraph.text.strip()
        outside.append(extracted[at : paragraph.span.start])
        at = paragraph.span.end
    outside.append(extracted[at:])

    assert "".join(outside).strip() == ""


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_a_batch_is_no_different_from_one_by_one(texts: list[str]) -> None:
    """What stands beside a document in a batch changes nothing in it."""
    raws = [
        Raw(str(number), "a.txt", "text/plain", text.encode("utf-8", "surrogatepass"))
        for number, text in enumerate(texts)
    ]
    together = [one for one in cleaner().clean_batch(raws) if isinstance(one, Cleaned)]
    alone = [one for one in map(clean, texts) if one is not None]

    assert [one.text for one in together] == [one.text for one in alone]
    assert [one.metadata["removed_spans"] for one in together] == [
        one.metadata["removed_spans"] for one in alone
    ]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_the_view_is_one_code_point_for_one(text: str) -> None:
    """Offsets found in the view are offsets in the text."""
    assert len(view(text).text) == len(text)


@pytest.mark.parametrize("lines", [1, 3])
def test_metadata_is_scalars_only(lines: int) -> None:
    """Loaders fail on nested values; a fixed set of scalars can't surprise them."""
    cleaned = clean("\n".join(["A crane fell onto the pier on Friday, the port said."] * lines))

    assert cleaned is not None
    assert all(
        value is None or isinstance(value, str | int | float | bool)
        for value in cleaned.metadata.values()
    )
    assert orjson.loads(orjson.dumps(dict(cleaned.metadata))) == dict(cleaned.metadata)
    assert sum(d.action is Action.KEEP for d in cleaned.decisions) >= 1
