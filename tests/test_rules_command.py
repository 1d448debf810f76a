"""``rules list``: what a reader of the table learns about each rule."""

from __future__ import annotations

import pytest

from cleaner.cli import main
from cleaner.rules import load_packs


def test_the_list_has_a_line_a_rule_with_its_scope(capsys: pytest.CaptureFixture[str]) -> None:
    """Id, label, reach, scope and why, separated by tabs, for every built-in rule."""
    assert main(["rules", "list", "--quiet"]) == 0

    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    scopes = {row[0]: row[3] for row in rows}
    assert [row[0] for row in rows] == [rule.id for rule in load_packs()]
    assert all(len(row) == 5 and all(row) for row in rows)
    assert scopes["account.sign-in"] == "everywhere"
    assert "beside ai-sections.says" in scopes["ai-headings.plain"]
    assert any("menafn.com" in scope for scope in scopes.values())
