"""The sample dumps come out as their expected.json says."""

from __future__ import annotations

import pytest
from seed_cases import (
    CLEAN,
    DUMPS,
    FEEDS,
    SEEDS,
    SHARED,
    cases,
    clean,
    cleaner,
    declared,
    problems_of,
    read_seed,
)

from cleaner.readers import ReadOptions, find_inputs, read
from cleaner.records import Raw


def test_every_sample_is_listed() -> None:
    """A dump without expected labels would be cleaned in the demo and tested by nobody."""
    files = {path.name for path in SEEDS.iterdir()} - {"README.md", "expected.json"}

    assert files == DUMPS.keys() | FEEDS.keys()


@pytest.mark.parametrize("name", CLEAN)
def test_clean_articles_come_through_untouched(name: str) -> None:
    """Reports, opinion and market news without chrome lose not one character."""
    cleaned = clean(read_seed(name))

    assert cleaned.text == read_seed(name)
    assert not cleaned.removed


@pytest.mark.parametrize("name", DUMPS)
def test_each_line_gets_its_label(name: str) -> None:
    """Labels, lifted values, disclosure and truncation are those of expected.json."""
    assert not problems_of(clean(read_seed(name)), DUMPS[name])


@pytest.mark.shared
@pytest.mark.parametrize("name", cases(SHARED) or ["missing"])
def test_shared_dumps_get_their_labels(name: str) -> None:
    """The documents that the program was made for come out as agreed."""
    if not SHARED.is_dir():
        pytest.skip("the shared folder is not here")

    assert not problems_of(clean(read_seed(name, SHARED)), cases(SHARED)[name])


@pytest.mark.parametrize("name", FEEDS)
def test_feeds_and_pages(name: str) -> None:
    """Records of JSON lines and an HTML page lose their furniture and keep their sentences."""
    [source] = find_inputs([str(SEEDS / name)])
    raws = list(read(source, ReadOptions()))
    assert len(raws) == len(FEEDS[name]["records"])

    for raw, case in zip(raws, FEEDS[name]["records"], strict=True):
        assert isinstance(raw, Raw)
        cleaned = cleaner().clean(raw)

        assert cleaned.metadata["title"] == case["title"]
        assert str(cleaned.metadata["created"]).startswith(case["date"])
        assert cleaned.metadata["ai_declared"] == declared(case["document_ai"])
        assert not [phrase for phrase in case["kept"] if phrase not in cleaned.text]
        assert not [phrase for phrase in case["gone"] if phrase in cleaned.text]
