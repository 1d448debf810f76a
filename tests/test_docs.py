"""The README tells the truth: commands, options, keys and exit codes are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cleaner.cli import PARSERS
from cleaner.commands import parser
from cleaner.errors import ExitStatus
from cleaner.labels import LABELS
from cleaner.rule import _OPTIONAL, _REQUIRED
from cleaner.writers.rows import METADATA_KEYS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_verb_is_documented() -> None:
    """A verb that nobody can find is not there."""
    for verb in filter(None, PARSERS):
        assert f"python -m cleaner {verb} " in README


@pytest.mark.parametrize("make", [parser.clean_parser, parser.explain_parser])
def test_every_option_is_documented(make) -> None:
    """Each long option of cleaning and explaining appears in the README."""
    options = {
        option
        for action in make()._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }
    missing = [option for option in sorted(options) if option not in README]

    assert missing == []


def test_every_key_label_and_exit_code_is_documented() -> None:
    """The tables of the README are complete."""
    assert [key for key in METADATA_KEYS if f"`{key}`" not in README] == []
    assert [label for label in LABELS if f"`{label}`" not in README] == []
    codes = README[README.index("Exit codes:") :]
    assert [status for status in ExitStatus if str(int(status)) not in codes] == []


def test_every_field_of_a_rule_is_documented() -> None:
    """docs/rules.md has a row for each key that a rule may have."""
    table = (ROOT / "docs" / "rules.md").read_text("utf-8")

    assert [key for key in (*_REQUIRED, *_OPTIONAL) if f"`{key}`" not in table] == []


def test_linked_files_exist() -> None:
    """No link of the README leads nowhere."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_ci_calls_only_what_the_readme_has() -> None:
    """CI runs the same commands as a user."""
    commands = [
        line for line in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
        if line.startswith("make ")
    ]  # fmt: skip

    assert commands == ["make test", "make test-slow"]
    assert all(command in README for command in commands)
