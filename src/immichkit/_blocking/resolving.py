# Written by scripts/mirror from src/immichkit/_async/resolving.py; edits are lost.
"""Resolving duplicate groups in batches, each looked at once more right before it is written."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import islice
from os import PathLike
from typing import Final

from immichkit_api import operations
from immichkit_api.models import SharedLinkType

from immichkit._blocking.applying import apply_steps
from immichkit._blocking.client import Client
from immichkit._blocking.memberships import EditableAlbums
from immichkit._runtime import Runtime
from immichkit.apply_report import (
    ApplyProgress,
    ApplyReport,
    ApplyResult,
    ApplyStatus,
    IdResult,
    OnApplyProgress,
    results_on,
)
from immichkit.duplicates import DuplicateEntry
from immichkit.errors import NotFoundError
from immichkit.reports import ENDED, attach_report
from immichkit.resolving import (
    Belongings,
    Fresh,
    batch_step,
    contradiction,
    is_resolved,
    obstacle,
)
from immichkit.steps import Step

__all__ = ["Resolving"]

_BATCH: Final = 50
_AT_ONCE: Final = 8


class Resolving:
    """One run over the entries of a plan."""

    def __init__(
        self,
        client: Client,
        entries: Sequence[DuplicateEntry],
        *,
        has_trash: bool,
        journal: str | PathLike[str] | None,
        limit: int,
        on_progress: OnApplyProgress | None,
    ) -> None:
        self._client = client
        self._entries = entries
        self._has_trash = has_trash
        self._journal = journal
        self._limit = limit
        Runtime.check_callback("on_progress", on_progress)
        self._on_progress = on_progress
        self._links: dict[str, frozenset[str]] = {}
        self._albums: EditableAlbums | None = None
        self._results: dict[int, ApplyResult] = {}

    def run(self) -> ApplyReport:
        """The report, an outcome per entry; on the exception, if the run is broken off."""
        for index, entry in enumerate(self._entries):
            if entry.action == "keep":
                self._settle(index, "unchanged", entry.why)
            elif why := contradiction(entry):
                self._settle(index, "skipped", why)
        todo = [index for index in range(len(self._entries)) if index not in self._results]
        try:
            if todo:
                self._links = self._shared()
                if self._journal is not None:
                    ids = {id_ for index in todo for id_ in self._entries[index].asset_ids}
                    self._albums = EditableAlbums(self._client, ids)
                    self._albums.read()
            refused = self._pass(todo, _BATCH)
            # A group that vanished makes its whole batch fail: each by itself, then.
            self._pass(refused, 1)
        except BaseException as error:
            attach_report(error, self._report(), over=object)
            raise
        return self._report()

    def _pass(self, todo: Sequence[int], size: int) -> list[int]:
        """Resolve groups, so many at once; those whose batch failed as a whole come back."""
        batches: list[list[int]] = []

        def steps() -> Generator[Step]:
            rest = iter(todo)
            while chunk := list(islice(rest, size)):
                ready = self._safe(chunk)
                if ready:
                    belongings = self._belongings(list(ready.values()))
                    batches.append(list(ready))
                    yield batch_step(list(ready.values()), belongings, has_trash=self._has_trash)

        def told(progress: ApplyProgress) -> None:
            under_way = sum(map(len, batches[: progress.done]))
            self._tell(len(self._results) + under_way)

        settled: list[ApplyResult] = []
        refused: list[int] = []
        try:
            report = apply_steps(
                self._client,
                steps(),
                journal=self._journal,
                limit=self._limit,
                on_progress=told,
            )
            settled = report.results
        except BaseException as error:
            settled = results_on(error)
            raise
        finally:
            for batch, result in zip(batches, settled, strict=False):
                if result.status == "failed" and result.error is not None and len(batch) > 1:
                    refused += batch
                else:
                    self._settle_batch(batch, result)
        return refused

    def _safe(self, chunk: Sequence[int]) -> dict[int, Fresh]:
        """Those of the groups that are still as planned; the others have their results then."""
        ids = list(dict.fromkeys(id_ for i in chunk for id_ in self._entries[i].asset_ids))
        requests = [operations.assets.get_asset_info(id_) for id_ in ids]
        outcomes = list(self._client.execute_many(requests, limit=_AT_ONCE))
        by_id = dict(zip(ids, outcomes, strict=True))
        safe: dict[int, Fresh] = {}
        for index in chunk:
            entry = self._entries[index]
            seen = [by_id[id_] for id_ in entry.asset_ids]
            errors = (one.error for one in seen if not isinstance(one.error, NotFoundError))
            if error := next(filter(None, errors), None):
                self._settle(index, "failed", str(error), error)
                continue
            assets = {
                id_: one.value if one.ok else None
                for id_, one in zip(entry.asset_ids, seen, strict=True)
            }
            fresh = Fresh(entry=entry, assets=assets)
            if is_resolved(fresh):
                self._settle(index, "unchanged", "it is resolved already")
            elif why := obstacle(fresh):
                self._settle(index, "skipped", why)
            else:
                safe[index] = fresh
        return safe

    def _belongings(self, batch: Sequence[Fresh]) -> Belongings:
        """What the assets are in; the albums only where a journal has to know them."""
        if self._albums is None:
            return Belongings(links=self._links)
        assets = {one.id: one for fresh in batch for one in fresh.of(fresh.assets)}
        return Belongings(albums=self._albums.of(list(assets.values())), links=self._links)

    def _shared(self) -> dict[str, frozenset[str]]:
        """The links that single assets are shared by, by asset."""
        found: dict[str, frozenset[str]] = {}
        for link in self._client.execute(operations.shared_links.get_all_shared_links()):
            if link.type == SharedLinkType.INDIVIDUAL:
                request = operations.shared_links.get_shared_link_by_id(link.id)
                for asset in (self._client.execute(request)).assets:
                    found[asset.id] = found.get(asset.id, frozenset()) | {link.id}
        return found

    def _settle_batch(self, batch: Sequence[int], result: ApplyResult) -> None:
        by_group = {one.id: one for one in result.ids}
        for index in batch:
            one = by_group[self._entries[index].duplicate_id]
            self._settle(index, one.status, one.reason, result.error)

    def _settle(
        self,
        index: int,
        status: ApplyStatus,
        reason: str | None = None,
        error: Exception | None = None,
    ) -> None:
        entry = self._entries[index]
        self._results[index] = ApplyResult(
            about=entry.about,
            status=status,
            ids=tuple(IdResult(id_, status, reason) for id_ in entry.asset_ids),
            reason=reason,
            error=error,
        )

    def _tell(self, done: int) -> None:
        """Say how far it is, in groups."""
        if self._on_progress is not None:
            failed = sum(one.status == "failed" for one in self._results.values())
            progress = ApplyProgress(done=done, failed=failed, total=len(self._entries))
            Runtime.call(self._on_progress, progress)

    def _report(self) -> ApplyReport:
        for index in range(len(self._entries)):
            if index not in self._results:
                self._settle(index, "interrupted", ENDED)
        results = [self._results[index] for index in range(len(self._entries))]
        return ApplyReport(results=results, dry_run=self._client.settings.dry_run)
