"""Features: the same for a paragraph in any batch, and never an error."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner.features import (
    BYTE_CLASS,
    COUNTS,
    MAX_PARAGRAPH_CHARS,
    of_paragraphs,
    pieces,
    sum_by_paragraph,
    tokenise,
)
from cleaner.features_around import density, headline_lists, neighbours, rows_of_pages, runs
from cleaner.features_belonging import belonging, best_segments
from cleaner.features_page import paragraph_keys, repeated, shape
from cleaner.features_vocabulary import PLACE_BITS, long_words, shared_words
from cleaner.features_words import content_grams, pack, score, style_grams, sum_scores

PARAGRAPHS = [
    "The council voted on Monday to close the old bridge, officials said.",
    "",
    "Share",
    "“We won’t wait,” Mayor Ana Ruiz told reporters in 2024.",
    "  \n ",
    "Der Bürgermeister sprach über 3 Brücken.",
    "新しい橋は来年開通する。",
    "مرحبا بالعالم",
    "👍🏽 🎉",
    "nul\x00byte and \x1e separator",
    "\ud800 lone surrogate",
    "it's 'quoted' — and—dashed",
]


def words_of(text: str) -> int:
    tokens = tokenise([text])
    return int(tokens.first[-1])


@pytest.mark.parametrize("text", ["", " ", "…", "👍", "“”", "'", "--", "\x1e", "\x00"])
def test_marks_alone_are_no_words(text: str) -> None:
    """Text without letters or digits has no words, and is no error."""
    assert words_of(text) == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [("don't", 1), ("don’t", 1), ("'don't'", 1), ("a-b", 2), ("naïve café", 2), ("3,5", 2),
     ("“Quoted” words", 2), ("©2024", 1), ("新しい橋", 1), ("one\ntwo", 2)],
)  # fmt: skip
def test_words_end_where_readers_see_an_end(text: str, count: int) -> None:
    """Typographic marks end a word, an apostrophe inside it doesn't."""
    assert words_of(text) == count


def test_capitals_quotes_and_digits_make_no_difference() -> None:
    """Two spellings of the same words have the same hashes."""
    tokens = tokenise(["SAY “Hello” in 1999", 'say "hello" in 2024'])

    assert np.array_equal(tokens.words[:4], tokens.words[4:])


def test_different_words_have_different_hashes() -> None:
    """No collisions among the words of two and three letters."""
    letters = "abcdefghijkl"
    words = [a + b + c for a in letters for b in letters for c in ("", *letters)]
    tokens = tokenise([" ".join(words)])

    assert np.unique(tokens.words).size == len(words)


def test_counts_add_up_to_the_bytes() -> None:
    """Every byte of a paragraph is in exactly one class."""
    text = 'Sum: 3 of "10" (ten), é|…'
    tokens = tokenise([text])
    folded = text.replace("…", "...")  # three bytes each

    assert tokens.counts.shape == (1, len(COUNTS))
    assert tokens.counts[0].sum() == len(folded.encode()) + 1  # and the separator


@pytest.mark.parametrize("text", PARAGRAPHS)
def test_counts_are_those_of_the_bytes(text: str) -> None:
    """What is derived from a few places is what counting every byte finds."""
    tokens = tokenise([text])
    counted = np.bincount(BYTE_CLASS.take(tokens.buffer), minlength=len(COUNTS))

    assert tokens.counts[0].tolist() == counted.tolist()


def test_scripts_beside_each_other_are_counted_as_each_alone() -> None:
    """A batch in Latin script is looked at in another way than one in other scripts."""
    mostly_ours, mostly_others = ["Rain fell. " * 400], ["Дождь шёл весь день. " * 400]
    alone = np.concatenate([tokenise([text]).counts for text in PARAGRAPHS])
    for others in (mostly_ours, mostly_others):
        tokens = tokenise([*PARAGRAPHS, *others])

        assert np.array_equal(tokens.counts[:-1], alone)
        assert np.array_equal(tokens.words[: tokens.first[-2]], tokenise(PARAGRAPHS).words)


@pytest.mark.parametrize("separator", ["\x1e", "x\x1ey \x1e"])
def test_a_separator_inside_a_text_separates_nothing(separator: str) -> None:
    """The byte between paragraphs may stand in a dump: it is a space there."""
    tokens = tokenise(["one", f"two{separator}three", "four"])

    assert tokens.first.size == 4
    assert np.array_equal(
        tokens.words, tokenise(["one", f"two{separator}three".replace("\x1e", " "), "four"]).words
    )


def test_a_word_has_the_same_hash_wherever_it_stands() -> None:
    """The sums that hashes come from start anew every some ten thousand bytes."""
    words = tokenise(["bridge over water " * 800] * 8).words

    assert np.unique(words).size == 3
    assert np.array_equal(words[:3], words[-3:])
    longest = "\U000f0000" * MAX_PARAGRAPH_CHARS
    assert np.unique(tokenise(["a", longest, longest, "a"]).words).size == 2


def test_a_suffix_is_the_word_of_its_last_three_bytes() -> None:
    """Endings are hashed as words are, capitals and digits folded alike."""
    tokens = tokenise(["walkING it a R2D2 don't"])

    assert np.array_equal(tokens.suffixes, tokenise(["ing it a 0d0 n't"]).words)


def test_a_batch_equals_its_paragraphs_one_by_one() -> None:
    """Nothing about a paragraph depends on the others."""
    vocabulary = np.arange(1 << 18) % 3 == 0
    weights = pack(np.random.default_rng(0).normal(size=(2, 1 << 18)).astype(np.float32))
    together = tokenise(PARAGRAPHS)
    for view in (content_grams, lambda tokens: style_grams(tokens, vocabulary)):
        scores = score(view(together), weights)
        alone = [score(view(tokenise([text])), weights)[0] for text in PARAGRAPHS]

        assert np.array_equal(scores, np.array(alone))
    assert np.array_equal(
        together.counts, np.concatenate([tokenise([text]).counts for text in PARAGRAPHS])
    )


def test_several_models_are_read_in_one_trip() -> None:
    """Weights side by side give the very same sums as each pair on its own."""
    chance = np.random.default_rng(0)
    pairs = [pack(chance.normal(size=(2, 1 << 18)).astype(np.float32)) for _ in range(2)]
    grams = content_grams(tokenise(PARAGRAPHS))
    alone = [sum_scores(grams, weights) for weights in pairs]

    assert np.array_equal(sum_scores(grams, np.stack(pairs, axis=1)), np.hstack(alone))


def test_words_of_some_paragraphs_are_those_of_a_batch_of_them() -> None:
    """Leaving paragraphs out changes nothing about the others."""
    vocabulary = np.arange(1 << 18) % 3 == 0
    chosen = np.arange(len(PARAGRAPHS)) % 3 != 1
    part = of_paragraphs(tokenise(PARAGRAPHS), chosen)
    alone = tokenise([text for text, kept in zip(PARAGRAPHS, chosen, strict=True) if kept])

    assert np.array_equal(part.counts, alone.counts)
    for view in (content_grams, lambda tokens: style_grams(tokens, vocabulary)):
        for ours, theirs in zip(view(part).by_word, view(alone).by_word, strict=True):
            assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("text", ["Anna came.", "“Anna came.”", "So. Anna came: Anna's cat"])
def test_a_word_that_opens_a_sentence_is_no_name(text: str) -> None:
    """A capital says nothing at the start of a sentence, of a quotation or of a paragraph."""
    vocabulary = np.ones(1 << 18, np.bool_)
    capital, small = (
        style_grams(tokenise([spelling]), vocabulary).by_word[0]
        for spelling in (text, text.replace("Anna", "anna"))
    )

    assert np.array_equal(capital, small)


def test_masked_words_hide_names_and_numbers() -> None:
    """For the authorship view two people, two numbers and two rare nouns are the same."""
    vocabulary = np.zeros(1 << 18, np.bool_)
    one, two = (
        style_grams(tokenise([text]), vocabulary)
        for text in ("we met Anna in 1990 walking", "we met Boris in 45 talking")
    )

    assert np.array_equal(one.by_word[0], two.by_word[0])


def test_an_enormous_paragraph_is_judged_by_its_beginning() -> None:
    """A megabyte in one line costs no more than the longest paragraph allowed."""
    tokens = tokenise(["word " * 200_000])

    assert tokens.finishes[0] == MAX_PARAGRAPH_CHARS


def test_no_paragraphs_no_words() -> None:
    """An empty batch has empty features."""
    tokens = tokenise([])

    assert tokens.first.tolist() == [0]
    assert list(pieces([])) == []


def test_pieces_cover_a_batch_in_order() -> None:
    """Every paragraph is in exactly one piece."""
    found = [row for piece in pieces([70_000] * 30) for row in range(piece.start, piece.stop)]

    assert found == list(range(30))


def test_empty_paragraphs_sum_to_zero() -> None:
    """A paragraph without words gets nothing of its neighbours' words."""
    sums = sum_by_paragraph(np.ones(3, np.float32), np.array([0, 0, 3, 3]))

    assert sums.tolist() == [0, 3, 0]


def test_neighbours_never_reach_into_another_page() -> None:
    """Outside the page there are zeros and a mark."""
    starts, page = rows_of_pages(np.array([2, 1]))
    values = np.array([[1.0], [2.0], [3.0]], np.float32)
    before, after = np.split(neighbours(values, starts, page, 1), 2, axis=1)

    assert before.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert after.tolist() == [[2, 0], [0, 1], [0, 1]]


def test_density_sums_over_rows_of_the_same_page() -> None:
    """Two rows on either side at most, none of another page, and never the row itself."""
    starts, page = rows_of_pages(np.array([4, 2]))
    mass = np.array([1, 2, 4, 8, 16, 32]) * 256
    amounts = np.expm1(density(mass, mass // 256, starts, page, np.zeros(2, np.bool_))[:, 10:] * 8)

    assert amounts[:, 0].round().tolist() == [0, 1, 3, 6, 0, 16]
    assert amounts[:, 1].round().tolist() == [6, 12, 8, 0, 32, 0]


def test_shared_words_are_those_of_other_prose_on_the_page() -> None:
    """A teaser's words don't count for the page, nor those of the next page."""
    prose = "The harbour council said the harbour bridge would be closed for repairs on Monday."
    other = "The harbour council had argued about the bridge for years before the vote on Monday."
    teaser = "Celebrity gardens and kitchens"
    texts = [prose, other, teaser, prose, teaser, "harbour repairs"]
    batch = [tokenise(texts[:4]), tokenise(texts[4:])]
    shapes = [
        shape(tokens, np.full((tokens.begins.size, 2), 4, np.float32), np.zeros(n, np.bool_))
        for tokens, n in zip(batch, (4, 2), strict=True)
    ]
    starts, _ = rows_of_pages(np.array([3, 3]))
    every = shared_words(long_words(batch), shapes, starts)[:, 1]
    # How many long words there are, and are found; "harbour" stands twice in one paragraph.
    counts = np.array([8, 8, 3, 8, 3, 2])
    found = np.array([5, 4, 0, 2, 0, 2])

    assert every == pytest.approx((found + 0.5) / (counts + 1))


def test_repetition_counts_inside_one_page_only() -> None:
    """The same line on two pages is not repeated."""
    keys = paragraph_keys(tokenise(["Share this", "Share this", "Share this", "Other"]))

    assert repeated(keys, np.array([0, 0, 1, 1])).tolist() == [True, True, False, False]


def test_keys_are_about_the_words_in_their_order() -> None:
    """The same words in another order are another paragraph; marks and capitals are not."""
    texts = ["No vote, no bridge.", "no vote: NO BRIDGE", "No bridge, no vote.", "", "no", "…"]
    keys = paragraph_keys(tokenise(texts))

    assert keys[0] == keys[1] != keys[2]
    assert keys[3] == keys[5] == 0 != keys[4]
    assert np.array_equal(keys[4:5], paragraph_keys(tokenise(["no"])))


def test_runs_stay_on_their_page_and_bridge_short_gaps() -> None:
    """A stretch of content goes on over a gap of two rows, not into the next page."""
    starts, page = rows_of_pages(np.array([4, 1]))
    likely = np.array([True, False, False, True, True])
    found = runs(likely, np.full(5, 10), starts, page)

    assert found[:, 0].tolist() == [1, 0, 0, 1, 1]
    assert runs(np.zeros(5, np.bool_), np.full(5, 10), starts, page).sum() == 0


def test_a_page_has_the_same_best_stretch_in_any_batch() -> None:
    """Sums of one page never reach into another one, whatever stands there."""
    chance = np.random.default_rng(4)
    gains = [chance.integers(-900, 900, size) for size in (1, 7, 40)]
    starts, page = rows_of_pages(np.array([len(gain) for gain in gains]))

    together = best_segments(np.concatenate(gains), starts, page)

    for number, gain in enumerate(gains):
        rows = slice(starts[number], starts[number + 1])
        alone = best_segments(gain, *rows_of_pages(np.array([gain.size])))
        assert np.array_equal(alone.own, together.own[rows])
        assert np.array_equal(alone.best, together.best[rows])
        stretches = [
            int(gain[low : high + 1].sum())
            for low in range(gain.size) for high in range(low, gain.size)
        ]  # fmt: skip
        assert alone.best[0] == max(stretches)


def test_rare_words_of_the_article_tie_a_paragraph_to_it() -> None:
    """A caption that shares the article's names belongs more than a teaser of other news."""
    article = (
        "The Quarrington council voted on Tuesday to close the Marlowe bridge, Mayor Ana Ruiz said "
        "at the meeting, and the harbour police will direct the traffic until the end of spring."
    )
    texts = [article, article.replace("Tuesday", "Monday"), "Quarrington, Marlowe bridge, harbour",
             "Celebrity wedding photographs stun followers"]  # fmt: skip
    tokens = tokenise(texts)
    starts, page = rows_of_pages(np.array([4]))
    words = long_words([tokens])
    own = shape(tokens, np.ones((4, 2), np.float32), np.zeros(4, np.bool_))
    found = belonging(
        words, own, np.zeros(4, np.bool_), np.array([4, 4, -1, -1], np.float32),
        np.full(1 << PLACE_BITS, 200), starts, page,
    )  # fmt: skip

    share = found[:, -2]
    assert share[2] > 0.7 > 0.3 > share[3]


def test_lists_of_an_article_are_no_lists_of_headlines() -> None:
    """Prices are short, advice ends as sentences do, and ten headlines are not a hundred."""
    page, many = np.zeros(40, np.int64), np.ones(40, np.bool_)
    no_end, long = np.zeros(40, np.bool_), np.full(40, 100)

    assert headline_lists(many, no_end, long, page).all()
    assert not headline_lists(many, no_end, np.full(40, 40), page).any()
    assert not headline_lists(many, many, long, page).any()
    assert not headline_lists(many & (np.arange(40) < 10), no_end, long, page).any()
    assert not headline_lists(many, no_end, long, np.arange(40) // 10).any()
