"""The measuring of rules and the whole program on text dumps: what counts as lost, and as left."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

SCRIPTS = str(Path(__file__).resolve().parents[1] / "scripts")
BODY = [
    "The harbour board voted 5-2 on Tuesday to close the ferry terminal at Mill Quay for a year.",
    "Engineers had told the board in March that the western pier was sinking by the month.",
    "“We looked at every way to keep it open, and none of them was safe,” said Ana Lindqvist.",
    "Buses will run across the bridge every ten minutes from October, the city council said.",
    "About 3,400 people use the ferry on a working day, most of them to reach the shipyard or the"
    " hospital on the northern shore, where there is next to no room to park a car.",
]
PLEA = "Subscribe to our newsletter"
HEAD, TAIL = ["Sign in", "Advertisement"], [PLEA, "© 2025 Harbour Post. All rights reserved."]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One page in each of the sets; the gold of one of them has kept a plea."""
    monkeypatch.syspath_prepend(SCRIPTS)
    from evaluate_dumps import CLEAN_GOLD, GOLD

    lines = [[text, 0] for text in HEAD] + [[text, 1] for text in BODY]
    lines += [[text, 0] for text in TAIL]
    for source in GOLD:
        page = {"id": "a", "lang": "en", "url": f"https://{source}.example/a"}
        gold = "\n\n".join([*BODY, PLEA] if source == GOLD[0] else BODY)
        write(tmp_path / "pages" / f"{source}.jsonl.gz", [{**page, "gold_text": gold}])
        if source in CLEAN_GOLD:
            row = {**page, "source": source, "renderer": "plain", "lines": lines, "mixed": [8]}
            other = {**row, "id": "b", "lang": "de"}
            write(tmp_path / "lines" / f"{source}.jsonl.gz", [row, other])
    return tmp_path


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))


def test_what_rules_take_and_explain_and_what_the_program_leaves(data: Path) -> None:
    """Only the plea is lost; each line of furniture is explained, but for the mixed one."""
    from evaluate_dumps import GOLD, measure

    numbers = measure(data)

    article = len("\n\n".join(BODY))
    assert numbers[f"rules.lost.{GOLD[0]}"] == pytest.approx(len(PLEA) / (article + 2 + len(PLEA)))
    assert numbers[f"rules.lost.{GOLD[1]}"] == 0
    assert numbers["rules.explained"] == numbers["rules.explained_with_templates"] == 1
    assert numbers["program.left"] == numbers["program.lost"] == 0


def test_the_table_is_printed_and_a_floor_that_is_missed_ends_with_1(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`evaluate.py dumps` is the way in."""
    import evaluate

    assert evaluate.main(["--data", str(data), "dumps"]) == 1
    printed = capsys.readouterr().out
    assert "| characters of English gold text that rules take | 0.0" in printed
    assert "and the floor is 0.001" in printed
