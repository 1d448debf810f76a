"""`rules hits` and the commands: what run records teach about the rules."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from cleaner.commands.rule_reports import hits_command, lint_command, suggest_command
from cleaner.errors import OutputError, UsageError
from cleaner.rule_report import RunHits, find_silent, report_hits

HOST = "harbour.example"


def run(number: int, **hosts: dict[str, int]) -> RunHits:
    """A run with spans by rule; hosts are named by one word."""
    named = {
        f"{host}.example": {f"rule:x.{rule}": spans for rule, spans in counts.items()}
        for host, counts in hosts.items()
    }
    return RunHits(str(number), f"2026-03-{number:02}T08:00:00+00:00", named)


# --- silent rules ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "runs",
    [
        [run(1, a={"promo": 9, "share": 9}), run(2, a={"promo": 1, "share": 9})],
        [run(1, a={"promo": 9, "share": 9}), run(2, b={"share": 9})],
        [run(1, a={"promo": 9, "share": 9}), run(2, a={"share": 2})],
        [run(1, a={"promo": 1, "share": 99}), run(2, a={"share": 99})],
        [run(1, a={"promo": 9}), run(2, b={"promo": 9})],
        [run(1, a={"promo": 9, "share": 9})],
    ],
    ids=["fires-less", "host-not-crawled", "few-pages", "rare-rule", "moved", "one-run"],
)
def test_a_rule_is_not_called_silent_without_evidence(runs: list[RunHits]) -> None:
    """No alarm where the host was not crawled again, or the rule may just not have had its turn."""
    assert find_silent(runs) == []


def test_a_crowded_record_is_weak_evidence() -> None:
    """A record of very many hosts leaves out the rare pairs, so a missing one may be there."""
    old = run(1, a={"promo": 10, "share": 10})
    new = run(2, a={"share": 12})
    crowd = {f"h{n}.example": {"rule:x.share": 10} for n in range(1_999)}
    few = dict(list(crowd.items())[:50])

    assert find_silent([old, new._replace(hosts={**new.hosts, **few})]) != []
    assert find_silent([old, new._replace(hosts={**new.hosts, **crowd})]) == []


def test_a_rule_that_fell_silent_is_named() -> None:
    """It fired beside others before, and the others still fire."""
    runs = [
        run(1, a={"promo": 5, "share": 10}, b={"promo": 4}),
        run(2, a={"promo": 5, "share": 10}, b={"promo": 4}),
        run(3, a={"share": 12}, b={"promo": 4}),
    ]

    [silent] = find_silent(runs)
    assert (silent.host, silent.rule, silent.spans) == ("a.example", "x.promo", 10)
    assert (silent.last, silent.expected) == ("2026-03-02T08:00:00+00:00", 6.0)


def write_run(folder: Path, name: str, content: object) -> None:
    """A run record on the disk."""
    (folder / "runs").mkdir(exist_ok=True)
    (folder / "runs" / f"{name}.json").write_bytes(orjson.dumps(content))


def test_hits_are_read_from_the_run_records(tmp_path: Path) -> None:
    """Rules are counted per host over all runs; models and damaged records are left out."""
    hosts = {"b.example": {"rule:x.promo": 1}, "a.example": {"rule:x.promo": 2, "model:m@1": 5}}
    write_run(tmp_path, "1", {"run": "1", "started": "2026-03-01", "hosts": hosts})
    write_run(tmp_path, "2", {"run": "2", "started": "2026-03-02", "hosts": hosts})
    write_run(tmp_path, "3", {"run": "3"})

    report = report_hits(tmp_path)

    assert (report.runs, report.unread, report.silent) == (2, ["3.json"], [])
    assert [tuple(row) for row in report.hits] == [
        ("a.example", "x.promo", 4, 2, "2026-03-02"),
        ("b.example", "x.promo", 2, 2, "2026-03-02"),
    ]


def test_a_folder_without_runs_is_refused(tmp_path: Path) -> None:
    """The error says which folder is meant."""
    with pytest.raises(OutputError, match="holds no run records.*given to -o"):
        report_hits(tmp_path)


# --- the commands ----------------------------------------------------------------------------


def arguments(action: str, *files: Path) -> Namespace:
    """What the parser makes of ``rules ACTION FILE...``."""
    return Namespace(action=action, file=list(files), rules=[], quiet=False)


def test_hits_are_printed_and_silence_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table for programs on standard output, the alarm for people on standard error."""
    both = {"rule:x.promo": 9, "rule:x.share": 9}
    for number, counts in enumerate([both, {"rule:x.share": 9}]):
        row = {"run": str(number), "started": f"2026-03-0{number + 1}", "hosts": {HOST: counts}}
        write_run(tmp_path, str(number), row)

    assert hits_command(arguments("hits", tmp_path)) == 0

    printed = capsys.readouterr()
    assert printed.out == (
        "host\trule\tspans\truns\tlast\n"
        f"{HOST}\tx.share\t18\t2\t2026-03-02\n{HOST}\tx.promo\t9\t1\t2026-03-01\n"
    )
    assert f"{HOST}: rule 'x.promo' has not fired since 2026-03-01 (about 9 times" in printed.err


def test_lint_prints_its_doubts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A doubt is no error: the status stays 0."""
    pack = tmp_path / "mine.toml"
    pack.write_text(
        '[[rule]]\nid = "mine.quay"\nlabel = "chrome"\nremoves = "paragraph"\nwhy = "Asks."\n'
        'anchors = ["quay quiz"]\npattern = "^ Quay [ ] quiz $"\n'
        'hits = ["⟦Quay quiz⟧"]\nmisses = ["Quay quizzes", "A quay quiz"]\n'
    )

    assert lint_command(arguments("lint", pack)) == 0
    printed = capsys.readouterr()
    assert printed.out == "rule 'mine.quay': examples: 1 of hits, 2 are needed\n"
    assert "1 rule, 1 doubt." in printed.err


@pytest.mark.parametrize("command", [hits_command, suggest_command])
def test_reports_take_one_folder(command: Callable[[Namespace], int]) -> None:
    """The error shows how the command is typed."""
    with pytest.raises(UsageError, match="takes one output folder: python -m cleaner rules hits"):
        command(arguments("hits"))
