# Written by scripts/mirror from src/immichkit/_async/auditing.py; edits are lost.
"""Comparing files on this computer with the server, without sending any."""

from __future__ import annotations

from collections.abc import Iterable

from immichkit_api import operations

from immichkit._blocking.checking import Checking
from immichkit._blocking.client import Client
from immichkit._runtime import Runtime
from immichkit.errors import ElevationRequiredError, NotFoundError, PermissionDeniedError
from immichkit.ledger import Ledger
from immichkit.local.files import LocalFiles
from immichkit.reports import attach_report
from immichkit.upload_report import AuditReport, AuditResult
from immichkit.uploads import Candidate, OnProgress, UploadOptions

__all__ = ["Auditing"]


class Auditing(Checking[AuditResult]):
    """One comparison; to be run once."""

    def __init__(self, client: Client, options: UploadOptions) -> None:
        super().__init__(client, options, Ledger(AuditResult))

    def audit(self, sources: Iterable[LocalFiles], on_progress: OnProgress | None) -> AuditReport:
        """The report; on the exception, if the run is ended before all is done."""
        try:
            self.run(sources, self._compare, on_progress)
        except BaseException as error:
            self.halt()
            attach_report(error, AuditReport(results=self._ledger.results()))
            raise
        self.halt()
        if on_progress is not None:
            Runtime.call(on_progress, self._tally.progress())
        return AuditReport(results=self._ledger.results())

    def _compare(self, candidate: Candidate) -> None:
        try:
            result = self._result(candidate)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is this file's alone
            self.fail(candidate, error)
        else:
            self._ledger.put(candidate.index, result)
            self._tally.add(done=1)

    def _result(self, file: Candidate) -> AuditResult:
        known = file.known
        if known is None:
            return AuditResult(path=file.path, status="missing", sidecar=file.sidecar)
        name: str | None = None
        reason: str | None = None
        try:
            request = operations.assets.get_asset_info(known.asset_id)
            name = (self._client.execute(request)).original_file_name
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
