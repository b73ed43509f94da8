"""Comparing files on this computer with the server, without sending any."""

from __future__ import annotations

from collections.abc import Iterable

from immichkit_api import operations

from immichkit._async.checking import AsyncChecking
from immichkit._async.client import AsyncClient
from immichkit._runtime import AsyncRuntime
from immichkit.errors import ElevationRequiredError, NotFoundError, PermissionDeniedError
from immichkit.ledger import Ledger
from immichkit.local.files import LocalFiles
from immichkit.reports import attach_report
from immichkit.upload_report import AuditReport, AuditResult
from immichkit.uploads import Candidate, OnProgress, UploadOptions

__all__ = ["AsyncAuditing"]


class AsyncAuditing(AsyncChecking[AuditResult]):
    """One comparison; to be run once."""

    def __init__(self, client: AsyncClient, options: UploadOptions) -> None:
        super().__init__(client, options, Ledger(AuditResult))

    async def audit(
        self, sources: Iterable[LocalFiles], on_progress: OnProgress | None
    ) -> AuditReport:
        """The report; on the exception, if the run is ended before all is done."""
        try:
            await self.run(sources, self._compare, on_progress)
        except BaseException as error:
            self.halt()
            attach_report(error, AuditReport(results=self._ledger.results()))
            raise
        self.halt()
        if on_progress is not None:
            await AsyncRuntime.call(on_progress, self._tally.progress())
        return AuditReport(results=self._ledger.results())

    async def _compare(self, candidate: Candidate) -> None:
        try:
            result = await self._result(candidate)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is this file's alone
            self.fail(candidate, error)
        else:
            self._ledger.put(candidate.index, result)
            self._tally.add(done=1)

    async def _result(self, file: Candidate) -> AuditResult:
        known = file.known
        if known is None:
            return AuditResult(path=file.path, status="missing", sidecar=file.sidecar)
        name: str | None = None
        reason: str | None = None
        try:
            request = operations.assets.get_asset_info(known.asset_id)
            name = (await self._client.execute(request)).original_file_name
        except NotFoundError:
            reason = "it vanished from the server just now"
            return AuditResult(
                path=file.path, status="missing", sidecar=file.sidecar, reason=reason
            )
        except (ElevationRequiredError, PermissionDeniedError) as error:
            # It is there, but this key may not see what it is called.
            reason = str(error)
        is_renamed = name is not None and name != file.path.name
        return AuditResult(
            path=file.path,
            status="trashed" if known.is_trashed else "renamed" if is_renamed else "present",
            asset_id=known.asset_id,
            server_name=name,
            sidecar=file.sidecar,
            reason=reason,
        )
