"""`rules suggest`: repeated lines that no rule explains become drafts that hold."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import orjson
import pytest

from cleaner.commands.rule_reports import suggest_command
from cleaner.folder import open_output
from cleaner.output import Piece
from cleaner.rule import load_packs, parse_pack
from cleaner.rule_examples import check_examples
from cleaner.rule_suggest import LineCounts, Suggestion, drafts, suggest
from cleaner.writers.shard import Rows

HOST = "harbour.example"


def counted(host: str, *documents: list[str]) -> LineCounts:
    """Kept lines of documents, counted."""
    counts = LineCounts()
    for lines in documents:
        counts.add(host, lines, ())
    return counts


def test_rare_lines_are_not_suggested() -> None:
    """Two documents are chance, and so is a kept line on a tenth of a host's documents."""
    twice = counted(HOST, ["Get the app"], ["Get the app"], ["Other"])
    tenth = counted(HOST, *([["Get the app"]] * 3), *([[f"Story {'x' * n}"] for n in range(27)]))

    assert twice.suggestions() == []
    assert tenth.suggestions() == []


def test_counting_is_bounded() -> None:
    """The rarest lines are forgotten when there are too many."""
    counts = LineCounts(most=50)
    for number in range(200):
        counts.add(HOST, ["Get the app", f"Story {'x' * number}"], ())

    assert len(counts.lines) <= 50
    assert [found.line for found in counts.suggestions()] == ["get the app"]


def test_variants_of_a_line_are_one_suggestion() -> None:
    """Numbers and bullets differ from page to page; the hosts that share a line are joined."""
    counts = counted(HOST, ["12 comments"], ["• 3 comments"], ["4 Comments"], ["5 comments"])
    for _ in range(3):
        counts.add("quay.example", ["1 comments"], ())

    [found] = counts.suggestions()
    assert (found.hosts, found.documents, found.of) == ((HOST, "quay.example"), 7, 7)
    assert found.variants == ("12 comments", "• 3 comments", "4 Comments")


def output_folder(folder: Path) -> Path:
    """A folder in which five documents repeat three lines, one of them known to a rule."""
    rows = Rows()
    for number in range(5):
        identifier = f"{HOST}-{number}"
        text = f"Story {'x' * number} has its own words.\nListen to our harbour radio\nListen here"
        row = {"id": identifier, "text": text, "url": f"https://{HOST}/{number}"}
        row["metadata"] = {"chars_in": 99, "chars_out": len(text)}
        rows.documents.append(orjson.dumps(row))
        for by, label, line in (
            ("rule:demo.app", "chrome", "Get the app"),
            ("model:content@1", "filler", f"Harbour Post #{number}: it's free (now), [really]!"),
        ):
            span = {"id": identifier, "text": line, "label": label, "by": by, "score": 1.0}
            rows.removed.append(orjson.dumps(span))
    with open_output(folder) as output:
        output.commit(Piece(rows))
    return folder


RULES = parse_pack(
    """
[[rule]]
id = "demo.listen"
label = "chrome"
removes = "paragraph"
why = "Known already."
anchors = ["listen here"]
pattern = "(?i) ^ listen [ ] here $"
hits = ["⟦Listen here⟧"]
misses = ["Listen here, he said."]
""",
    "demo.toml",
)


def test_lines_that_no_rule_explains_are_suggested(tmp_path: Path) -> None:
    """Kept lines and those that only a model removed; not what a rule took or would take."""
    found = suggest(output_folder(tmp_path / "out"), RULES)

    assert [(item.line, item.documents, item.by, item.label) for item in found] == [
        ("harbour post #0: it's free (now), [really]!", 5, "model:content@1", "filler"),
        ("listen to our harbour radio", 5, "kept", "chrome"),
    ]


def test_drafts_are_a_pack_whose_examples_hold(tmp_path: Path) -> None:
    """Whatever the lines hold, the drafts load, and each one finds its own line only."""
    found = suggest(output_folder(tmp_path / "out"), RULES)
    odd = ["© 2026 “Quotes” \\ and #hash | pipes", "100 % of $5 {x}^2?", "Ümläut – dash’s ½", "…»"]
    found += [Suggestion((HOST,), line, 3, 3, "kept", "chrome", (line,)) for line in odd]
    found += [Suggestion(("a.b", "c.d", "e.f"), "same", 9, 9, "kept", "chrome", ("Same line",))] * 2

    pack = parse_pack("\n".join(drafts(found)), "drafts.toml")

    assert len(pack) == 7  # a line without a letter has no anchor
    assert len({rule.id for rule in pack}) == 7
    assert [problem for rule in pack for problem in check_examples(rule)] == []
    assert pack[0].scope.hosts == (HOST,)
    assert pack[-1].scope.hosts == ()
    assert pack[0].why == f"On 5 of 5 documents of {HOST}; removed by model:content@1."


def test_built_in_rules_need_no_suggestion(tmp_path: Path) -> None:
    """The command's own defaults read a folder and don't fail."""
    assert len(suggest(output_folder(tmp_path / "out"), load_packs())) >= 1


def test_printed_drafts_are_a_pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `rules suggest` prints can go into a file as it is."""
    folder = output_folder(tmp_path / "out")
    arguments = Namespace(action="suggest", file=[folder], rules=[], quiet=False)

    assert suggest_command(arguments) == 0

    pack = parse_pack(capsys.readouterr().out, "drafts.toml")
    assert "drafts.harbour-post-0-its-free" in {rule.id for rule in pack}
