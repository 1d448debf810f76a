"""Runs that find nothing new: what they say, and what they don't load for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from runs import make_crawl, output

from cleaner.cli import main
from cleaner.commands import engine
from cleaner.config import Config
from cleaner.digests import fingerprint
from cleaner.known import KnownInputs
from cleaner.ledger import Ledger
from cleaner.readers import find_inputs

RUN = ["crawl", "-o", "out", "--quiet"]


@pytest.fixture
def crawl(fake_cleaner: Path) -> Path:
    return make_crawl(fake_cleaner / "crawl")


def test_it_is_said_that_nothing_is_new(crawl: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the number of inputs, however they were named."""
    main(RUN)
    for name in ("crawl", "crawl/", "./crawl", ".", str(crawl), "crawl/*"):
        assert main([name, *RUN[1:3]]) == 0
        assert "nothing new: 6 inputs done already." in capsys.readouterr().err


def test_files_that_are_done_are_left_out_and_no_others(crawl: Path) -> None:
    """Another size, another time or another configuration brings a file back."""
    main(RUN)
    (crawl / "a.txt").write_text("News a, and more.\n")
    os.utime(crawl / "b.txt", (1, 1))
    with Ledger(Path("out"), read_only=True) as ledger:
        [config] = {known.config for known in ledger.inputs().values()}
        known, other = KnownInputs(ledger, config), KnownInputs(ledger, "other")

        left = [Path(source.path).name for source in find_inputs(["crawl"], (), known.is_done)]

        assert left == ["a.txt", "b.txt"]
        assert len(list(find_inputs(["crawl"], (), other.is_done))) == 6


def test_a_file_through_a_link_to_its_folder_is_the_same_file(
    crawl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Inputs are known by where they really are."""
    main(RUN)
    Path("link").symlink_to(crawl)

    assert main(["link", *RUN[1:3]]) == 0
    assert "nothing new: 6 inputs done already." in capsys.readouterr().err


def test_a_file_that_was_fresh_when_it_was_read_is_looked_at_again(crawl: Path) -> None:
    """Its time does not prove that its bytes are the same, so it is not left out."""
    os.utime(crawl / "a.txt")
    main(RUN)
    with Ledger(Path("out"), read_only=True) as ledger:
        [config] = {known.config for known in ledger.inputs().values()}
        known = KnownInputs(ledger, config)

        left = [Path(source.path).name for source in find_inputs(["crawl"], (), known.is_done)]

    assert left == ["a.txt"]


def test_reprocess_leaves_nothing_out(crawl: Path) -> None:
    """Asked to redo all, a run redoes what is done."""
    main(RUN)
    before = output()

    assert main([*RUN, "--reprocess"]) == 3
    records = [json.loads(path.read_bytes()) for path in Path("out/runs").iterdir()]
    assert sorted(record["inputs"].get("reprocessed", 0) for record in records) == [0, 6]
    assert sorted(b"".join(output().values()).split(b"\n")) == sorted(
        b"".join(before.values()).split(b"\n")
    )


def test_digests_are_known_by_the_bytes_that_they_are_made_of(
    crawl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same files need no loading; one byte more, and they are loaded and compared."""
    loaded: list[Config] = []

    def digests(config: Config) -> dict[str, str]:
        loaded.append(config)
        return {"rules": "r1", "templates": "t1", "models": "m1"}

    pack = Path("mine.toml")
    pack.write_text("# nothing yet\n")
    monkeypatch.setattr(engine, "digests", digests)
    monkeypatch.setattr(engine, "fingerprint", fingerprint)
    for _ in range(2):
        main([*RUN, "--rules", str(pack)])
    assert len(loaded) == 1

    pack.write_text("# nothing yet!\n")
    main([*RUN, "--rules", str(pack)])
    assert len(loaded) == 2


def test_nothing_of_the_cleaner_is_loaded(tmp_path: Path) -> None:
    """Models, rules and numpy take longer than looking at a hundred thousand files."""
    (tmp_path / "crawl").mkdir()
    (tmp_path / "crawl" / "a.txt").write_text("The council voted on Monday, Ana Ruiz said.\n")
    os.utime(tmp_path / "crawl" / "a.txt", (1_700_000_000, 1_700_000_000))
    words = [str(tmp_path / "crawl"), "-o", str(tmp_path / "out"), "--workers", "1"]
    probe = (
        "import sys; from cleaner.cli import main; status = main(sys.argv[1:]); "
        "print(status, *sorted({'numpy', 'lxml', 'trafilatura', 'cleaner.pipeline', "
        "'cleaner.rules', 'cleaner.classify', 'tqdm'} & set(sys.modules)))"
    )

    def run() -> str:
        command = [sys.executable, "-c", probe, *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=120,
            cwd=Path(__file__).parents[1],
        ).stdout  # fmt: skip

    first, second = run(), run()
    assert "numpy" in first
    assert second == "0\n"
