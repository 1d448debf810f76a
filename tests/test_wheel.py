"""The wheel is the program: it cleans a page in an environment that never saw the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = """<html><head><title>Harbour Bridge Closes - Port News</title></head><body><article>
<h1>Harbour Bridge Closes</h1>
<p>The harbour bridge will close for six weeks from Monday, the port authority said on Friday.</p>
<p>Engineers will replace the deck, which dates from 1931, and strengthen two of its piers.</p>
<p>Already a member? Sign in here</p>
<p>Buses will take another way over Quay Road, and the ferry runs until midnight, it said.</p>
</article></body></html>"""


@pytest.mark.slow
def test_the_wheel_carries_all_that_cleaning_needs(tmp_path: Path) -> None:
    """Built, installed elsewhere, run from elsewhere: models, packs and labels are inside."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(*command: str | Path) -> str:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    source = tmp_path / "source"
    run("git", "clone", "--quiet", ROOT, source)
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", source)
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    [wheel] = (tmp_path / "dist").glob("*.whl")
    run(python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel)
    (tmp_path / "page.html").write_text(PAGE, "utf-8")

    run(tmp_path / "venv" / "bin" / "cleaner", "page.html", "-o", "out")

    [shard] = (tmp_path / "out" / "documents").iterdir()
    record = json.loads(shard.read_text("utf-8"))
    assert "replace the deck" in record["text"]
    assert "Sign in" not in record["text"]
    assert record["metadata"]["title"] == "Harbour Bridge Closes"
    where = run(python, "-c", "import cleaner; print(cleaner.__file__)").strip()
    assert str(ROOT) not in where
