"""What several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import FakeCleaner

from cleaner.commands import engine

DIGESTS = {"rules": "r1", "models": "m1"}


@pytest.fixture(autouse=True)
def _attended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are what a person sees; tests of logs ask for the other form."""
    for name in ("console", "summary", "progress"):
        monkeypatch.setattr(f"cleaner.commands.{name}.is_attended", lambda: True)
    monkeypatch.setattr("cleaner.cli.is_attended", lambda: True)


@pytest.fixture
def fake_cleaner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Commands clean with a `FakeCleaner`, in this process, in an empty folder."""
    monkeypatch.setattr("cleaner.commands.engine.make_cleaner", FakeCleaner)
    monkeypatch.setattr("cleaner.commands.engine.digests", lambda config: dict(DIGESTS))
    monkeypatch.setattr(
        "cleaner.commands.engine.fingerprint", lambda config: str(engine.digests(config))
    )
    monkeypatch.setattr("cleaner.commands.engine.usable_cores", lambda: 0)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch, fake_cleaner: Path) -> None:
    """Three records are a batch, so that a few make many."""
    monkeypatch.setattr("cleaner.intake.BATCH_RECORDS", 3)


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """A folder of three texts, two lines each; the second line is an advertisement."""
    folder = tmp_path / "crawl"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(f"News {name}.\nAD buy\n", "utf-8")
    return folder
