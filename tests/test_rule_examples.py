"""Every rule of every built-in pack proves itself on its own examples."""

from __future__ import annotations

import pytest

from cleaner.rule_examples import check_examples
from cleaner.rules import Rule, load_packs

RULES = load_packs()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_examples_hold(rule: Rule) -> None:
    """Hits remove exactly the marked span, misses are left alone."""
    assert check_examples(rule) == []


def test_the_packs_are_large_enough_to_be_useful() -> None:
    """Each rule shows two hits at least, names two risks, and says why in a sentence."""
    assert len(RULES) >= 600
    assert [rule.id for rule in RULES if len(set(rule.hits)) < 2 or len(set(rule.misses)) < 2] == []
    assert all(rule.why.endswith(".") for rule in RULES)


def test_pack_names_and_ids_agree() -> None:
    """A rule is found in the file that its id names."""
    from importlib import resources

    packs = {
        entry.name.removesuffix(".toml")
        for entry in resources.files("cleaner.rulepack").iterdir()
        if entry.name.endswith(".toml")
    }
    assert {rule.id.partition(".")[0] for rule in RULES} == packs
