"""How to read all assets that match, once each, while others come and go.

The server pages by counting from the front, so what is added or deleted meanwhile shifts what
follows. Here every request asks for the first page of what is left: the search is narrowed to the
date of the last asset seen. The server's dates have milliseconds and both ends of a search count,
so at the border only the ids of one millisecond have to be remembered.

A millisecond with more assets than fit on a page is divided by the time of upload, until each
part fits. Only a part that cannot be divided is read by counting, over and over until a pass
brings nothing new.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from immichkit.options import kind_of

__all__ = ["LARGEST_PAGE", "Cursor", "Record", "check_page_size"]

Moment: TypeAlias = datetime.datetime

_MILLISECOND = datetime.timedelta(milliseconds=1)

LARGEST_PAGE: Final = 1000
"""The most records that a server gives at a time."""


def check_page_size(page_size: object) -> None:
    """Raise unless pages can be as large as that."""
    if isinstance(page_size, bool) or not isinstance(page_size, int):
        raise TypeError(f"page_size must be a whole number, not {kind_of(page_size)}.")
    if not 1 <= page_size <= LARGEST_PAGE:
        raise ValueError(f"page_size is 1 to {LARGEST_PAGE}, not {page_size}.")


class Record(NamedTuple):
    """What the cursor looks at: an asset's id, the date it sorts by, and when it was uploaded."""

    id: str
    taken: Moment
    created: Moment


class _Part(NamedTuple):
    """Assets of one millisecond that were uploaded between two moments, both included."""

    after: Moment | None
    before: Moment | None

    def divided(self, records: Sequence[Record]) -> list[_Part]:
        """Smaller parts that hold the same; none if there is nothing smaller than this."""
        uploads = sorted(_floor(record.created) for record in records)
        middle = uploads[len(uploads) // 2]
        parts = [
            _Part(self.after, middle),
            _Part(middle, middle + _MILLISECOND),  # uploads are known to the microsecond
            _Part(middle + _MILLISECOND, self.before),
        ]
        parts = [part for part in parts if not part.is_empty()]
        return [] if self in parts else parts

    def is_empty(self) -> bool:
        return self.after is not None and self.before is not None and self.after > self.before

    def holds(self, moment: Moment) -> bool:
        after = self.after is None or moment >= self.after
        return after and (self.before is None or _floor(moment) <= self.before)


class Cursor:
    """The place that an iteration has reached.

    `query` says what to add to the search; `take` gets the page that came and says which of its
    records are new. Until `is_done`.
    """

    def __init__(
        self,
        *,
        order: Literal["asc", "desc"] = "desc",
        taken_after: Moment | None = None,
        taken_before: Moment | None = None,
        created_after: Moment | None = None,
        created_before: Moment | None = None,
    ) -> None:
        self.is_done = False
        self._descends = order == "desc"
        self._after, self._before = taken_after, taken_before
        self._whole = _Part(created_after, created_before)
        self._border: Moment | None = None
        self._seen: set[str] = set()
        # The parts of a crowded millisecond that are still to be read, the next one last.
        self._parts: list[_Part] = []
        # Inside a part that cannot be divided: the page to read, else 0.
        self._page = 0
        self._found_more = False

    def query(self) -> dict[str, Any]:
        """The fields of the search that the place decides, as arguments of the operation."""
        after, before = self._after, self._before
        if self._border is not None:
            if self._parts or not self._descends:
                after = self._border
            if self._parts or self._descends:
                before = self._border
        created = self._parts[-1] if self._parts else self._whole
        fields = {
            "taken_after": after,
            "taken_before": before,
            "created_after": created.after,
            "created_before": created.before,
        }
        given = {name: moment for name, moment in fields.items() if moment is not None}
        return {"page": self._page or 1, **given}

    def take(self, records: Sequence[Record], *, has_more: bool) -> list[int]:
        """The positions of the ``records`` of a page that did not come before."""
        fresh = [i for i, record in enumerate(records) if record.id not in self._seen]
        if self._parts:
            self._take_part(records, is_news=bool(fresh), has_more=has_more)
        elif not has_more or not records:
            self.is_done = True
        else:
            self._advance(records)
        return fresh

    def _advance(self, records: Sequence[Record]) -> None:
        """Go on from the last record; into its millisecond, if that fills the page."""
        last = records[-1].taken
        if last != self._border:
            self._border, self._seen = last, set()
        self._seen.update(record.id for record in records if record.taken == last)
        if records[0].taken == last:
            self._parts = self._whole.divided(records) or [self._whole]

    def _take_part(self, records: Sequence[Record], *, is_news: bool, has_more: bool) -> None:
        self._seen.update(record.id for record in records)
        part = self._parts[-1]
        if self._page:
            self._count_on(is_news=is_news, has_more=has_more)
        elif not has_more:
            self._parts.pop()
        else:
            # A server that does not heed the time of upload gives what was not asked for.
            heeds = all(part.holds(record.created) for record in records)
            smaller = part.divided(records) if heeds else []
            if smaller:
                self._parts[-1:] = smaller
            else:
                self._page, self._found_more = 2, True
        if not self._parts:
            self._leave()

    def _count_on(self, *, is_news: bool, has_more: bool) -> None:
        """Read a part by counting; a pass that brings nothing new ends it."""
        self._found_more = self._found_more or is_news
        if has_more:
            self._page += 1
        elif self._found_more:
            self._page, self._found_more = 1, False
        else:
            self._page = 0
            self._parts.pop()

    def _leave(self) -> None:
        """Go past the millisecond whose parts have all been read."""
        assert self._border is not None  # noqa: S101  nothing else leads into one
        self._border += -_MILLISECOND if self._descends else _MILLISECOND
        self._seen = set()
        limit = self._after if self._descends else self._before
        if limit is not None:
            self.is_done = self._border < limit if self._descends else self._border > limit


def _floor(moment: Moment) -> Moment:
    """``moment`` as the server takes it in a search: to the millisecond."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
