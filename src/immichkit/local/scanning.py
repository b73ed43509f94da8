"""From sources to candidates: walk, pair, hash, one folder after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs

from immichkit.ledger import Ledger
from immichkit.local.files import FolderFiles, LocalFiles, walked
from immichkit.local.hash_cache import HashCache
from immichkit.local.hashing import InterruptedReadError, hash_file
from immichkit.pairing import Kinds, Member, Pairing, paired
from immichkit.uploads import Candidate, Tally, UploadOptions

__all__ = ["Scan"]


@attrs.frozen(kw_only=True)
class Scan:
    """Iterate over it for the candidates among ``sources``, hashed and in order.

    Whatever is found is entered into the ledger at once; what is no candidate is settled there.
    Once all is cut off from the server, nothing is read any more, for it could not be sent.
    """

    sources: Iterable[LocalFiles]
    options: UploadOptions
    kinds: Kinds
    ledger: Ledger[Any]
    tally: Tally
    is_over: Callable[[], bool]
    is_cut_off: Callable[[], bool]

    def __iter__(self) -> Iterator[Candidate]:
        options = self.options
        after = options.after if isinstance(options.after, Path) else None
        cache = None
        if options.hash_cache is not False:
            # True is the usual place.
            given = options.hash_cache
            cache = HashCache(None if given is True else given)
        try:
            for files in walked(
                self.sources, options.selection, recursive=options.recursive, without=after
            ):
                yield from self._hashed(files, cache)
        except InterruptedReadError:
            return
        finally:
            if cache is not None:
                cache.close()
        self.tally.add(is_scan_over=1)

    def _hashed(self, files: FolderFiles, cache: HashCache | None) -> Iterator[Candidate]:
        pairing = paired(
            files.names,
            files.everything,
            self.kinds,
            left_out={path.name for path, _ in files.left_out},
            live_photos_by_name=self.options.live_photos == "by_name",
        )
        for candidate in self._entered(files, pairing):
            if self.is_over():
                return
            if self.is_cut_off():
                yield candidate
                continue
            good = [file for file in candidate.files() if self._hash(file, cache)]
            if candidate in good:
                # If its video cannot be read, the photo is no worse for that.
                candidate.motion = candidate.motion if candidate.motion in good else None
                yield candidate
            else:
                yield from good

    def _entered(self, files: FolderFiles, pairing: Pairing) -> Iterator[Candidate]:
        folder, tell = files.folder, self._tell
        for path, why in files.left_out:
            tell(path, "skipped", why)
        for path, error in files.failed:
            tell(path, "failed", _text(error), error)
        for name in pairing.unsupported:
            tell(folder / name, "unsupported", "the server does not take such files")
        for name in pairing.orphans:
            tell(folder / name, "orphan_sidecar", "there is no photo that it describes")
        for name in pairing.masterless:
            tell(folder / name, "skipped", "the photo that it describes is left out")
        if not self.options.sidecars:
            for sidecar in dict.fromkeys(filter(None, map(_sidecar, pairing.members))):
                if sidecar in files.names:
                    tell(folder / sidecar, "skipped", "sidecars are left out")
        for member in pairing.members:
            yield self._candidate(files, member)

    def _candidate(self, files: FolderFiles, member: Member) -> Candidate:
        folder = files.folder
        motion = None if member.motion is None else self._candidate(files, member.motion)
        if motion is not None:
            motion.is_motion = True
        sidecar = None
        if member.sidecar is not None and self.options.sidecars:
            sidecar = folder / member.sidecar
        self.tally.add(scanned=1)
        path = folder / member.name
        return Candidate(
            index=self.ledger.find(path, sidecar),
            path=path,
            below=files.below,
            sidecar=sidecar,
            sharers=tuple(folder / name for name in member.sharers),
            is_linked=files.is_linked,
            motion=motion,
        )

    def _hash(self, file: Candidate, cache: HashCache | None) -> bool:
        """Whether the file could be hashed; what could not is settled."""
        cause: OSError | None = None
        try:
            stands_still = hash_file(file, cache, self.tally.hashed, self.is_over)
        except OSError as error:
            status, why, cause = "failed", _text(error), error
        else:
            if stands_still:
                self.tally.add(hashed=1)
                return True
            status, why = "changed", "it is being written to"
        file.is_settled = True
        self.ledger.settle(
            file.index,
            path=file.path,
            status=status,
            reason=why,
            error=cause,
            sidecar=file.sidecar,
        )
        self.tally.add(done=1)
        return False

    def _tell(self, path: Path, status: str, why: str, error: Exception | None = None) -> None:
        index = self.ledger.find(path)
        self.ledger.settle(index, path=path, status=status, reason=why, error=error)
        self.tally.add(scanned=1, done=1)


def _sidecar(member: Member) -> str | None:
    return member.sidecar


def _text(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
