"""Bytes to text: the order of evidence, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.binary import binary_kind
from cleaner.decode import charset, decode, decode_damaged_utf8
from cleaner.errors import RejectError

GERMAN = "Die Bürger müssen für größere Straßen zahlen. "
CZECH = "Premiér řekl, že vláda příští týden zvýší daně. Opozice s tím nesouhlasí. "
RUSSIAN = "Премьер-министр заявил, что правительство повысит налоги на следующей неделе. "
JAPANESE = "首相は月曜日、政府が来週増税すると発表した。野党は反対している。"


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7 whatever follows",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04 an office file",
        b"\x1f\x8b\x08 gzip in gzip",
        bytes(range(256)) * 10,
        b"\x00" * 100,
    ],
)
def test_binary_data_is_refused(body: bytes) -> None:
    """Decoded garbage would be cleaned like a text and pollute the output."""
    with pytest.raises(RejectError) as caught:
        decode(body)

    assert caught.value.kind == "binary"


def test_some_control_characters_make_no_binary() -> None:
    """Old systems put form feeds and stray NULs into texts."""
    assert binary_kind(b"ID3 is a way to learn decision trees.") is None
    assert binary_kind(b"Page one.\x0cPage two.\x00 And so on, for a while.") is None


@pytest.mark.parametrize(
    ("body", "declared", "expected"),
    [
        (b"\xef\xbb\xbfCaf\xc3\xa9", "latin-1", ("Café", "utf-8 (bom)")),
        (b"\xff\xfe" + "Café".encode("utf-16-le"), None, ("Café", "utf-16-le (bom)")),
        ("Café news".encode("utf-16-le"), None, ("Café news", "utf-16-le (detected)")),
        ("Café".encode("latin-1"), "ISO-8859-1", ("Café", "windows-1252 (declared)")),
        ("It’s".encode("cp1252"), "us-ascii", ("It’s", "windows-1252 (declared)")),
        (JAPANESE.encode("cp932"), "Shift_JIS", (JAPANESE, "cp932 (declared)")),
        (JAPANESE.encode("iso2022_jp"), "iso-2022-jp", (JAPANESE, "iso2022_jp (declared)")),
        ("Café".encode(), None, ("Café", "utf-8 (utf-8)")),
        (b"plain", "windows-1252", ("plain", "windows-1252 (declared)")),
        (b"plain", "klingon", ("plain", "utf-8 (utf-8)")),
    ],
)
def test_the_mark_goes_before_the_declaration_and_that_before_detection(
    body: bytes, declared: str | None, expected: tuple[str, str]
) -> None:
    """And the label says which of them decided."""
    decoded = decode(body, declared=declared)

    assert (decoded.text, decoded.label) == expected


def test_valid_utf_8_beats_a_declared_single_byte_encoding() -> None:
    """Servers that say latin-1 and send UTF-8 are common; the false word is recorded."""
    decoded = decode(GERMAN.encode(), declared="iso-8859-1")

    assert decoded.text == GERMAN
    assert decoded.label == "utf-8 (utf-8; declared windows-1252)"


@pytest.mark.parametrize(
    "head",
    [
        b'<meta charset="windows-1251">',
        b"<META http-equiv=Content-Type content='text/html; charset=windows-1251'>",
        b'<?xml version="1.0" encoding="windows-1251"?>',
    ],
)
def test_a_page_declares_its_encoding_in_its_head(head: bytes) -> None:
    """Three places, and only where the container said nothing."""
    body = head + RUSSIAN.encode("cp1251")

    assert decode(body, is_html=True).label == "cp1251 (declared)"
    assert decode(body, is_html=True, declared="koi8-r").label == "koi8-r (declared)"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        ("It’s a “test” – he said, in plain words.", "cp1252"),
        (CZECH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "<p class='a-long-piece-of-markup'>" * 500])
def test_undeclared_encodings_are_detected(text: str, encoding: str, prefix: str) -> None:
    """Also where a few letters stand in much markup."""
    decoded = decode((prefix + text * 3).encode(encoding), is_html=True)

    assert decoded.text == prefix + text * 3
    assert decoded.how == "detected"


@pytest.mark.parametrize("declared", [None, "utf-8"])
def test_stray_bytes_in_utf_8_are_read_as_windows_1252(declared: str | None) -> None:
    """A database filled from two sources; both letters are readable."""
    decoded = decode(GERMAN.encode() + "Café".encode("latin-1"), declared=declared)

    assert decoded.text == GERMAN + "Café"
    assert decoded.label == "utf-8 (replaced)"


def test_a_false_declaration_of_utf_8_is_overruled_by_detection() -> None:
    """The page says UTF-8 and is Latin-1 throughout."""
    decoded = decode(GERMAN.encode("latin-1"), declared="utf-8")

    assert decoded.text == GERMAN
    assert decoded.label == "windows-1252 (detected; declared utf-8)"


@pytest.mark.parametrize(
    "label", [None, "", "base64", "zlib", "rot13", "idna", "undefined", "x\0y"]
)
def test_labels_of_no_text_encoding_are_ignored(label: str | None) -> None:
    """Python knows codecs that are no encodings of text."""
    assert charset(label) is None


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "latin-1", "gbk", "utf-16", "?"]))
def test_any_bytes_are_decoded_or_refused(body: bytes, declared: str | None) -> None:
    """No input raises anything but `RejectError`."""
    decode_damaged_utf8(body)
    try:
        decoded = decode(body, declared=declared, is_html=True)
    except RejectError:
        return

    assert decoded.how in {"bom", "declared", "utf-8", "detected", "replaced"}


@given(st.text())
def test_utf_8_round_trips(text: str) -> None:
    """What is valid UTF-8 comes back as it was, but for a leading mark."""
    body = text.encode()
    try:
        decoded = decode(b"words before: " + body)
    except RejectError:
        return

    assert decoded.text == "words before: " + text
