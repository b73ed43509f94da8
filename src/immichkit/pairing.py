"""What belongs together in a folder: photos and their sidecars, stills and their moving part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import attrs

__all__ = ["Kinds", "Member", "Pairing", "paired"]


def _endings(value: Iterable[str]) -> frozenset[str]:
    return frozenset(ending.lower() for ending in value)


@attrs.frozen
class Kinds:
    """The file name endings that a server takes, dots included."""

    image: frozenset[str] = attrs.field(converter=_endings)
    video: frozenset[str] = attrs.field(converter=_endings)
    sidecar: frozenset[str] = attrs.field(converter=_endings)

    def is_media(self, name: str) -> bool:
        """Whether it is a photo or a video, by its name."""
        ending = _split(name)[1]
        return ending in self.image or ending in self.video

    def is_sidecar(self, name: str) -> bool:
        """Whether it only describes another file, by its name."""
        return _split(name)[1] in self.sidecar


@attrs.frozen(kw_only=True)
class Member:
    """A photo or video with what belongs to it, by file name.

    ``sharers`` are the other photos that the same sidecar describes.
    """

    name: str
    sidecar: str | None = None
    sharers: tuple[str, ...] = ()
    motion: Member | None = None


@attrs.frozen(kw_only=True)
class Pairing:
    """A folder's files, each in one place only, except for a sidecar that several photos share.

    ``orphans`` are sidecars of nothing, ``masterless`` those of photos that are left out.
    """

    members: tuple[Member, ...]
    unsupported: tuple[str, ...]
    orphans: tuple[str, ...]
    masterless: tuple[str, ...]


def paired(
    names: Collection[str],
    everything: Collection[str],
    kinds: Kinds,
    *,
    left_out: Collection[str] = (),
    live_photos_by_name: bool = False,
) -> Pairing:
    """How ``names`` belong together; ``everything`` is what the folder holds besides, too.

    What is ``left_out`` goes with nothing. A photo's sidecar is ``IMG.jpg.xmp``, or else
    ``IMG.xmp``, in any case of letters; one that was not named itself is found in ``everything``.
    A video has the still's name up to the ending.
    """
    media = [name for name in names if kinds.is_media(name)]
    masters = [name for name in {*names, *everything} if kinds.is_media(name)]
    others = set(everything).difference(left_out)
    sidecars = _by_small({name for name in {*names, *others} if kinds.is_sidecar(name)})
    owned: dict[str, list[str]] = defaultdict(list)
    for master in sorted(masters):
        if sidecar := _sidecar_of(master, sidecars, kinds):
            owned[sidecar].append(master)
    sidecar_of = {master: sidecar for sidecar, owners in owned.items() for master in owners}
    motions = _motions(media, kinds) if live_photos_by_name else {}
    moving = set(motions.values())

    def member(name: str) -> Member:
        sidecar = sidecar_of.get(name)
        sharers = owned[sidecar] if sidecar else []
        motion = motions.get(name)
        return Member(
            name=name,
            sidecar=sidecar,
            sharers=tuple(sharer for sharer in sharers if sharer != name),
            motion=None if motion is None else member(motion),
        )

    taken = set(media)
    loose = [name for name in names if kinds.is_sidecar(name)]
    return Pairing(
        members=tuple(member(name) for name in media if name not in moving),
        unsupported=tuple(
            name for name in names if not kinds.is_media(name) and not kinds.is_sidecar(name)
        ),
        orphans=tuple(name for name in loose if name not in owned),
        masterless=tuple(name for name in loose if name in owned and taken.isdisjoint(owned[name])),
    )


def _split(name: str) -> tuple[str, str]:
    """The name up to its last dot, and the ending in small letters; a first dot is no ending."""
    stem, dot, ending = name.rpartition(".")
    return (stem, f".{ending.lower()}") if dot and stem else (name, "")


def _by_small(names: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        found[name.casefold()].append(name)
    return found


def _sidecar_of(master: str, sidecars: Mapping[str, list[str]], kinds: Kinds) -> str | None:
    # Whole names are compared: what begins alike, such as IMG and IMG.123, is something else.
    for stem in (master, _split(master)[0]):
        for ending in sorted(kinds.sidecar):
            found = sidecars.get((stem + ending).casefold(), [])
            same = [name for name in found if _split(name)[0] == stem]
            if found:
                return (same or found)[0]
    return None


def _motions(media: Iterable[str], kinds: Kinds) -> dict[str, str]:
    """The video of each still that has one."""
    stills: dict[str, list[str]] = defaultdict(list)
    videos: dict[str, list[str]] = defaultdict(list)
    for name in media:
        stem, ending = _split(name)
        (stills if ending in kinds.image else videos)[stem.casefold()].append(name)
    found = {}
    for stem, candidates in videos.items():
        if stem in stills:
            # An iPhone's still is HEIC; a JPEG beside it is an export.
            still = min(stills[stem], key=lambda name: (not name.lower().endswith(".heic"), name))
            found[still] = min(candidates, key=lambda name: (name.lower()[-4:] != ".mov", name))
    return found
