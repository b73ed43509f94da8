"""Files found on this computer, each with what the server knows of its bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from immichkit_api import operations
from immichkit_api.models import AssetBulkUploadCheckItem, AssetUploadAction
from immichkit_api.types import UNSET

from immichkit._async.client import AsyncClient
from immichkit._async.run_client import AsyncRunClient
from immichkit._feed import Feed
from immichkit._runtime import AsyncRuntime
from immichkit.errors import ImmichError
from immichkit.ledger import Ledger
from immichkit.local.files import LocalFiles
from immichkit.local.scanning import Scan
from immichkit.pairing import Kinds
from immichkit.uploads import Candidate, Known, OnProgress, Tally, UploadOptions

__all__ = ["AsyncChecking"]

R = TypeVar("R")

_BATCH = 200
_AHEAD = 400
_WAIT = 0.2
_BETWEEN_EVENTS = 0.1


class AsyncChecking(Generic[R]):
    """What an upload and an audit share: files come in, hashed and asked about, one at a time.

    Any number of tasks may take them with `next_candidate`; whichever finds none asks for more.
    """

    def __init__(self, client: AsyncClient, options: UploadOptions, ledger: Ledger[R]) -> None:
        self._client = AsyncRunClient(client)
        self._options = options
        self._ledger = ledger
        self._tally = Tally()
        self._ready: deque[Candidate] = deque()
        self._refilling = AsyncRuntime.lock()
        self._feed: Feed[Candidate] | None = None
        self._is_over = False
        self._finished: list[None] = []

    def is_over(self) -> bool:
        """Whether nothing more is to be begun."""
        return self._is_over

    async def begin(self, sources: Iterable[LocalFiles]) -> None:
        """Learn what the server takes, and begin to walk and to hash in a thread."""
        types = await self._client.execute(operations.server.get_supported_media_types())
        scan = Scan(
            sources=sources,
            options=self._options,
            kinds=Kinds(types.image, types.video, types.sidecar),
            ledger=self._ledger,
            tally=self._tally,
            is_over=self.is_over,
            is_cut_off=self._client.is_cut_off,
        )
        self._feed = Feed(scan, ahead=_AHEAD)

    def halt(self) -> None:
        """Begin nothing more, read nothing more; what is under way notices at its next step."""
        self._is_over = True
        if self._feed is not None:
            self._feed.stop()

    async def next_candidate(self) -> Candidate | None:
        """The next file that is to be dealt with; None when there will be no more."""
        while not self._is_over:
            try:
                return self._ready.popleft()
            except IndexError:
                async with self._refilling:
                    if not self._ready and not await self._refill():
                        return None
        return None

    async def look_again(self) -> list[Candidate]:
        """What is to be asked about once more when all files are found."""
        return []

    async def _refill(self) -> bool:
        """Whether there may be more to come."""
        if self._feed is None:
            return False
        batch = await AsyncRuntime.blocking(self._feed.take, _BATCH, _WAIT)
        if batch is None:
            batch = await self.look_again()
            if not batch:
                return False
        if batch:
            self._ready.extend(await self._asked(batch))
        return True

    async def _asked(self, batch: list[Candidate]) -> list[Candidate]:
        """Those of ``batch`` that the server could be asked about."""
        files = [file for candidate in batch for file in candidate.files()]
        try:
            found = await self.known(files)
        except ImmichError as error:
            for file in files:
                self.fail(file, error)
            return []
        for file in files:
            file.known = found.get(file.checksum)
        return batch

    async def known(self, files: list[Candidate]) -> dict[str, Known]:
        """The assets that hold the bytes of ``files``, by checksum; not to be asked of none."""
        checksums = dict.fromkeys(file.checksum for file in files)
        items = [AssetBulkUploadCheckItem(id=checksum, checksum=checksum) for checksum in checksums]
        answer = await self._client.execute(operations.assets.check_bulk_upload(assets=items))
        return {
            result.id: Known(result.asset_id, is_trashed=result.is_trashed is True)
            for result in answer.results
            if result.action is AssetUploadAction.REJECT and result.asset_id is not UNSET
        }

    def fail(self, file: Candidate, error: Exception) -> None:
        """Settle a file with what went wrong."""
        self._ledger.settle(
            file.index,
            path=file.path,
            status="failed",
            reason=str(error) or type(error).__name__,
            error=error,
            sidecar=file.sidecar,
        )
        file.is_settled = True
        self._tally.add(done=1)

    async def work(self, begun: Callable[[Candidate], Awaitable[None]]) -> None:
        """Hand one candidate after the other to ``begun``, as one of several who do so."""
        try:
            while (candidate := await self.next_candidate()) is not None:
                await begun(candidate)
        except BaseException:
            self.halt()
            raise
        finally:
            self._finished.append(None)

    async def tell(self, on_progress: OnProgress) -> None:
        """Tell how far it is, ten times a second, until every worker is finished."""
        try:
            while len(self._finished) < self._options.concurrency and not self._is_over:
                await AsyncRuntime.call(on_progress, self._tally.progress())
                await AsyncRuntime.sleep(_BETWEEN_EVENTS)
        except BaseException:
            self.halt()
            raise

    async def run(
        self,
        sources: Iterable[LocalFiles],
        begun: Callable[[Candidate], Awaitable[None]],
        on_progress: OnProgress | None,
    ) -> None:
        """Deal with everything in ``sources``, several at once."""
        AsyncRuntime.check_callback("on_progress", on_progress)
        await self.begin(sources)

        async def take(is_telling: bool) -> None:
            if not is_telling:
                await self.work(begun)
            elif on_progress is not None:
                await self.tell(on_progress)

        roles = [False] * self._options.concurrency + [True] * (on_progress is not None)
        await AsyncRuntime.map(take, roles, limit=len(roles))
