"""The engine: what rules match, how far they reach, and what they must never reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaner.errors import RuleError
from cleaner.records import Document
from cleaner.rule_examples import check_examples
from cleaner.rules import Rule, RuleSet, load_pack, load_packs, parse_pack
from cleaner.segment import segment
from cleaner.view import view

PROSE = (
    "The council voted seven to two on Monday to rebuild the old harbour bridge, a job that will "
    "cost the city nine million and close the road to cars for the whole of next summer."
)
OTHER = (
    "Opponents said that the money was needed for schools, and that nobody had asked the people "
    "of the islands, who use the bridge each day to get to work, what they wanted to be done."
)


def rule_of(**changes: object) -> Rule:
    """A rule that finds the line "Read next:", changed as the test needs."""
    fields: dict[str, object] = {
        "id": "demo.read-next",
        "label": "chrome",
        "removes": "paragraph",
        "why": "A demonstration.",
        "anchors": ("read next",),
        "pattern": "(?i) ^ read [ ] next: $",
        "hits": ("⟦Read next:⟧",),
        "misses": ("He read next: a poem.",),
    }
    return Rule(**{**fields, **changes})  # type: ignore[arg-type]


def removed_by(rule: Rule, text: str, *others: Rule, url: str | None = None) -> list[str]:
    """The texts that `rule` alone removes, with other rules beside it."""
    document = Document("1", "-", url, text)
    found = RuleSet([rule, *others]).find(document, segment(document)).findings
    return [text[slice(*finding.span)] for finding in found if finding.by == rule.by]


@pytest.mark.parametrize(
    "text",
    ["", "He will read next: a poem", "read next", f"{PROSE} Read next:", "Readnext:"],
)
def test_a_pattern_that_does_not_match_finds_nothing(text: str) -> None:
    """An anchor alone is no finding."""
    assert removed_by(rule_of(), text) == []


def test_a_match_takes_the_match_and_a_group_x_less() -> None:
    """`match` is exact, and a group named x says which part of it."""
    exact = rule_of(removes="match", pattern=r"\(NEWSCO\) [ ]", anchors=("(newsco)",))
    part = rule_of(removes="match", pattern=r"^ (?P<x> \(NEWSCO\) [ ]) \w", anchors=("(newsco)",))

    assert removed_by(exact, f"(NEWSCO) {PROSE}") == ["(NEWSCO) "]
    assert removed_by(part, f"(NEWSCO) {PROSE}") == ["(NEWSCO) "]


def test_a_paragraph_is_taken_with_its_wrapped_lines() -> None:
    """`paragraph` takes what segmentation joined."""
    text = f"Read next:\n{PROSE}"

    assert removed_by(rule_of(), text) == ["Read next:"]


def test_a_block_takes_the_list_that_follows() -> None:
    """Bullets and headline-shaped lines belong to their heading, prose does not."""
    text = f"{PROSE}\nRead next:\n- Ferry fares rise\n\n- Pool reopens\n{OTHER}"
    rule = rule_of(removes="block")

    assert removed_by(rule, text) == ["Read next:\n- Ferry fares rise\n\n- Pool reopens"]
    assert removed_by(rule, f"Read next:\nFerry fares rise\nPool reopens\n{PROSE}") == [
        "Read next:\nFerry fares rise\nPool reopens"
    ]


def test_a_block_leaves_a_sub_heading_before_prose() -> None:
    """One headline-shaped line behind a blank line may be the body's own sub-heading."""
    text = f"{PROSE}\n\nRead next:\n\nWhat the islands want\n\n{OTHER}"

    assert removed_by(rule_of(removes="block"), text) == ["Read next:"]


def test_a_block_over_prose_ends_at_a_blank_line() -> None:
    """A disclaimer's text is prose: the rule has to say so, and it ends with its block."""
    rule = rule_of(removes="block", over="prose")

    assert removed_by(rule, f"Read next:\n{OTHER}\n{PROSE}") == [f"Read next:\n{OTHER}"]
    assert removed_by(rule, f"Read next:\n\n{OTHER}") == ["Read next:"]


MENU = {"anchors": ("home",), "pattern": r"(?i) ^ • [ ] home $", "removes": "block", "over": "menu"}


def test_a_menu_is_the_run_of_short_items_on_both_sides() -> None:
    """A menu that is too short stays, and so does what only looks like an item."""
    menu = rule_of(**MENU, at_least=4)
    items = "• Rowing\n• Home\n• Chess club\n• Opinion"

    assert removed_by(menu, f"Title\n{items}\nThe mayor lost.") == [items]
    assert removed_by(menu, "• Rowing\n• Home\n• Chess club\nThe mayor lost.") == []
    assert removed_by(menu, "• He rows\n• Home\n• She won.\n• to play\n• for two") == []


def test_a_menu_is_no_heading_that_ends_a_section() -> None:
    """The list below "Ask" goes on although one of its items is a menu's."""
    menu = rule_of(**MENU)
    ask = rule_of(id="demo.ask", anchors=("ask",), pattern="^ Ask $", removes="block")

    removed = removed_by(ask, "Ask\n• Why?\n• Home\n• Where?\nIt was late, she said.", menu)

    assert "Ask\n• Why?\n• Home\n• Where?" in removed


def test_a_section_ends_at_the_next_known_heading() -> None:
    """Another rule's heading ends a section."""
    section = rule_of(removes="section")
    heading = rule_of(
        id="demo.background", label="heading", anchors=("background",), pattern="^ Background $"
    )
    text = f"{PROSE}\nRead next:\n{OTHER}\nOne more line\nBackground\n{PROSE}"

    assert removed_by(section, text, heading) == [f"Read next:\n{OTHER}\nOne more line"]


def test_a_section_at_the_top_never_swallows_the_article() -> None:
    """Without a known heading after it, an early section is a list or one paragraph."""
    section = rule_of(removes="section")

    assert removed_by(section, f"Read next:\n{OTHER}\n{PROSE}\n{OTHER} He agreed.") == [
        f"Read next:\n{OTHER}"
    ]
    assert removed_by(section, f"Read next:\n- One\n- Two\n{PROSE}\n{OTHER}") == [
        "Read next:\n- One\n- Two"
    ]


def test_the_rest_is_taken_only_below_the_article() -> None:
    """More prose after than before means that the heading stands above the article."""
    rest = rule_of(removes="rest")

    assert removed_by(rest, f"{PROSE}\nRead next:\n{OTHER}") == [f"Read next:\n{OTHER}"]
    assert removed_by(rest, f"Read next:\nOne more\n{PROSE}\n{OTHER}") == ["Read next:\nOne more"]


def test_scopes_limit_where_a_rule_applies() -> None:
    """A host, its subdomains, or a marker in a dump without a URL; not a look-alike host."""
    from cleaner.rule import Scope

    rule = rule_of(scope=Scope(hosts=("news.example",), markers=("(NEWSCO)",)))

    assert removed_by(rule, "Read next:") == []
    assert removed_by(rule, "Read next:", url="https://badnews.example/a") == []
    assert removed_by(rule, "Read next:", url="https://www.news.example/a") == ["Read next:"]
    assert removed_by(rule, "Read next:", url="https://m.news.example/a") == ["Read next:"]
    assert removed_by(rule, "Read next:\n(newsco) said") == ["Read next:"]


def test_a_rule_beside_another_needs_its_finding() -> None:
    """Some headings mean something only next to others."""
    from cleaner.rule import Scope

    rule = rule_of(scope=Scope(beside=("demo.other*",)))
    other = rule_of(id="demo.other-line", anchors=("trending",), pattern="^ Trending $")

    assert removed_by(rule, "Read next:", other) == []
    assert removed_by(rule, "Read next:\n\nTrending", other) == ["Read next:"]


def test_a_rule_beside_any_other_leaves_a_clean_text_alone() -> None:
    """A line that writers use too is furniture where there is other furniture, and only there."""
    from cleaner.rule import Scope

    rule = rule_of(scope=Scope(beside=("*",)))
    unsure = rule_of(
        id="demo.unsure", anchors=("photo:",), pattern="^ Photo: .* $", scope=Scope(beside=("*",))
    )
    other = rule_of(id="demo.other-line", anchors=("trending",), pattern="^ Trending $")

    assert removed_by(rule, "Read next:\n\nPhoto: Jane Doe", unsure, other) == []
    assert removed_by(rule, "Read next:\n\nTrending", unsure, other) == ["Read next:"]
    assert removed_by(rule.in_company, "Read next:") == ["Read next:"]


def test_a_page_of_html_is_company_enough() -> None:
    """All of it is in the text, and what a writer put in has no place beside a menu."""
    from cleaner.records import Block, Span
    from cleaner.rule import Scope

    rule = rule_of(scope=Scope(beside=("*",)))
    text = f"{PROSE}\nRead next:"
    spans = Span(0, len(PROSE)), Span(len(PROSE) + 1, len(text))
    document = Document("1", "-", None, text, tuple(Block(span, "p", "p", 0) for span in spans))

    [finding] = RuleSet([rule]).find(document, segment(document)).findings
    assert finding.span == spans[1]
    assert removed_by(rule, text) == []


@pytest.mark.parametrize("quote", ["’", "‘", "'", "´"])
def test_typography_does_not_matter(quote: str) -> None:
    """Patterns are written with plain quotes and match all of them, at the right offsets."""
    rule = rule_of(anchors=("editor's picks",), pattern="(?i) ^ editor's [ ] picks $")
    text = f"“Ça va” — é\nEditor{quote}s\u00a0Picks\nÉnd"

    assert removed_by(rule, text) == [f"Editor{quote}s\u00a0Picks"]


def test_a_slow_pattern_is_stopped_and_the_text_kept(caplog: pytest.LogCaptureFixture) -> None:
    """A pattern that backtracks for ever costs its time limit, and says so."""
    rule = rule_of(anchors=("aaaa",), pattern="(?: (?: a | a ) + ) + b $")

    assert removed_by(rule, "a" * 2_000) == []
    assert "time limit" in caplog.text


def test_a_long_line_is_searched_near_the_anchor_only() -> None:
    """Far ends of a long line are no line ends: a cut pretends nothing."""
    rule = rule_of(pattern="(?i) read [ ] next: .* $")
    text = "Read next: " + "word " * 4_000 + "end"

    assert removed_by(rule, text) == []
    assert removed_by(rule, "Read next: word") == ["Read next: word"]


def test_a_pattern_of_one_line_is_tried_on_the_anchor_s_line_only() -> None:
    """What looks like the match beside it has no anchor, so it is another thing."""
    rule = rule_of(
        removes="match",
        anchors=("in the comments",),
        pattern="(?<= [.] [ ] ) Share [^\\n.]* [.]? $",
    )
    text = "It rained. Share the blame.\nIt snowed. Share it in the comments."

    assert removed_by(rule, text) == ["Share it in the comments."]


def test_a_limit_on_the_line_spares_long_paragraphs() -> None:
    """Rules with common anchors say how long their line can be, also in a text of one line."""
    rule = rule_of(anchors=("read",), pattern="(?i) ^ read [ ] next: .* $", max_line=20)

    assert removed_by(rule, "Read next: a poem\nWell read\n" + "read " * 50) == [
        "Read next: a poem"
    ]
    assert removed_by(rule, "Read next: a poem by her") == []
    assert removed_by(rule, "Read next: x" * 100_000) == []


def test_the_view_keeps_every_offset() -> None:
    """One code point for one, so that offsets in the view are offsets in the text."""
    text = "“It’s” — 😀 İstanbul\u00a0«x»\tÉ"
    seen = view(text)

    assert len(seen.text) == len(text)
    assert seen.code_points([seen.folded.index(b"x")]) == [text.index("x")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("labels = 'chrome'", "unknown key 'labels'"),
        ("label = 'junk'", "unknown label 'junk'"),
        ("removes = 'all'", "unknown removes 'all'"),
        ("why = ''", "no why"),
        ("hits = []", "no hits"),
        ("misses = []", "no misses"),
        ("hits = ['no mark']", "each hit marks the removed span once"),
        ("misses = ['⟦marked⟧']", "a miss has no ⟦ mark"),
        ("anchors = [' ']", "an anchor needs two visible characters"),
        ('anchors = ["\\n*"]', "an anchor needs two visible characters"),
        ("anchors = 'read'", "anchors must be a list of strings"),
        ("id = 'Demo.x'", "kebab-case"),
        ("scope = { host = ['a.example'] }", "unknown scope 'host'"),
        ("pattern = '('", "bad pattern"),
        ("at_most = true", "at_most must be a number"),
    ],
)
def test_a_malformed_rule_is_refused_by_name(tmp_path: Path, line: str, problem: str) -> None:
    """The message names the file, the rule and the problem, and says what to do."""
    fields = {
        "id": "'demo.x'", "label": "'chrome'", "removes": "'match'", "why": "'Because.'",
        "anchors": "['read']", "pattern": "'read'", "hits": "['⟦read⟧']", "misses": "['write']",
    }  # fmt: skip
    key, _, value = line.partition(" = ")
    fields[key] = value
    pack = tmp_path / "mine.toml"
    pack.write_text("[[rule]]\n" + "\n".join(f"{k} = {v}" for k, v in fields.items()), "utf-8")
    rule_id = "Demo.x" if key == "id" else "demo.x"

    with pytest.raises(RuleError) as refused:
        load_pack(pack)

    assert str(refused.value).startswith(f"{pack}: rule '{rule_id}': ")
    assert problem in str(refused.value)
    assert "python -m cleaner rules test" in str(refused.value)


def test_a_pack_that_is_not_toml_or_not_there_is_refused(tmp_path: Path) -> None:
    """Both are errors of configuration with the file's name."""
    with pytest.raises(RuleError, match="mine.toml: not valid TOML"):
        parse_pack("[[rule]", "mine.toml")
    with pytest.raises(RuleError, match="can't be read"):
        load_pack(tmp_path / "none.toml")


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    """An id is never reused, also not between a user's pack and the built-in ones."""
    pack = tmp_path / "mine.toml"
    rule = load_packs()[0]
    pack.write_text(
        f"[[rule]]\nid = '{rule.id}'\nlabel = 'chrome'\nremoves = 'match'\nwhy = 'x'\n"
        "anchors = ['read']\npattern = 'read'\nhits = ['⟦read⟧']\nmisses = ['write']\n",
        "utf-8",
    )

    with pytest.raises(RuleError, match="defined twice"):
        load_packs([pack])


def test_examples_that_do_not_hold_are_reported() -> None:
    """A wrong span and a hit miss are both named."""
    rule = rule_of(hits=("⟦Read next: ⟧now",), misses=("Read next:",))

    problems = check_examples(rule)

    assert problems == ["hit 1 removes [], not 'Read next: '", "miss 1 is hit: 'Read next:'"]


def test_a_line_means_the_same_wherever_it_stands() -> None:
    """What was found on a line is remembered without its place."""
    rule = rule_of(anchors=["read more"], pattern="(?i) ^ read [ ] more $", removes="paragraph")
    rules = RuleSet([rule])
    for before in ("", "The council voted.\n", "It will vote again on the second of May.\n"):
        document = Document("1", "-", None, f"{before}Read more\nThe mayor has read more.")

        [finding] = rules.find(document, segment(document)).findings

        assert finding.span == (len(before), len(before) + len("Read more"))
