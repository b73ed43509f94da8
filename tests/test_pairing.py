"""Which files of a folder belong together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from immichkit.pairing import Kinds, paired

KINDS = Kinds(
    image=[".jpg", ".heic", ".dng"],
    video=[".mov", ".mp4"],
    sidecar=[".xmp"],
)
STEMS = st.sampled_from(["IMG", "img", "IMG.123", "IMG.jpg", "ä", ".", "a b"])
ENDINGS = st.sampled_from([".jpg", ".JPG", ".heic", ".mov", ".xmp", ".XMP", ".txt", ""])
NAMES = st.sets(st.builds(str.__add__, STEMS, ENDINGS), max_size=20)


@given(NAMES, NAMES, st.booleans())
def test_every_name_has_one_place(names: set[str], others: set[str], by_name: bool) -> None:
    found = paired(sorted(names), names | others, KINDS, live_photos_by_name=by_name)
    members = [
        member for each in found.members for member in (each, each.motion) if member is not None
    ]
    places = [member.name for member in members]
    places += [*found.unsupported, *found.orphans, *found.masterless]
    sidecars = {member.sidecar for member in members if member.sidecar in names}
    assert sorted([*places, *filter(None, sidecars)]) == sorted(names)


@given(NAMES)
def test_sidecar_is_named_like_its_photo(names: set[str]) -> None:
    for member in paired(sorted(names), names, KINDS).members:
        if member.sidecar is not None:
            stem = member.sidecar[:-4].casefold()
            assert stem in {member.name.casefold(), member.name.rpartition(".")[0].casefold()}


def sidecars(*names: str) -> dict[str, str | None]:
    return {member.name: member.sidecar for member in paired(names, names, KINDS).members}


def test_sidecar_of_the_whole_name_is_nearer() -> None:
    assert sidecars("IMG.jpg", "IMG.jpg.xmp", "IMG.dng", "IMG.xmp") == {
        "IMG.jpg": "IMG.jpg.xmp",
        "IMG.dng": "IMG.xmp",
    }


def test_sidecar_is_found_in_any_case() -> None:
    assert sidecars("img.JPG", "IMG.XMP") == {"img.JPG": "IMG.XMP"}


def test_name_that_begins_alike_has_another_sidecar() -> None:
    assert sidecars("IMG.123.jpg", "IMG.xmp", "IMG.jpg") == {
        "IMG.123.jpg": None,
        "IMG.jpg": "IMG.xmp",
    }


def test_shared_sidecar_knows_who_shares_it() -> None:
    members = paired(["a.dng", "a.jpg", "a.xmp"], [], KINDS).members
    assert [(member.sidecar, member.sharers) for member in members] == [
        ("a.xmp", ("a.jpg",)),
        ("a.xmp", ("a.dng",)),
    ]


def test_sidecar_of_a_photo_that_is_left_out_is_no_orphan() -> None:
    found = paired(["a.xmp", "b.xmp"], ["a.jpg"], KINDS)
    assert (found.masterless, found.orphans) == (("a.xmp",), ("b.xmp",))


def test_video_moves_the_heic_of_its_name() -> None:
    names = ["IMG_1.jpg", "IMG_1.HEIC", "img_1.mov", "IMG_2.mov"]
    found = paired(names, names, KINDS, live_photos_by_name=True)
    motions = {member.name: member.motion and member.motion.name for member in found.members}
    assert motions == {"IMG_1.jpg": None, "IMG_1.HEIC": "img_1.mov", "IMG_2.mov": None}


def test_sidecar_that_is_left_out_goes_with_nothing() -> None:
    found = paired(["a.jpg"], ["a.jpg", "a.xmp"], KINDS, left_out=["a.xmp"])
    assert found.members[0].sidecar is None
