"""How long to wait: for a connection, for bytes, for the answer to an upload."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["Timeout"]


class Timeout(Struct, frozen=True, kw_only=True):
    """The longest time, in seconds, that a request may stand still; None waits for ever.

    ``connect`` is for making the connection, ``read`` for each wait for bytes from the server,
    ``write`` for each wait to hand bytes over, ``pool`` for a free connection. ``upload`` replaces
    ``read`` while a file is sent: the server answers only when it has it safe on its disk.
    """

    connect: float | None = 10.0
    read: float | None = 60.0
    write: float | None = 60.0
    pool: float | None = 60.0
    upload: float | None = 600.0

    @classmethod
    def of(cls, value: Timeout | float) -> Timeout:
        """``value`` itself, or the same number of seconds for every kind of wait."""
        if isinstance(value, Timeout):
            return value
        seconds = float(value)
        if not seconds > 0:
            raise ValueError(f"A timeout must be more than 0 seconds, not {value!r}.")
        return cls(connect=seconds, read=seconds, write=seconds, pool=seconds, upload=seconds)

    def phases(self, *, upload: bool) -> dict[str, float | None]:
        """The waits of one request by the names that the HTTP layer has for them."""
        return {
            "connect": self.connect,
            "read": self.upload if upload else self.read,
            "write": self.write,
            "pool": self.pool,
        }
