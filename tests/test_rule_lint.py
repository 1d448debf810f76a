"""`rules lint`: sound rules pass without a word, each kind of doubt is named."""

from __future__ import annotations

import pytest

from cleaner.rule import Rule, parse_pack
from cleaner.rule_lint import lint

SOUND = """
[[rule]]
id = "demo.app"
label = "chrome"
removes = "paragraph"
why = "The Harbour Post asks for installs."
anchors = ["get the harbour app"]
pattern = '''(?i) ^ get [ ] the [ ] harbour [ ] app $'''
hits = ["⟦Get the Harbour app⟧", "The end.\\n⟦GET THE HARBOUR APP⟧"]
misses = ["Get the Harbour app, she told her pupils.", "They get the harbour app for nothing."]
"""


def changed(**fields: str) -> Rule:
    """The sound rule with some lines of its table replaced."""
    lines = []
    for line in SOUND.strip().splitlines():
        key = line.split(" = ")[0]
        lines.append(f"{key} = {fields.pop(key)}" if key in fields else line)
    lines += [f"{key} = {value}" for key, value in fields.items()]
    [rule] = parse_pack("\n".join(lines), "demo.toml")
    return rule


def kinds(*rules: Rule) -> list[tuple[str, str]]:
    """Rule and kind of each doubt."""
    return [(problem.rule, problem.kind) for problem in lint(rules)]


# --- what raises no doubt --------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"anchors": '["get the harbour", "harbour app"]'},
        # An anchor beside the match is shown by a hit.
        {"anchors": '["the end", "harbour"]'},
        # Anything may stand where the pattern allows anything.
        {"pattern": "'''(?i) ^ get [^\\n]{3,30} app $'''", "anchors": '["that app", "harbour"]'},
        # Both spellings of a word, from one class of letters and from an optional letter.
        {
            "pattern": "'''(?i) ^ get [ ] the [ ] (?: harbou?r | organi[sz]er ) [ ] app $'''",
            "anchors": '["harbor", "harbour", "organizer", "organiser"]',
        },
        # Everyday words, but at the edge of a line.
        {"anchors": r'["\nget the"]'},
    ],
)
def test_a_sound_rule_passes(fields: dict[str, str]) -> None:
    """No doubt without a reason: people stop reading a lint that cries wolf."""
    assert lint([changed(**fields)]) == []


def test_rules_for_different_things_do_not_overlap() -> None:
    """A rule that takes more or less than another's hit is no repetition of it."""
    other = changed(
        id='"demo.harbour"',
        removes='"match"',
        pattern="'''harbour [ ] app'''",
        hits='["Get the ⟦harbour app⟧", "A ⟦harbour app⟧ for all."]',
        misses='["Harbours and apps.", "The app of the harbour."]',
        anchors='["harbour app"]',
    )

    assert kinds(changed(), other) == []


# --- doubts ----------------------------------------------------------------------------------


def test_too_few_examples_are_named() -> None:
    """Two of each are the least, and the same one twice is one."""
    rule = changed(misses='["They get the harbour app.", "They get the harbour app."]')

    [problem] = lint([rule])
    assert str(problem) == "rule 'demo.app': examples: 1 of misses, 2 are needed"


def test_an_anchor_that_the_pattern_cannot_hold_is_named() -> None:
    """The anchor of a wording that the pattern has lost (or never had) reaches nothing."""
    [problem] = lint([changed(anchors='["get the harbour app", "install the harbour app"]')])

    assert problem.kind == "anchor-unreachable"
    assert problem.detail == (
        "'install the harbour app' stands in no hit, and the pattern has no 'install'"
    )


def test_an_anchor_of_everyday_words_is_named() -> None:
    """Such an anchor makes the pattern run in nearly every text."""
    [problem] = lint([changed(anchors='["get the"]')])

    assert str(problem) == "rule 'demo.app': anchor-frequent: 'get the' is made of everyday words"


def test_an_anchor_in_the_examples_of_many_rules_is_named() -> None:
    """What stands in the examples of many rules stands in many texts."""
    rules = [
        changed(
            id=f'"demo.app-{n}"',
            pattern=f"'''(?i) ^ get [ ] the [ ] harbour{n} [ ] app $'''",
            anchors=f'["harbour{n} app"]' if n else '["harbour"]',
            hits=f'["⟦Get the Harbour{n} app⟧", "The end.\\n⟦Get the Harbour{n} app⟧"]',
        )
        for n in range(9)
    ]

    assert kinds(*rules) == [("demo.app-0", "anchor-frequent")]


def test_rules_that_take_the_same_are_named() -> None:
    """Both say so, since a person must choose which one stays."""
    other = changed(id='"demo.harbour-app"', anchors='["harbour app"]')

    assert kinds(changed(), other) == [("demo.app", "redundant"), ("demo.harbour-app", "redundant")]
    [problem] = lint([changed()], [other])
    assert problem.detail == "'demo.harbour-app' takes the same from 2 of 2 hits"


def test_rules_that_share_a_hit_are_named() -> None:
    """Overlap in one of two hits is told, and is weaker than a rule that could go."""
    other = changed(
        id='"demo.capitals"',
        pattern="'''^ GET [ ] THE [ ] HARBOUR [ ] APP $'''",
        hits='["⟦GET THE HARBOUR APP⟧", "The end.\\n⟦GET THE HARBOUR APP⟧"]',
    )

    assert kinds(changed(), other) == [("demo.app", "overlap"), ("demo.capitals", "redundant")]


def test_a_rule_that_lifts_metadata_is_no_repetition() -> None:
    """Removing a byline and reading its name are two jobs."""
    assert kinds(changed(), changed(id='"demo.author"', lifts='"authors"')) == []


def test_a_pattern_that_backtracks_without_end_is_named() -> None:
    """A repetition inside a repetition is stopped by the time limit on a text made for it."""
    slow = changed(pattern=r"'''(?i) (?: \w | [ ] | \w\w )+ app (?<! \w\w \n app ) $'''")

    assert ("demo.app", "slow") in kinds(slow)


def test_an_anchor_inside_of_other_words_is_named() -> None:
    """An agency's letters stand in the middle of everyday words; at a line's edge they don't."""
    pack = """
[[rule]]
id = "demo.agency"
label = "filler"
removes = "match"
why = "Agencies sign their reports."
anchors = ["ians", "ians\\n"]
pattern = '''^ IANS $'''
hits = ["⟦IANS⟧", "It rained.\\n⟦IANS⟧"]
misses = ["Politicians met.", "Guardians of the dam, he called the librarians."]
"""
    problems = lint(parse_pack(pack, "demo.toml"))

    assert [problem.kind for problem in problems] == ["anchor-frequent"]
    assert "'ians' stands inside of other words, such as 'guardians'" in problems[0].detail
