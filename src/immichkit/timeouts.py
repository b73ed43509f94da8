"""How long to wait: for a connection, for bytes, for the answer to an upload."""

from __future__ import annotations

from msgspec import Struct

from immichkit.options import check_number, check_type

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

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if (seconds := getattr(self, name)) is not None:
                check_number(f"The {name} of Timeout", seconds, above=0)

    @classmethod
    def of(cls, value: Timeout | float) -> Timeout:
        """``value`` itself, or the same number of seconds for every kind of wait."""
        if isinstance(value, Timeout):
            return value
        check_type(
            "timeout",
            value,
            (int, float),
            "a number of seconds or an immichkit.Timeout",
            "Timeout(read=…) sets one kind of wait alone; its parts can be None, to wait for ever.",
        )
        check_number("timeout", value, above=0)
        seconds = float(value)
        return cls(connect=seconds, read=seconds, write=seconds, pool=seconds, upload=seconds)

    def phases(self, *, upload: bool) -> dict[str, float | None]:
        """The waits of one request by the names that the HTTP layer has for them."""
        return {
            "connect": self.connect,
            "read": self.upload if upload else self.read,
            "write": self.write,
            "pool": self.pool,
        }
