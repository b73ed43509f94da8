# Written by scripts/mirror from src/immichkit/_async/uploading.py; edits are lost.
"""One upload of any number of files: what to send, how often, and what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import attrs
from immichkit_api import operations
from immichkit_api.models import AssetMediaResponseDto, AssetMediaStatus

from immichkit._blocking.checking import Checking
from immichkit._blocking.client import Client
from immichkit._blocking.filing import Filing
from immichkit._runtime import Runtime
from immichkit.apply_report import ApplyReport
from immichkit.claims import Claims
from immichkit.errors import (
    ApiError,
    ElevationRequiredError,
    ImmichError,
    NotFoundError,
    PermissionDeniedError,
)
from immichkit.ledger import Ledger
from immichkit.local.files import LocalFiles, check_apart
from immichkit.local.hashing import InterruptedReadError, SentFile, hash_file, is_unchanged
from immichkit.processing import ProcessingReport
from immichkit.reports import attach_report
from immichkit.responses import Response
from immichkit.upload_report import UploadReport, UploadResult, UploadStatus
from immichkit.uploads import (
    Candidate,
    Known,
    OnProgress,
    QuotaRefusal,
    UploadOptions,
    is_over_quota,
    upload_request,
)

__all__ = ["Uploading"]

_ATTEMPTS: Final = 6
_BATCH: Final = 200
_ON_THE_SERVER: Final = frozenset({"created", "duplicate", "restored", "trashed_duplicate"})
_SMALL: Final = 1 << 18
"""Bytes: a file up to here is read at once, and its SHA-1 compared with the bytes that go out."""


class Uploading(Checking[UploadResult]):
    """One upload; to be run once."""

    def __init__(self, client: Client, options: UploadOptions) -> None:
        super().__init__(client, options, Ledger(UploadResult))
        self._filing = Filing(self._client, options, self._ledger, self)
        self._claims = Claims()
        self._trashed: list[Candidate] = []
        self._is_dry = client.settings.dry_run
        self._refusal: QuotaRefusal | None = None

    def upload(self, sources: Iterable[LocalFiles], on_progress: OnProgress | None) -> UploadReport:
        """The report; on the exception, if the run is ended before all is done."""
        after = self._options.after
        if isinstance(after, Path):
            Runtime.blocking(check_apart, sources, after)
        try:
            self.run(sources, self._deal_with, on_progress)
            self._filing.finish()
        except BaseException as error:
            self.halt()
            self._filing.settle()
            parts = ApplyReport | ProcessingReport | None
            attach_report(error, self._report(), over=parts)
            raise
        self.halt()
        if on_progress is not None:
            Runtime.call(on_progress, self._tally.progress())
        return self._report()

    def _report(self) -> UploadReport:
        return UploadReport(
            results=self._ledger.results(),
            albums=self._filing.albums,
            stacks=self._filing.stacks,
            dry_run=self._is_dry,
        )

    def _deal_with(self, candidate: Candidate) -> None:
        """Settle a photo, its video first; whatever goes wrong is its own failure."""
        for file in candidate.files():
            if file.is_settled:
                continue
            match self._claims.take(file, candidate):
                case "wait":
                    # The same bytes are on their way from another path, which decides.
                    return
                case "lead":
                    self._lead(file, candidate)
                case twin:
                    self._settle(file, self._like(twin, file))
            if self.is_over():
                return

    def _lead(self, file: Candidate, candidate: Candidate) -> None:
        claimed, twin = file.sha1, None
        try:
            result = self._outcome(file, candidate)
            self._settle(file, result)
            if file.sha1 == claimed and result.status in _ON_THE_SERVER:
                twin = result
        except InterruptedReadError:
            # It stays open in the ledger, and so counts as interrupted.
            self.halt()
        except Exception as error:  # noqa: BLE001  # whatever it is, it is this file's alone
            self.fail(file, error)
        finally:
            self._ready.extend(self._claims.release(claimed, twin))

    def _like(self, twin: UploadResult, file: Candidate) -> UploadResult:
        file.asset_id = twin.asset_id
        is_trashed = twin.status == "trashed_duplicate"
        status: UploadStatus = "trashed_duplicate" if is_trashed else "duplicate"
        file.was_looked_at_again = True
        return self._result(file, status, f"the same bytes as {twin.path}")

    def _settle(self, file: Candidate, result: UploadResult) -> None:
        file.is_settled = True
        self._ledger.put(file.index, result)
        self._tally.add(done=1)
        if result.status == "trashed_duplicate" and not file.was_looked_at_again:
            self._trashed.append(file)
        elif result.status in _ON_THE_SERVER and result.status != "trashed_duplicate":
            self._filing.add(file, result)

    def look_again(self) -> list[Candidate]:
        """Files whose asset was in the trash, and has vanished since: deleted for good."""
        files, self._trashed = self._trashed, []
        if not files or self._is_dry:
            return []
        self._trashed = files[_BATCH:]
        try:
            found = self.known(files[:_BATCH])
        except ImmichError:
            # Then the first look has to do.
            return []
        gone = [file for file in files[:_BATCH] if file.checksum not in found]
        for file in files[:_BATCH]:
            file.was_looked_at_again = True
        for file in gone:
            self._claims.release(file.sha1, None)
            self._ledger.reopen(file.index, file.path, file.sidecar)
            self._tally.add(done=-1)
            file.is_settled, file.asset_id, file.motion = False, None, None
        return gone or (self.look_again() if self._trashed else [])

    def _outcome(self, file: Candidate, candidate: Candidate) -> UploadResult:
        """What becomes of a file that nobody else is sending."""
        why = "it changed whenever it was read or sent"
        for attempt in range(_ATTEMPTS):
            if attempt:
                Runtime.sleep(0.1 * 2**attempt)
                if not self._renewed(file):
                    continue
            known = file.known
            if known is None:
                if file.identity is not None and file.identity.size == 0:
                    # v3.0 takes them, v3.1 does not; a photo it is not.
                    return self._result(file, "failed", "the file is empty")
                answer = self._send(file, candidate)
                if answer is None:
                    continue
                if self._is_dry:
                    return self._result(file, "created")
                media = answer.value
                if media.status is AssetMediaStatus.CREATED:
                    file.asset_id, file.was_sent = media.id, True
                    if (doubt := self._doubt(file)) is None:
                        return self._result(file, "created")
                    if doubt:
                        return self._result(file, "changed", doubt)
                    continue
                known = self._seen(media.id)
                if answer.is_repeat and known is not None and not known.is_trashed:
                    # An earlier try has brought it here, and only the answer was lost.
                    file.asset_id, file.was_sent = media.id, True
                    return self._result(file, "created")
            status: UploadStatus = "duplicate"
            if known is not None and known.is_trashed and self._options.restore_trashed:
                known, status = self._restored(known), "restored"
            if known is None:
                why = "the server calls it a duplicate of an asset that is being deleted for good"
                continue
            file.asset_id = known.asset_id
            if known.is_trashed and status == "duplicate":
                return self._result(file, "trashed_duplicate", "the asset is in the trash")
            problems = self._link(file, candidate)
            result = self._result(file, status)
            return attrs.evolve(result, problems=(*result.problems, *problems))
        file.asset_id = None
        return self._result(file, "changed" if why.startswith("it") else "failed", why)

    def _renewed(self, file: Candidate) -> bool:
        """Read the file again and ask about it again; False if it does not stand still."""
        told, is_over = self._tally.hashed, self.is_over
        if not Runtime.interruptible(hash_file, file, None, told, is_over):
            return False
        file.known = (self.known([file])).get(file.checksum)
        return True

    def _send(
        self, file: Candidate, candidate: Candidate
    ) -> Response[AssetMediaResponseDto] | None:
        """The server's answer to the file; None if it is not what was hashed any more."""
        video = candidate.motion
        video_id = None if video is None or video is file else video.asset_id
        if self._is_dry:
            request = upload_request(file, file.path, None, self._options, video_id)
            return self._client.send(request)
        if self._refusal is not None:
            self._refusal.check(file)
        content = None
        try:
            content = Runtime.blocking(self._content, file)
            if content is None:
                return None
            sidecar = None
            if file.sidecar is not None:
                sidecar = Runtime.blocking(_sidecar, file, file.sidecar)
            request = upload_request(file, content, sidecar, self._options, video_id)
            return self._client.send(request)
        except ApiError as error:
            if is_over_quota(error):
                self._refusal = QuotaRefusal(file, error)
            raise
        except OSError:
            if Runtime.blocking(is_unchanged, file):
                raise
            return None
        finally:
            if isinstance(content, SentFile):
                content.close()

    def _content(self, file: Candidate) -> bytes | SentFile | None:
        """What is to be sent; None if the file has changed."""
        if not is_unchanged(file) or file.identity is None:
            return None
        if file.identity.size > _SMALL:
            return SentFile(file.path, self._tally.sent, self.is_over)
        content = file.path.read_bytes()
        if hashlib.sha1(content, usedforsecurity=False).digest() != file.sha1:
            return None
        self._tally.sent(len(content))
        return content

    def _doubt(self, file: Candidate) -> str | None:
        """None if what was sent is surely what is in the file; "" if it has to be sent anew.

        Any other text says why that cannot be told.
        """
        is_unchanged_ = Runtime.blocking(is_unchanged, file)
        if is_unchanged_ and not file.is_from_cache:
            return None
        asset_id, sent, trouble = file.asset_id or "", file.checksum, ""
        try:
            asset = self._client.execute(operations.assets.get_asset_info(asset_id))
            told, is_over = self._tally.hashed, self.is_over
            try:
                if not Runtime.interruptible(hash_file, file, None, told, is_over):
                    trouble = "it changed while it was sent, and is still being written to"
                elif asset.checksum == file.checksum:
                    return None
            except OSError as error:
                if asset.checksum == sent:
                    # It is gone from here, but not before all of it was sent.
                    return None
                trouble = f"it changed while it was sent, and cannot be read any more: {error}"
            if asset.checksum != sent:
                # Half of one state and half of another: nobody's photo. It goes to the trash.
                self._client.execute(operations.assets.delete_assets(ids=[asset_id]))
                file.asset_id = None
            elif not trouble:
                file.earlier_ids.append(asset_id)
        except ImmichError as error:
            return f"it changed while it was sent; what asset {asset_id} holds is unknown: {error}"
        if not trouble:
            file.asset_id, file.was_sent = None, False
        return trouble

    def _seen(self, asset_id: str) -> Known | None:
        """What the server says of an asset now; None if there is none."""
        try:
            asset = self._client.execute(operations.assets.get_asset_info(asset_id))
        except NotFoundError:
            return None
        except (ElevationRequiredError, PermissionDeniedError):
            # A locked asset shows itself to nobody here, but it is there.
            return Known(asset_id, is_trashed=False)
        return Known(asset_id, is_trashed=asset.is_trashed)

    def _restored(self, known: Known) -> Known | None:
        """The asset out of the trash; None if it is being deleted for good."""
        request = operations.trash.restore_assets(ids=[known.asset_id])
        try:
            self._client.execute(request)
        except NotFoundError:
            return None
        if self._is_dry:
            return known
        seen = self._seen(known.asset_id)
        return None if seen is None or seen.is_trashed else seen

    def _link(self, file: Candidate, candidate: Candidate) -> tuple[str, ...]:
        """Link a still that was there to its video; what went wrong."""
        video = candidate.motion
        if video is None or video is file or video.asset_id is None:
            return ()
        asset_id = file.asset_id or ""
        request = operations.assets.update_asset(asset_id, live_photo_video_id=video.asset_id)
        try:
            if not video.was_sent:
                # Both were there: a run that broke off between them has left them unlinked.
                asset = self._client.execute(operations.assets.get_asset_info(asset_id))
                if asset.live_photo_video_id:
                    return ()
            self._client.execute(request)
        except ImmichError as error:
            return (f"not linked to its video: {error}",)
        return ()

    def _result(
        self, file: Candidate, status: UploadStatus, reason: str | None = None
    ) -> UploadResult:
        return UploadResult(
            path=file.path,
            status=status,
            asset_id=file.asset_id,
            reason=reason,
            sidecar=file.sidecar,
            problems=tuple(
                f"it changed after it was sent; what it was before is asset {asset_id}"
                for asset_id in file.earlier_ids
            ),
        )


def _sidecar(file: Candidate, path: Path) -> bytes:
    """What is sent of the sidecar, and with a deleted photo only this may go."""
    content = path.read_bytes()
    file.sidecar_sha1 = hashlib.sha1(content, usedforsecurity=False).digest()
    return content
