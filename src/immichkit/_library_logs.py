"""What the libraries below log of a request, without its secrets."""

from __future__ import annotations

import logging
import re

__all__ = ["conceal_in_logs"]

_HEADER = r"""(?ix)
    (\( b'(?: (?:set-)?cookie | location | (?:proxy-)?authorization
            | x-api-key | x-immich-[a-z-]+ )',\s )
    b(?: '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" )
"""
"""A header that may hold a secret, as Python writes a pair of bytes."""

_EXCEPTION = r"(?s)(exception=\w+)\(.*"
"""What was raised: it may repeat what came."""


def conceal_in_logs() -> None:
    """See to it that what httpcore and hpack log holds no cookie, no credential, no redirect."""
    # The same filter once more changes nothing.
    for name in ("httpcore.http11", "httpcore.http2"):
        logging.getLogger(name).addFilter(_without_secrets)
    for name in ("hpack.hpack", "hpack.table"):
        logging.getLogger(name).addFilter(_without_values)


def _without_secrets(record: logging.LogRecord) -> bool:
    text = re.sub(_HEADER, r"\1b'***'", record.getMessage())
    record.msg, record.args = re.sub(_EXCEPTION, r"\1(***)", text), ()
    return True


def _without_values(record: logging.LogRecord) -> bool:
    """All that it logs are headers, of requests too, some of them as they are on the wire."""
    record.args = ()
    return True
