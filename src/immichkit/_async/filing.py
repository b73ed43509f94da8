"""What happens to files once they are on the server: albums, tags, and leaving this computer."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Literal

import attrs
from immichkit_api import operations
from immichkit_api.models import AlbumResponseDto, BulkIdErrorReason

from immichkit._async.album_contents import owned_albums
from immichkit._async.checking import AsyncChecking
from immichkit._async.client import AsyncClient
from immichkit._runtime import AsyncRuntime
from immichkit.albums import by_name, letters
from immichkit.apply_report import ApplyReport
from immichkit.errors import ImmichError
from immichkit.ledger import Ledger
from immichkit.local.hashing import InterruptedReadError
from immichkit.local.leaving import FileChangedError, Foretold, leave, leave_sidecar
from immichkit.local.partial_file import taken
from immichkit.options import check_type
from immichkit.upload_report import AlbumOutcome, UploadResult
from immichkit.uploads import Candidate, UploadOptions, check_text, why_it_stays

__all__ = ["AsyncFiling"]

_BATCH = 200


@attrs.define(eq=False)
class _Filed:
    """A file that is on the server, with what it is to be said of it in the end."""

    file: Candidate
    result: UploadResult
    problems: list[str] = attrs.field(factory=list)
    is_leaving: bool = False


class AsyncFiling:
    """Puts what was uploaded into albums, tags it and sends the local files away, in batches.

    Nothing that goes wrong here takes back that a file was uploaded: it is a problem of its result.
    """

    def __init__(
        self,
        client: AsyncClient,
        options: UploadOptions,
        ledger: Ledger[UploadResult],
        checking: AsyncChecking[UploadResult],
    ) -> None:
        self._client = client
        self._options = options
        self._ledger = ledger
        self._checking = checking
        self._waiting: list[_Filed] = []
        self._videos: dict[int, _Filed] = {}
        self._flushing = AsyncRuntime.lock()
        self._found: dict[str, list[AlbumResponseDto]] | None = None
        self._tag_ids: list[str] | None = None
        self._outcomes: dict[str, AlbumOutcome] = {}
        self._inside: dict[str, set[bytes]] = defaultdict(set)
        self._to_stack: list[_Filed] = []
        self._leaving: list[_Filed] = []
        self._going = threading.Lock()
        self._foretold = Foretold() if client.settings.dry_run else None
        self.stacks: ApplyReport | None = None

    @property
    def albums(self) -> list[AlbumOutcome]:
        """What became of each album, in the order of first use."""
        return list(self._outcomes.values())

    async def add(self, file: Candidate, result: UploadResult) -> None:
        """File ``file`` sooner or later; its result is in the ledger already."""
        options = self._options
        album = options.album is not None or options.album_by is not None
        if album or options.tags or options.after != "keep" or options.stack is not None:
            self._waiting.append(_Filed(file, result, list(result.problems)))
            if len(self._waiting) >= _BATCH:
                await self.flush()

    async def flush(self) -> None:
        """File all that waits."""
        async with self._flushing:
            # Those that come meanwhile wait for the next time.
            batch = self._waiting[:]
            del self._waiting[: len(batch)]
            if not batch:
                return
            try:
                if self._options.album is not None or self._options.album_by is not None:
                    await self._put_into_albums([each for each in batch if not each.file.is_motion])
                if self._options.tags:
                    await self._tag(batch)
                if self._options.stack is not None:
                    self._to_stack += batch
                elif self._options.after != "keep":
                    self._leaving = self._that_may_leave(batch)
                    await self._send_away(self._leaving)
            finally:
                # Also if the run is ended here: what has left has left.
                for each in [*batch, *self._leaving]:
                    self._note(each)

    async def finish(self) -> None:
        """File the rest, and make the stacks; only then do their files go."""
        await self.flush()
        filed = self._to_stack
        if not filed or self._checking.is_over():
            return
        try:
            await self._stack(filed)
            for start in range(0, len(filed) if self._options.after != "keep" else 0, _BATCH):
                self._leaving = self._that_may_leave(filed[start : start + _BATCH])
                await self._send_away(self._leaving)
                for each in self._leaving:
                    self._note(each)
        finally:
            for each in [*filed, *self._leaving]:
                self._note(each)

    async def settle(self) -> None:
        """Wait for a file that was leaving when the run was ended, and note where it is."""
        with AsyncRuntime.shielded():
            await AsyncRuntime.blocking(self._note_leaving)

    def _note_leaving(self) -> None:
        with self._going:
            for each in self._leaving:
                self._note(each)

    async def _stack(self, filed: list[_Filed]) -> None:
        from immichkit._async.upload_stacking import stack_uploaded  # noqa: PLC0415

        photos = [each for each in filed if not each.file.is_motion]
        new = _ids([each for each in photos if each.result.status == "created"])
        options = self._options
        try:
            self.stacks = await stack_uploaded(
                self._client, options.stack, _ids(photos), new, limit=options.concurrency
            )
        except ImmichError as error:
            for each in photos:
                each.problems.append(f"stacks: {error}")
            return
        why = {
            one.id: result.reason
            for result in self.stacks.results
            if result.status in {"failed", "skipped"}
            for one in result.ids
        }
        for each in photos:
            if each.file.asset_id in why:
                each.problems.append(f"stack: {why[each.file.asset_id]}")

    def _note(self, each: _Filed) -> None:
        if not each.problems and not each.is_leaving:
            return
        result = each.result
        if each.is_leaving and result.local == "kept" and not taken(each.file.path):
            # Ctrl-C came between its going and the word of it.
            result = attrs.evolve(result, local=self._gone)
        result = attrs.evolve(result, problems=tuple(each.problems))
        self._ledger.put(each.file.index, result)

    @property
    def _gone(self) -> Literal["deleted", "moved"]:
        return "deleted" if self._options.after == "delete" else "moved"

    async def _put_into_albums(self, batch: list[_Filed]) -> None:
        by_album: dict[str, list[_Filed]] = defaultdict(list)
        for each in batch:
            try:
                name = await self._album_name(each.file)
            except Exception as error:  # noqa: BLE001  # the caller's function, of this file only
                each.problems.append(f"no album: {error!r}")
            else:
                if name is not None:
                    by_album[name].append(each)
        for name, members in by_album.items():
            try:
                album_id = await self._album(name)
                await self._put_into(name, album_id, members)
            except ImmichError as error:
                for each in members:
                    each.problems.append(f"album {name}: {error}")
            except ValueError as error:  # of a name that nobody can print either
                for each in members:
                    each.problems.append(f"no album: {error}")

    async def _album_name(self, file: Candidate) -> str | None:
        choice = self._options.album
        if not callable(choice):
            name = self._options.folder_album(file)
        else:
            name = await AsyncRuntime.call(choice, file.path)
            if name is not None:
                check_type("The name of an album", name, str, "a text or None")
        return letters(name or "") or None

    async def _album(self, name: str) -> str:
        """The id of the album of that name, which is made if there is none."""
        if (outcome := self._outcomes.get(name)) is not None:
            if outcome.album_id is None:
                raise outcome.error or ImmichError("there is no such album")
            return outcome.album_id
        try:
            check_text("The name of the album", name)
            return await self._found_or_made(name)
        except (ImmichError, ValueError) as error:
            self._outcomes[name] = AlbumOutcome(name=name, error=error)
            raise

    async def _found_or_made(self, name: str) -> str:
        found = await self._namesakes(name)
        if found:
            album, *others = found
            namesakes = tuple(other.id for other in others)
            outcome = AlbumOutcome(name=name, album_id=album.id, namesakes=namesakes)
        else:
            request = operations.albums.create_album(album_name=name)
            album = await self._client.execute(request)
            outcome = AlbumOutcome(name=name, album_id=album.id, created=True)
        self._outcomes[name] = outcome
        return album.id

    async def _namesakes(self, name: str) -> list[AlbumResponseDto]:
        """The caller's own albums of that name, the oldest first."""
        if self._found is None:
            self._found = by_name(await owned_albums(self._client))
        return self._found.get(name, [])

    async def _put_into(self, name: str, album_id: str, members: list[_Filed]) -> None:
        ids = _ids(members)
        refused: dict[str, str] = {}
        if ids:
            request = operations.albums.add_assets_to_album(album_id, ids=ids)
            for answer in await self._client.execute(request):
                # One that is in the album already is where it shall be.
                if not answer.success and answer.error is not BulkIdErrorReason.DUPLICATE:
                    refused[answer.id] = str(getattr(answer.error, "value", answer.error))
        inside = self._inside[name]
        for each in members:
            if (why := refused.get(each.file.asset_id or "")) is not None:
                each.problems.append(f"album {name}: {why}")
            else:
                # Two files of the same bytes are one asset.
                inside.add(each.file.sha1)
        self._outcomes[name] = attrs.evolve(self._outcomes[name], assets=len(inside))

    async def _tag(self, batch: list[_Filed]) -> None:
        try:
            if self._tag_ids is None:
                request = operations.tags.upsert_tags(tags=list(self._options.tags))
                self._tag_ids = [tag.id for tag in await self._client.execute(request)]
            if (ids := _ids(batch)) and self._tag_ids:
                request_ = operations.tags.bulk_tag_assets(asset_ids=ids, tag_ids=self._tag_ids)
                await self._client.execute(request_)
        except ImmichError as error:
            for each in batch:
                each.problems.append(f"tags: {error}")

    def _that_may_leave(self, batch: list[_Filed]) -> list[_Filed]:
        """What went well; of a live photo both or nothing, or the next run could not link them."""
        found: list[_Filed] = []
        for each in batch:
            file = each.file
            if file.is_linked:
                each.problems.append("kept here: a link to another folder led to it")
            if file.is_motion:
                # Its photo comes after it, now or in a later batch, or never if it fails.
                self._videos[file.index] = each
                continue
            pair = [each]
            if file.motion is not None:
                video = self._videos.pop(file.motion.index, None)
                if video is None or (video.problems and not each.problems):
                    each.problems.append("kept here: so is its video")
                elif not video.problems:
                    pair = [video, each]
            if not each.problems:
                found += pair
        return found

    async def _send_away(self, batch: list[_Filed]) -> None:
        """Delete or move the files that the server, asked this moment, surely has."""
        if not batch:
            return
        is_dry = self._foretold is not None
        try:
            known = {} if is_dry else await self._checking.known([each.file for each in batch])
        except ImmichError as error:
            for each in batch:
                each.problems.append(f"kept here: {error}")
            return
        # A link whose file goes before it would lead nowhere, and stay.
        for each in await AsyncRuntime.blocking(_links_first, batch):
            file = each.file
            if self._checking.is_over():
                return
            if not is_dry and (why := why_it_stays(file.asset_id, known.get(file.checksum))):
                each.problems.append(f"kept here: {why}")
            else:
                await AsyncRuntime.interruptible(self._let_go, each)

    def _let_go(self, each: _Filed) -> None:
        # Once the run is over, whoever gets the lock knows that nothing goes any more.
        with self._going:
            self._go(each)

    def _go(self, each: _Filed) -> None:
        file, after, foretold = each.file, self._options.after, self._foretold
        if after == "keep":
            raise ValueError("What is kept does not leave.")
        each.is_leaving = True
        try:
            moved_to = leave(file, after, is_over=self._checking.is_over, foretold=foretold)
        except InterruptedReadError:
            each.is_leaving = False
            return
        except (OSError, FileChangedError) as error:
            each.is_leaving = False
            each.problems.append(f"kept here: {error}")
            return
        each.result = attrs.evolve(each.result, local=self._gone, moved_to=moved_to)
        was_sent = file.was_sent or (foretold is not None and each.result.status == "created")
        try:
            why = leave_sidecar(file, moved_to, was_sent=was_sent, foretold=foretold)
            if why is not None:
                each.problems.append(f"its sidecar is kept here: {why}")
        except OSError as error:
            each.problems.append(f"its sidecar is kept here: {error}")


def _links_first(batch: list[_Filed]) -> list[_Filed]:
    return sorted(batch, key=lambda each: not each.file.path.is_symlink())


def _ids(batch: list[_Filed]) -> list[str]:
    """The assets of ``batch``, each once; in dry run those to be created have none."""
    return list(dict.fromkeys(each.file.asset_id for each in batch if each.file.asset_id))
