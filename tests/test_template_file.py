"""The file of templates and the command that writes it."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from template_pages import HOST, TOPICS, learned, page, removed

from cleaner.commands.templates import templates_command
from cleaner.commands.templates_parser import templates_parser
from cleaner.errors import InputError, UsageError
from cleaner.template_counts import open_counts
from cleaner.template_verdict import Thresholds
from cleaner.templates import Template, TemplateSet, learn_from, read_templates, write_templates


def test_a_reviewer_has_the_last_word(tmp_path: Path) -> None:
    """Turning `remove` off in the file keeps the line, and changes the digest."""
    documents = [page(topic, tail=["Get the app"]) for topic in TOPICS]
    before = learned(documents, tmp_path)
    path = tmp_path / "templates.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"remove":true', b'"remove":false'))
    after = TemplateSet.load(path)

    assert removed(after, documents[0]) == []
    assert before.digest != after.digest


def test_the_file_is_in_one_order_with_all_keys(tmp_path: Path) -> None:
    """The most frequent lines of a host come first; each line shows what was counted."""
    documents = [
        page(topic, tail=["Get the app", *(["Jobs"] if n else [])])
        for n, topic in enumerate(TOPICS)
    ]
    learn_from(documents, tmp_path / "t.jsonl")
    rows = [orjson.loads(line) for line in (tmp_path / "t.jsonl").read_bytes().splitlines()]

    assert [row["line"] for row in rows] == ["get the app", "jobs"]
    assert rows[1] == {
        "host": HOST,
        "line": "jobs",
        "pages": 7,
        "share": 0.875,
        "position": "tail",
        "example": "Jobs",
        "remove": True,
    }


GOOD_ROW = Template(HOST, "jobs", 7, 0.9, "tail", "Jobs", remove=True)._asdict()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (b"{", "no JSON"),
        (b"[]", "a template has the keys host, line, pages"),
        (orjson.dumps(GOOD_ROW | {"note": ""}), "a template has the keys host, line, pages"),
        (orjson.dumps(GOOD_ROW | {"remove": 1}), "remove must be a bool"),
        (orjson.dumps(GOOD_ROW | {"pages": "7"}), "pages must be a number"),
        (orjson.dumps(GOOD_ROW | {"position": "left"}), "a position is made of head, body, tail"),
        (orjson.dumps(GOOD_ROW | {"position": "body@x"}), "a position is made of head, body, tail"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(row: bytes, problem: str, tmp_path: Path) -> None:
    """An error names the file, the line and what to do."""
    path = tmp_path / "templates.jsonl"
    path.write_bytes(orjson.dumps(GOOD_ROW) + b"\n\n" + row + b"\n")

    with pytest.raises(InputError, match=rf"templates.jsonl: line 3: {problem}.*Mend the line"):
        TemplateSet.load(path)


def test_the_later_of_two_files_counts(tmp_path: Path) -> None:
    """A short file of exceptions can stand behind a learned one."""
    learned_row = Template(HOST, "jobs", 7, 1.0, "tail", "Jobs", remove=True)
    first, second = tmp_path / "learned.jsonl", tmp_path / "mine.jsonl"
    write_templates([learned_row], first)
    write_templates([learned_row._replace(remove=False)], second)

    assert removed(TemplateSet.load_all([second, first]), page("zoo", tail=["Jobs"])) == ["Jobs"]
    assert removed(TemplateSet.load_all([first, second]), page("zoo", tail=["Jobs"])) == []


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """The error for a wrong path tells the command that learns."""
    with pytest.raises(InputError, match="templates learn INPUT"):
        TemplateSet.load(tmp_path / "nowhere.jsonl")


def test_a_file_that_holds_no_counts_is_refused(tmp_path: Path) -> None:
    """Naming another file as counts does not damage it."""
    path = tmp_path / "notes.txt"
    path.write_text("My notes, which are longer than a database header may be. " * 20)
    before = path.read_bytes()

    with pytest.raises(InputError, match="file of template counts"), open_counts(path):
        pass
    assert path.read_bytes() == before


def test_templates_survive_the_file(tmp_path: Path) -> None:
    """What is written is read back."""
    template = Template(HOST, "ünïcode\nrun", 3, 0.123, "body@2", "Ünïcode\nrun", remove=False)
    write_templates([template], tmp_path / "t.jsonl")

    assert list(read_templates(tmp_path / "t.jsonl")) == [template]


def test_thresholds_can_be_raised(tmp_path: Path) -> None:
    """A careful user asks for more pages."""
    documents = [page(topic, tail=["Get the app"]) for topic in TOPICS]
    templates = learned(documents, tmp_path, at_least=Thresholds(pages=9))

    assert removed(templates, documents[0]) == []


def test_the_command_learns_from_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`templates learn` reads what cleaning reads, and says what it could not learn from."""
    rows = [
        {"text": page(topic, tail=["Get the app"]).text, "url": f"https://{HOST}/{topic}"}
        for topic in TOPICS
    ]
    rows.append({"text": "A text of unknown origin."})
    crawl = tmp_path / "crawl.jsonl"
    crawl.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows) + b"{broken\n")
    output = tmp_path / "templates.jsonl"

    words = ["learn", str(crawl), "-o", str(output), "--counts", str(tmp_path / "c.sqlite")]
    status = templates_command(templates_parser().parse_args(words))

    assert status == 0
    assert [(template.line, template.pages) for template in read_templates(output)] == [
        ("get the app", 8)
    ]
    said = capsys.readouterr().err
    assert f"9 documents read; 1 template written to {output}" in said
    assert "1 document had no URL, so no host to learn for." in said
    assert "1 record could not be read." in said


def test_the_command_exports_what_was_counted(tmp_path: Path) -> None:
    """The counts of a folder's ledger, or of a file, become templates without any input."""
    documents = [page(topic, tail=["Get the app"]) for topic in TOPICS]
    (tmp_path / "out").mkdir()
    learn_from(documents, tmp_path / "a.jsonl", counts=tmp_path / "out" / "ledger.sqlite")

    words = ["export", str(tmp_path / "out"), "-o", str(tmp_path / "b.jsonl"), "--quiet"]
    assert templates_command(templates_parser().parse_args(words)) == 0
    assert (tmp_path / "b.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes() != b""

    words[1] = str(tmp_path / "nowhere")
    with pytest.raises(InputError, match="nowhere: there is no such file. Name a file"):
        templates_command(templates_parser().parse_args(words))


def test_the_command_refuses_too_few_pages() -> None:
    """What stands on one page is no template of anything."""
    with pytest.raises(UsageError, match="--min-pages 1 .*Choose 3 or more"):
        templates_command(
            templates_parser().parse_args(["learn", "-", "-o", "t.jsonl", "--min-pages", "1"])
        )
