"""From bytes in pieces of any size to whole lines."""

from __future__ import annotations

__all__ = ["LARGEST_LINE", "LineSplitter"]

LARGEST_LINE = 64 * 2**20
"""Bytes: no event comes near; what has no line feed for longer is no stream of lines."""


class LineSplitter:
    """Puts lines together again that came in pieces; it keeps no more than the last, open line."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def split(self, chunk: bytes) -> list[bytes]:
        """The lines that ``chunk`` ends, without their line feeds.

        Raises `ValueError` if a line gets longer than `LARGEST_LINE`.
        """
        lines = chunk.split(b"\n")
        if len(lines) == 1:
            self._keep(chunk)
            return []
        if self._pieces:
            lines[0] = b"".join([*self._pieces, lines[0]])
            self._pieces, self._size = [], 0
        self._keep(lines.pop())
        return lines

    def rest(self) -> bytes:
        """The last line, which no line feed has ended; empty if there is none."""
        rest = b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return rest

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > LARGEST_LINE:
            raise ValueError(f"a line has more than {LARGEST_LINE} bytes")
        if piece:
            self._pieces.append(piece)
