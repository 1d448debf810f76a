"""The configuration's digest stands for all that can change the output, and for nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cleaner.config import Config, digest, options_changed
from cleaner.errors import UsageError

DIGESTS = {"rules": "r", "models": "m"}


@pytest.mark.parametrize(
    "choices",
    [{"keep": frozenset({"x"})}, {"drop": frozenset({""})}, {"ai_threshold": float("nan")},
     {"ai_threshold": -0.1}, {"document_timeout": 0.0}, {"document_timeout": float("nan")},
     {"extractor": "magic"}],
)  # fmt: skip
def test_impossible_choices_are_refused(choices: dict[str, Any]) -> None:
    """A wrong label, probability, time or extractor never reaches a run."""
    with pytest.raises(UsageError):
        Config(**choices)


@pytest.mark.parametrize(
    "choices",
    [{"document_timeout": 1.0}, {"max_errors": 3}, {"rules": (Path("moved.toml"),)},
     {"keep": frozenset()}],
)  # fmt: skip
def test_what_changes_no_output_changes_no_digest(choices: dict[str, Any]) -> None:
    """Time limits and where a pack lies are not part of the configuration."""
    assert digest(Config(**choices), DIGESTS) == digest(Config(), DIGESTS)


@pytest.mark.parametrize(
    ("choices", "digests"),
    [({"keep": frozenset({"chrome"})}, DIGESTS), ({"label_only": True}, DIGESTS),
     ({"ai_threshold": 0.5}, DIGESTS), ({"text_field": "body"}, DIGESTS),
     ({}, DIGESTS | {"rules": "r2"}), ({}, DIGESTS | {"models": "m2"})],
)  # fmt: skip
def test_what_changes_the_output_changes_the_digest(
    choices: dict[str, Any], digests: dict[str, str]
) -> None:
    """Labels, thresholds, fields, rules and models are."""
    assert digest(Config(**choices), digests) != digest(Config(), DIGESTS)


def test_a_change_is_explained_by_name() -> None:
    """People read which choices differ, also where one side doesn't know a choice yet."""
    assert options_changed({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": ""}) == "b, c"
