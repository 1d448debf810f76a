"""The host of an address: what scopes of rules, templates and metadata go by."""

from __future__ import annotations

from urllib.parse import urlsplit


def host_of(url: str | None) -> str | None:
    """The host of a URL in lower case without ``www.``, or None.

    >>> host_of("https://www.Example.com:8080/a")
    'example.com'
    >>> host_of("not a url") is None
    True
    """
    if not url:
        return None
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None
    if not host or "." not in host:
        return None
    return host.removeprefix("www.")
