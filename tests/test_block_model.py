"""The block model: whole articles in, furniture out, whatever stands beside in the batch."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cleaner.block_model import Page, judge_blocks, load_block_model, save_block_model
from cleaner.blocks import extract_blocks
from cleaner.errors import ModelError
from cleaner.modelstore import model_folder
from cleaner.records import Document, Paragraph
from cleaner.segment import segment

MODEL = load_block_model()
BODY = [
    "The harbour board voted 5-2 on Tuesday to close the ferry terminal at Mill Quay for a year,"
    " ending months of argument over who should pay for its repair.",
    "Engineers had told the board in March that the western pier was sinking by two centimetres"
    " a month and that cars should no longer be allowed on it.",
    "“We looked at every way to keep it open, and none of them was safe,” said Ana Lindqvist,"
    " who chairs the board. “Nobody wanted this.”",
    "About 3,400 people use the ferry on a working day, most of them to reach the shipyard and"
    " the hospital on the northern shore.",
    "Buses will run across the bridge every ten minutes from October, the city said, and holders"
    " of a season ticket will be paid back for the months that are left.",
    "The shipyard, which employs 900 people, said it would put on boats of its own for the early"
    " shift until the new terminal opens.",
]
SUBHEADING = "Who pays"
FURNITURE = [
    "Home", "Sport", "Business", "Sign in", "Subscribe now", "Most read",
    "Bakery wins award for its rye bread", "School bus routes to change in spring",
    "Sign up to our newsletter and never miss a story", "Share on Facebook", "Terms of use",
    "Privacy policy", "All rights reserved.",
]  # fmt: skip


def page(body: list[str]) -> str:
    paragraphs = "".join(f"<p>{text}</p>" for text in body)
    return f"""<html><body>
    <header><nav class="menu"><ul><li><a href="/">Home</a><li><a href="/s">Sport</a>
    <li><a href="/b">Business</a></ul><a class="login" href="/l">Sign in</a>
    <button>Subscribe now</button></nav></header>
    <main><article class="story"><h1>Mill Quay terminal to close</h1>
    <div class="share"><a href="/f">Share on Facebook</a></div>
    <div class="article-body">{paragraphs}</div>
    <div class="newsletter"><p>Sign up to our newsletter and never miss a story</p></div></article>
    <aside class="related"><h3>Most read</h3><ul>
    <li><a href="/1">Bakery wins award for its rye bread</a>
    <li><a href="/2">School bus routes to change in spring</a></ul></aside></main>
    <footer><a href="/t">Terms of use</a> <br><br><a href="/p">Privacy policy</a>
    <p>All rights reserved.</p></footer></body></html>"""


def judged(html: str, settled: list[int] | None = None) -> tuple[list[Paragraph], Page]:
    found = extract_blocks(html)
    paragraphs = segment(Document("1", "-", None, found.text, found.blocks))
    flags = np.zeros(len(paragraphs), np.bool_)
    flags[settled or []] = True
    return paragraphs, (paragraphs, found.facts, flags)


def kept(html: str) -> list[str]:
    paragraphs, one = judged(html)
    [chances] = judge_blocks(MODEL, [one])
    return [p.text for p, chance in zip(paragraphs, chances, strict=True) if chance >= 0.5]


def test_an_article_is_kept_and_its_furniture_goes() -> None:
    """All of the body stays, and no menu, share bar, teaser, newsletter or legal line."""
    text = kept(page(BODY))

    assert [line for line in BODY if line not in text] == []
    assert [line for line in FURNITURE if line in text] == []


def test_a_page_of_nothing_but_links_has_no_article() -> None:
    """A front page keeps nothing, or next to nothing."""
    links = "".join(f"<li><a href=/{n}>Story number {n} of the day</a></li>" for n in range(60))

    assert len(kept(f"<nav><ul>{links}</ul></nav>")) <= 3


def test_names_of_elements_are_not_needed() -> None:
    """A page of bare paragraphs keeps its body too."""
    html = "".join(f"<p>{text}</p>" for text in BODY)

    assert kept(html) == BODY


def test_settled_paragraphs_are_never_kept() -> None:
    """What a rule has explained counts as no content, for its neighbours as well."""
    _, one = judged(page(BODY), settled=[0, 1, 2])

    assert judge_blocks(MODEL, [one])[0][:3].tolist() == [0.0, 0.0, 0.0]


def test_a_page_is_judged_the_same_in_any_batch() -> None:
    """Probabilities don't depend on the other pages, nor on their order."""
    first, second, empty = (judged(html)[1] for html in (page(BODY), page(BODY[:2]), ""))
    [alone] = judge_blocks(MODEL, [first])
    _, between, _, last = judge_blocks(MODEL, [second, first, empty, first])

    assert alone.tolist() == between.tolist() == last.tolist()


def test_no_pages_and_empty_pages_are_judged() -> None:
    """Nothing in, nothing out."""
    _, empty = judged("")

    assert judge_blocks(MODEL, []) == []
    assert [chances.size for chances in judge_blocks(MODEL, [empty, empty])] == [0, 0]


def test_paragraphs_must_be_the_blocks() -> None:
    """Facts of another page are refused, not silently paired."""
    paragraphs, (_, facts, settled) = judged(page(BODY))

    with pytest.raises(ValueError, match="blocks"):
        judge_blocks(MODEL, [(paragraphs[1:], facts, settled[1:])])


def test_a_page_that_was_not_parsed_is_judged() -> None:
    """Without a tree there are still words and neighbours."""
    [chances] = judge_blocks(MODEL, [judged("<b>x</b>" * 25_001 + f"<p>{BODY[0]}")[1]])

    assert ((chances >= 0) & (chances <= 1)).all()


def copy_of_model(folder: Path) -> Path:
    shutil.copytree(model_folder() / "blocks", folder / "blocks")
    return folder / "blocks"


@pytest.mark.parametrize("name", ["arrays.npz", "model.json"])
def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path, name: str) -> None:
    """An incomplete model is refused with a way out."""
    folder = copy_of_model(tmp_path)
    (folder / name).unlink()

    with pytest.raises(ModelError, match="no model here"):
        load_block_model(folder)


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    """One flipped byte is enough."""
    folder = copy_of_model(tmp_path)
    body = bytearray((folder / "arrays.npz").read_bytes())
    body[len(body) // 2] ^= 1
    (folder / "arrays.npz").write_bytes(bytes(body))

    with pytest.raises(ModelError, match="damaged"):
        load_block_model(folder)


def test_another_model_is_refused() -> None:
    """The content model lies in the folder beside; its arrays are not these."""
    with pytest.raises(ModelError, match="no block model"):
        load_block_model(model_folder() / "content")


def test_a_model_for_other_features_is_refused(tmp_path: Path) -> None:
    """Networks that expect another number of inputs are told apart when they are loaded."""
    [first, *_] = MODEL.first
    narrow = first._replace(weights=(first.weights[0][:-1], *first.weights[1:]))
    save_block_model(tmp_path / "blocks", replace(MODEL, first=(narrow, *MODEL.first[1:])))

    with pytest.raises(ModelError, match="other features"):
        load_block_model(tmp_path / "blocks")


def test_a_saved_model_judges_as_before(tmp_path: Path) -> None:
    """Saving and loading changes no probability."""
    save_block_model(tmp_path / "blocks", MODEL)
    _, one = judged(page(BODY))

    assert (
        judge_blocks(load_block_model(tmp_path / "blocks"), [one])[0].tolist()
        == judge_blocks(MODEL, [one])[0].tolist()
    )
