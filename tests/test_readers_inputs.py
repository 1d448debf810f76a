"""Arguments to sources: what `find_inputs` promises."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cleaner.errors import InputError
from cleaner.readers import find_inputs, read
from cleaner.records import Raw, Rejected

PAGE = b"<html><body><p>The council met on Monday.</p></body></html>"


def test_a_missing_path_is_an_error_that_suggests_what_is_there(tmp_path: Path) -> None:
    """A typing mistake is answered with the name that was probably meant."""
    (tmp_path / "crawl.jsonl").touch()

    with pytest.raises(InputError, match=r"no such file.*Did you mean .*crawl\.jsonl"):
        find_inputs([str(tmp_path / "crawl.json")])


@pytest.mark.parametrize("argument", ["", "nowhere/at/all.txt", "nothing-*.html"])
def test_arguments_that_stand_for_nothing_fail_before_anything_is_read(argument: str) -> None:
    """`find_inputs` checks all arguments when it is called, not when the run gets there."""
    with pytest.raises(InputError):
        find_inputs(["-", argument])


def test_unknown_endings_in_a_folder_are_skipped_and_reported(tmp_path: Path) -> None:
    """A picture in a crawl folder is no error, but it is not passed over in silence."""
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")
    (tmp_path / "page.html").write_bytes(PAGE)

    sources = list(find_inputs([str(tmp_path)]))

    assert [source.skipped for source in sources] == ["unknown ending .png", None]
    assert list(read(sources[0])) == []


def test_a_folder_is_walked_in_sorted_order_without_hidden_files(tmp_path: Path) -> None:
    """The same folder gives the same sources in the same order on every machine."""
    for name in ("b/2.txt", "b/1.txt", "a.txt", "c.txt", ".hidden/x.txt", "b/.x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("News.")

    found = [
        Path(source.path).relative_to(tmp_path).as_posix()
        for source in find_inputs([str(tmp_path)])
    ]

    assert found == ["a.txt", "b/1.txt", "b/2.txt", "c.txt"]


def test_links_are_no_way_out_of_the_folder_or_into_a_circle(tmp_path: Path) -> None:
    """A link to the folder above would never end; a link to nothing is reported."""
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing")

    circle, gone = find_inputs([str(tmp_path)])

    assert circle.skipped == "a link to a folder: not followed"
    assert [record.kind for record in read(gone) if isinstance(record, Rejected)] == ["vanished"]


def test_a_folder_without_rights_is_one_rejected_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One locked folder doesn't stop the run. (Root may read all, hence the stand-in.)"""
    locked = tmp_path / "locked"
    locked.mkdir()
    (tmp_path / "z.txt").write_text("News.")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path == str(locked):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("cleaner.readers.inputs.os.scandir", refuse)

    first, second = [record for source in find_inputs([str(tmp_path)]) for record in read(source)]

    assert isinstance(first, Rejected)
    assert (first.kind, first.raw.source) == ("no-rights", str(locked))
    assert isinstance(second, Raw)


def test_a_file_that_vanishes_after_listing_is_rejected(tmp_path: Path) -> None:
    """Crawlers move files while a run goes on."""
    path = tmp_path / "a.txt"
    path.write_text("News.")
    [source] = find_inputs([str(tmp_path)])
    path.unlink()

    [record] = read(source)

    assert isinstance(record, Rejected)
    assert record.kind == "vanished"


def test_what_is_named_twice_is_read_once(tmp_path: Path) -> None:
    """Shell globs often name a folder and the files in it."""
    path = tmp_path / "a.txt"
    path.write_text("News.")

    assert len(list(find_inputs([str(tmp_path), str(path), f"{tmp_path}/./"]))) == 1


def test_the_output_folder_inside_the_input_is_left_out(tmp_path: Path) -> None:
    """`cleaner . -o cleaned` must not clean what it has written."""
    (tmp_path / "cleaned").mkdir()
    (tmp_path / "cleaned" / "out.jsonl").write_text("{}")
    (tmp_path / "a.txt").write_text("News.")

    sources = find_inputs([str(tmp_path)], exclude=[str(tmp_path / "cleaned")])

    assert [Path(source.path).name for source in sources] == ["a.txt"]


def test_a_glob_that_the_shell_left_alone_is_expanded(tmp_path: Path) -> None:
    """Quoted patterns and Windows shells hand the pattern on as it is."""
    for name in ("b.txt", "a.txt", "c.html"):
        (tmp_path / name).write_text("News.")

    found = [Path(source.path).name for source in find_inputs([f"{tmp_path}/*.txt"])]

    assert found == ["a.txt", "b.txt"]
