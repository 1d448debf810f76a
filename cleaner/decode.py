"""Bytes to text: byte order mark, then declaration, then UTF-8, then detection.

One exception to that order: bytes that are valid UTF-8 with letters beyond ASCII are
UTF-8, whatever single-byte encoding the page declares. Texts in other encodings hardly
ever form valid UTF-8 by chance, and servers often declare what they don't send.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

import charset_normalizer

from cleaner.binary import binary_kind, utf16_without_mark
from cleaner.errors import RejectError


class Decoded(NamedTuple):
    """A text, the encoding that its bytes were read in, and how that was found out.

    `how` is ``bom``, ``declared``, ``utf-8`` (nothing was declared, or it was wrong, and
    the bytes are valid), ``detected``, or ``replaced``: UTF-8 with damaged places, where
    stray bytes were read as windows-1252 or became U+FFFD. `declared` keeps a declaration
    that was not followed.
    """

    text: str
    encoding: str
    how: str
    declared: str | None = None

    @property
    def label(self) -> str:
        """For the metadata.

        >>> Decoded("", "utf-8", "utf-8", "windows-1252").label
        'utf-8 (utf-8; declared windows-1252)'
        """
        beside = f"; declared {self.declared}" if self.declared else ""
        return f"{self.encoding} ({self.how}{beside})"


_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Labels that browsers read as a larger encoding (encoding.spec.whatwg.org), by Python's name.
_SUPERSETS = {
    "ascii": "windows-1252",
    "iso8859-1": "windows-1252",
    "cp1252": "windows-1252",
    "iso8859-9": "windows-1254",
    "iso8859-11": "windows-874",
    "tis-620": "windows-874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "johab": "cp949",
}
_PYTHON_NAMES = {
    "windows-874": "cp874",
    "x-sjis": "shift_jis",
    "x-gbk": "gbk",
    "x-euc-jp": "euc_jp",
}
_META_CHARSET = re.compile(rb"""<meta\b[^>]{0,500}?\bcharset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{2,40})""")
_DECLARED_WITHIN = 8192
_SAMPLE = 1 << 15
_MAX_REPLACED_SHARE = 0.01
# What Western languages have beyond ASCII; a text in windows-1252 keeps to one of these.
_WESTERN_PUNCTUATION = frozenset("‘’“”‚„–—…•·«»‹›€£¢§°©®™¡¿ª º½¼¾×´\xa0\xad")
_WESTERN_LETTERS = tuple(
    frozenset(letters + letters.upper()) | _WESTERN_PUNCTUATION
    for letters in (
        "äöüßéèàâçê",
        "éèêëàâîïôûùüçœæ",
        "áéíóúñüç",
        "áâãàçéêíóôõú",
        "àèéìíîòóùú",
        "åäöæøéüèà",
        "éèëïóöüáàê",
    )
)
_MIN_WESTERN_SHARE = 0.97
_DETECTABLE = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("iso8859_2", "iso8859_15", "koi8_r", "mac_roman", "cp866", "cp874"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
]


def decode(body: bytes, *, declared: str | None = None, is_html: bool = False) -> Decoded:
    """Decode a page or a text; raises `RejectError` for what is neither.

    `declared` is what the container said (an HTTP header); a page's own ``<meta charset>``
    and XML declaration come after it.

    >>> decode("Café".encode()).label
    'utf-8 (utf-8)'
    >>> decode("Café".encode("latin-1"), declared="ISO-8859-1").label
    'windows-1252 (declared)'
    >>> decode("Café".encode(), declared="ISO-8859-1").label
    'utf-8 (utf-8; declared windows-1252)'
    """
    for mark, marked in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return Decoded(body[len(mark) :].decode(marked, "replace"), marked, "bom")
    if unmarked := utf16_without_mark(body):
        return Decoded(body.decode(unmarked, "replace"), unmarked, "detected")
    if kind := binary_kind(body):
        raise RejectError("binary", f"This is {kind}, not text.")
    encoding = charset(declared) or (_declared_in_page(body) if is_html else None)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(body, encoding)
    if encoding is None:
        return Decoded(text, "utf-8", "utf-8")
    if encoding == "utf-8" or len(text) == len(body):
        # ISO-2022-JP is the one that hides its letters in ASCII bytes.
        if encoding.startswith("iso2022") and "\x1b" in text:
            return Decoded(body.decode(encoding, "replace"), encoding, "declared")
        return Decoded(text, encoding, "declared")
    return Decoded(text, "utf-8", "utf-8", encoding)


def charset(label: str | None) -> str | None:
    """The encoding that browsers use for a label, or None for an unknown one.

    >>> charset("latin1"), charset(" UTF8 "), charset("klingon")
    ('windows-1252', 'utf-8', None)
    """
    if not label:
        return None
    label = label.strip().strip("\"'").lower()
    try:
        name = codecs.lookup(_PYTHON_NAMES.get(label, label)).name
        "".encode(name)  # base64, zip and the like are codecs too, but none of text
    except (LookupError, ValueError, TypeError):
        return None
    if name.startswith(("utf-16", "utf-32", "utf-7", "idna", "punycode", "unicode", "raw", "rot")):
        # A declaration that could be read as ASCII can't stand in UTF-16.
        return "utf-8" if name.startswith("utf-16") else None
    return _SUPERSETS.get(name, name)


def decode_damaged_utf8(body: bytes) -> str:
    """UTF-8 in which single bytes are windows-1252: both are read, nothing is lost.

    Databases that were filled from two sources write such lines.

    >>> decode_damaged_utf8("naïve ".encode() + "café".encode("latin-1"))
    'naïve café'
    """
    return body.decode("utf-8", "cleaner-windows-1252")


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("cleaner-windows-1252", _windows_1252)


def _declared_in_page(body: bytes) -> str | None:
    head = body[:_DECLARED_WITHIN]
    for pattern in (_META_CHARSET, _XML_ENCODING):
        if match := pattern.search(head):
            return charset(match.group(1).decode("ascii", "replace"))
    return None


def _decode_other(body: bytes, declared: str | None) -> Decoded:
    """Decode what is no valid UTF-8."""
    if declared is not None and declared != "utf-8":
        text = body.decode(_python_name(declared), "replace")
        if text.count("\ufffd") <= _MAX_REPLACED_SHARE * len(text):
            return Decoded(text, declared, "declared")
    replaced = body.decode("utf-8", "replace")
    broken = replaced.count("\ufffd")
    beyond_ascii = len(replaced) - len(replaced.encode("ascii", "ignore")) - broken
    if beyond_ascii > broken:
        return Decoded(decode_damaged_utf8(body), "utf-8", "replaced")
    encoding = _detect(body)
    text = body.decode(_python_name(encoding), "replace")
    return Decoded(text, encoding, "detected", declared)


def _detect(body: bytes) -> str:
    """The likeliest encoding, judged by the stretches that are not ASCII.

    windows-1252 where the detector knows nothing better: it is what the Western web is in.
    """
    sample = _beyond_ascii(body)
    marks = [mark for mark in sample.decode("cp1252", "replace") if mark > "\x7f"]
    for letters in _WESTERN_LETTERS:
        if sum(mark in letters for mark in marks) >= _MIN_WESTERN_SHARE * len(marks):
            return "windows-1252"
    best = charset_normalizer.from_bytes(sample, cp_isolation=_DETECTABLE, threshold=0.4).best()
    return (charset(best.encoding) if best else None) or "windows-1252"


def _beyond_ascii(body: bytes) -> bytes:
    """The text around bytes beyond ASCII: pages are mostly markup, which says nothing.

    A stretch begins in ASCII or at the first such byte, so that no character is cut in two.
    """
    found: list[bytes] = []
    size = 0
    for match in re.finditer(rb"[\x20-\x3b\x3f-\x7e]{0,40}[\x80-\xff][^<>\n]{0,2000}", body):
        found.append(match.group())
        size += len(found[-1])
        if size > _SAMPLE // 4:
            break
    return b"\n".join(found)


def _python_name(encoding: str) -> str:
    return _PYTHON_NAMES.get(encoding, encoding)
