"""Who wrote it: paragraphs in their surroundings, and documents as a whole."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from cleaner.authorship import MIN_WORDS, AuthorshipModel, Evidence, judge_authorship, scales
from cleaner.layers import Layers, forward

SCRIPTS = str(Path(__file__).parents[1] / "scripts")
EXPERTS = 4
SCALES = 8
EDGES = 2


def network(inputs: int, column: int) -> Layers:
    """A network whose logit is one of its inputs."""
    weights = np.zeros((inputs, 1), np.float32)
    weights[column] = 1
    return Layers((weights,), (np.zeros(1, np.float32),))


def model() -> AuthorshipModel:
    """Paragraphs are judged by the first expert, documents by the second."""
    nothing = np.zeros(1, np.complex64)
    return AuthorshipModel(
        "", 0.9, 0.8, np.zeros(1, np.bool_), nothing, nothing, np.zeros(EXPERTS, np.float32),
        network(SCALES * (EXPERTS + 1) + EDGES * EXPERTS, 0), network(EXPERTS + 1, 1),
    )  # fmt: skip


def found(rows: list[tuple[int, int]], words: int) -> Evidence:
    """Evidence of paragraphs: what the first and the second expert say of each."""
    sums = np.zeros((len(rows), EXPERTS), np.int64)
    sums[:, :2] = np.array(rows) * (1 << 16)
    return Evidence(sums, np.full(len(rows), words, np.int64))


def test_too_few_words_have_no_author() -> None:
    """One short paragraph says nothing; with its neighbours it may."""
    words = MIN_WORDS // 2
    alone, _ = judge_authorship(model(), found([(9, 9)], words), np.array([True]), np.array([1]))
    beside, _ = judge_authorship(
        model(), found([(9, 9), (9, 9)], words), np.array([True, True]), np.array([2])
    )

    assert np.isnan(alone).all()
    assert not np.isnan(beside).any()


def test_what_a_rule_has_explained_is_no_evidence() -> None:
    """Only eligible paragraphs are judged, and counted for their document."""
    eligible = np.array([True, False, True])
    paragraphs, documents = judge_authorship(
        model(), found([(9, -9), (9, -9)], 60), eligible, np.array([3])
    )

    assert np.isnan(paragraphs[1])
    assert (paragraphs[[0, 2]] > 0.5).all()
    assert documents[0] < 0.5


def test_documents_are_judged_by_a_network_of_their_own() -> None:
    """What speaks for a section need not speak for the article around it."""
    rows = [(9, -9), (-9, 9)]
    one = [judge_authorship(model(), found([r], 60), np.array([True]), np.array([1])) for r in rows]
    both = judge_authorship(model(), found(rows, 60), np.array([True] * 2), np.array([1, 1]))

    assert [bool(p[0] > 0.5) for p, _ in one] == [True, False]
    assert [bool(d[0] > 0.5) for _, d in one] == [False, True]
    assert both[0].tolist() == [p[0] for p, _ in one]
    assert both[1].tolist() == [d[0] for _, d in one]


def edges(rows: list[tuple[int, int]], pages: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """What the first expert says at best of stretches to the end of each page, and from its begin.

    A paragraph has 100 words, so that the logit of one is a tenth of its sum.
    """
    inputs, _ = scales(found(rows, 100), np.array(pages), np.zeros(EXPERTS, np.float32))
    own = inputs[:, SCALES * (EXPERTS + 1) :]
    return own[:, 0], own[:, EXPERTS]


def test_a_section_at_the_end_speaks_for_its_paragraphs_only() -> None:
    """However long it is: what stands before it sees more than the section, and so less of it."""
    article, section = (-40, 0), (30, 0)
    to_end, from_begin = edges([article, article, section, section], [4])

    assert to_end[2:].tolist() == pytest.approx([60 / np.sqrt(200)] * 2, abs=1e-3)
    assert to_end[1] == pytest.approx((60 - 40) / np.sqrt(300), abs=1e-3)
    assert (from_begin < 0).all()


def test_a_section_at_the_beginning_is_seen_from_there() -> None:
    to_end, from_begin = edges([(30, 0), (-40, 0), (-40, 0)], [3])

    assert from_begin.tolist() == pytest.approx(
        [3, -10 / np.sqrt(200), -50 / np.sqrt(300)], abs=1e-3
    )
    assert (to_end < 0).all()


def test_stretches_end_with_their_page() -> None:
    """The same numbers come out, to the last bit, whatever stands before and behind a page."""
    page = [(-40, 0), (30, 0), (7, 0)]
    alone = edges(page, [3])
    among = edges([(90, 0), *page, (90, 0)], [1, 3, 1])

    assert [part.tolist() for part in alone] == [part[1:4].tolist() for part in among]


def test_a_stretch_of_too_few_words_says_nothing() -> None:
    inputs, _ = scales(
        found([(90, 0)], MIN_WORDS - 1), np.array([1]), np.zeros(EXPERTS, np.float32)
    )

    assert inputs[0, -EDGES * EXPERTS :].tolist() == [-20.0] * (EDGES * EXPERTS)


def test_the_mean_of_networks_is_one_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several networks cost one pass, and say what they say on average."""
    monkeypatch.syspath_prepend(SCRIPTS)
    from fit_network import mean_network

    chance = np.random.default_rng(1)
    networks = [
        Layers(
            (chance.normal(size=(5, 4)), chance.normal(size=(4, 1))),
            (chance.normal(size=4), chance.normal(size=1)),
        )
        for _ in range(3)
    ]
    inputs = chance.normal(size=(7, 5)).astype(np.float32)
    mean = np.mean([forward(one, inputs) for one in networks], axis=0)

    assert forward(mean_network(networks), inputs) == pytest.approx(mean, abs=1e-5)
    assert "fit_network" in sys.modules


def test_a_piece_that_is_too_short_is_not_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces are compared with human parts or with whole texts, never with both at once."""
    monkeypatch.syspath_prepend(SCRIPTS)
    from authorship_corpus import Writing
    from fit_authorship import Chunks, Windows
    from fit_pool import AuthorshipFit, Documents
    from measure_authorship import piece_tables, pooled_caught

    writings = [
        Writing("authored_commentary", "1", True, "summary", "a", ("One.",)),
        Writing("authored_commentary", "2", True, "summary", "a", ("Two.",)),
        Writing("human_letters", "3", False, "opinion", "b", ("Three.", "Four.")),
    ]
    machine = np.array([True, True, False])
    nothing = np.zeros(0, np.int64)
    data = Chunks(
        writings, [], np.array([0, 1, 2, 4]), np.zeros(3, np.int64), machine,
        np.array([0, 0, 1]), np.array(["authored", "authored", "human"]),
    )  # fmt: skip
    fit = AuthorshipFit(
        model(), Documents(nothing, nothing, nothing, nothing.astype(np.bool_)),
        nothing.astype(np.float32), nothing, data,
        Windows(np.array([0, 1, 2, 2, 2]), np.array([0, 1, 2, 2, 3]), np.array([1, 2, 4, 3, 4])),
        np.array([5, 5, 1, 2, 3], np.float32),
        np.array([MIN_WORDS, MIN_WORDS - 1, 90, 45, 45]),
    )  # fmt: skip

    assert pooled_caught(fit, "summary", 4.0) == 0.5
    assert piece_tables(fit, parts=False).logits.tolist() == [5, 1]
    assert piece_tables(fit, parts=True).logits.tolist() == [5, 2, 3]


def test_people_who_write_like_machines_weigh_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only human rows gain weight, and only those that a model of the other half mistakes."""
    monkeypatch.syspath_prepend(SCRIPTS)
    from scipy.sparse import csr_matrix
    from weigh_doubtful import with_doubt

    machine = np.arange(40) % 2 == 1
    half = np.arange(40) // 20
    looks = np.where(machine, 1.0, -1.0)
    looks[[4, 26]] = 0.5  # two people with a machine's habits, one in each half
    weight = np.full(40, 2, np.float32)
    raised = with_doubt(csr_matrix(looks[:, None]), machine, weight, half, 10.0)

    assert np.flatnonzero(raised > 2).tolist() == [4, 26]
    assert raised[[4, 26]].tolist() == [50, 50]
    assert (raised[machine] == 2).all()
