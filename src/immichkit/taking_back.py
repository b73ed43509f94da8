"""Ways back: what each is done to, what became of it, and which have to wait for others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import attrs
from immichkit_api.models import BulkIdErrorReason

from immichkit.album_steps import CHANGE, FORGET, MEMBERS
from immichkit.apply_report import ApplyResult, ApplyStatus, IdResult
from immichkit.errors import (
    AuthenticationError,
    MaintenanceError,
    NotFoundError,
    TransportError,
)
from immichkit.steps import Step, Undo
from immichkit.undoing import request_of

__all__ = ["Waiting", "forgiven", "ids_of", "one_result", "step_of"]

_DUPLICATE: Final = BulkIdErrorReason.DUPLICATE.value
_NOT_FOUND: Final = BulkIdErrorReason.NOT_FOUND.value
_NO_PERMISSION: Final = BulkIdErrorReason.NO_PERMISSION.value
_SETTLED: Final = {
    "albums.add_assets_to_album": _DUPLICATE,
    "albums.remove_asset_from_album": _NOT_FOUND,
    "shared_links.remove_shared_link_assets": _NOT_FOUND,
    "tags.untag_assets": _NOT_FOUND,
}
"""The answer for an id that is as it is to be already."""

_WORDS: Final = {_DUPLICATE: "it is there already", _NOT_FOUND: "it is not there any more"}
_IDS: Final = ("ids", "asset_ids", "assets", "people", "person", "face_id", "id")
_ALBUMS: Final = frozenset({CHANGE, FORGET, MEMBERS})
_OUT_OF_REACH: Final = (AuthenticationError, MaintenanceError, TransportError)
_RANK: Final[Sequence[ApplyStatus]] = ("failed", "interrupted", "done", "skipped", "unchanged")


class Waiting:
    """What could not be taken back, and so keeps back what was applied to the same things before.

    An album or a tag waits for itself, not for what is in it. If the server is out of reach,
    everything waits.
    """

    def __init__(self) -> None:
        self._reason: str | None = None
        self._ids: set[str] = set()
        self._has_albums = False
        self._has_all = False

    def add(self, undos: Iterable[Undo], about: str, error: Exception | None = None) -> None:
        """Have whatever concerns the same things wait from now on."""
        self._reason = self._reason or f"it has to wait for what is not undone: {about}"
        self._has_all = self._has_all or isinstance(error, _OUT_OF_REACH)
        for undo in undos:
            self._ids.update(_changed_by(undo))
            if undo.call in _ALBUMS or undo.call.startswith("albums."):
                self._has_albums = True

    def why(self, undos: Iterable[Undo]) -> str | None:
        """Why these have to wait; None if they need not."""
        holds = self._reason and (self._has_all or any(map(self._holds, undos)))
        return self._reason if holds else None

    def _holds(self, undo: Undo) -> bool:
        # Whether an album that was made can go depends on what is still in it.
        if undo.call == FORGET and self._has_albums:
            return True
        return not self._ids.isdisjoint(_changed_by(undo))


def _changed_by(undo: Undo) -> set[str]:
    named = [undo.arguments[name] for name in ("id", "face_id") if name in undo.arguments]
    return set(_texts(named or undo.arguments))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def ids_of(undos: Iterable[Undo]) -> tuple[str, ...]:
    """What ways back are about: the assets of an album, a tag or a link rather than that itself."""
    found: list[Any] = []
    for undo in undos:
        name = next((name for name in _IDS if name in undo.arguments), None)
        value = undo.arguments[name] if name else []
        found += value if isinstance(value, list) else [value]
    ids = (one.get("id") if isinstance(one, dict) else one for one in found)
    return tuple(dict.fromkeys(one for one in ids if isinstance(one, str)))


def step_of(about: str, undo: Undo) -> Step:
    """What carries out a way back that is one request."""
    return Step(
        about=f"undo: {about}",
        ids=ids_of([undo]),
        requests=(request_of(undo),),
        settled=frozenset({_SETTLED[undo.call]} if undo.call in _SETTLED else ()),
    )


def forgiven(result: ApplyResult) -> ApplyResult:
    """``result``, but what is not there any more is no reason to keep the rest from going back."""
    if isinstance(result.error, NotFoundError):
        why = f"it is gone: {result.reason}"
        ids = tuple(IdResult(one.id, "skipped", why) for one in result.ids)
        return attrs.evolve(result, status="skipped", reason=why, ids=ids)
    if result.error is not None or (ids := tuple(map(_forgiven, result.ids))) == result.ids:
        return result
    status = min((one.status for one in ids), key=_RANK.index)
    notable = [one for one in ids if one.status not in {"done", "unchanged"}]
    reason = None
    if notable:
        reason = f"{len(notable)} of {len(ids)}: {notable[0].id}: {notable[0].reason}"
    return attrs.evolve(result, status=status, reason=reason, ids=ids)


def _forgiven(one: IdResult) -> IdResult:
    if one.status == "failed" and one.reason == _NOT_FOUND:
        return IdResult(one.id, "skipped", "it is gone")
    if one.status == "failed" and one.reason == _NO_PERMISSION:
        # The server says so of what is gone, too.
        return IdResult(one.id, "skipped", "it is gone, or only its owner may")
    if one.status == "unchanged" and one.reason in _WORDS:
        return IdResult(one.id, "unchanged", _WORDS[one.reason])
    return one


def one_result(results: Sequence[ApplyResult]) -> ApplyResult:
    """What became of a step whose way back are several requests, each of which has its result.

    Of an id that several are about, what failed counts, or else what was done.
    """
    ids: dict[str, IdResult] = {}
    for result in results:
        for one in result.ids:
            known = ids.setdefault(one.id, one)
            ids[one.id] = min(known, one, key=lambda each: _RANK.index(each.status))
    first = min(results, key=lambda result: _RANK.index(result.status))
    return attrs.evolve(first, ids=tuple(ids.values()))
