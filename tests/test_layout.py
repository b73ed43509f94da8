"""Where many files lie: below one folder, each at a place of its own."""

from __future__ import annotations

import datetime
import unicodedata
from operator import itemgetter
from pathlib import PurePosixPath
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immichkit.layout import Layout, Named, Places, by_id

TAKEN = datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)
ID = "5d1c70a3-2f45-4d3a-9c1e-0a1b2c3d4e5f"
OTHER = "6e2d81b4-2f45-4d3a-9c1e-0a1b2c3d4e5f"


def named(name: str = "IMG_1.jpg", *, id: str = ID, album: str = "") -> Named:
    return Named(id=id, name=name, taken=TAKEN, album=album)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{taken:%Y/%m}/{name}", "2024/05/IMG_1.jpg"),
        ("{album}/{stem}_{taken:%H%M}.{ext}", "Trip/IMG_1_0708.jpg"),
        ("{taken}/{id}.{ext}", f"2024-05-06/{ID}.jpg"),
        ("{name}", "IMG_1.jpg"),
        ("\\a\\{name}", "a/IMG_1.jpg"),
        ("{ext}/{name}", "jpg/IMG_1.jpg"),
        ("{taken:%-d%%}/{name}/", "6%/IMG_1.jpg"),
        ("/etc/{name}", "etc/IMG_1.jpg"),
        ("../../{name}", "IMG_1.jpg"),
    ],
)
def test_path_is_made_by_the_template(template: str, path: str) -> None:
    assert str(Layout(template).path(named(album="Trip"))) == path


@pytest.mark.parametrize(
    "template",
    [
        *("{nmae}", "{taken:%Y}", "{name", "{name!r}", "{name.__class__}", "{0}", "plain", "{id}"),
        *("{id}{ext}", "{name}/{id}", "{ext}/{stem}", "{taken:%Q}/{name}", "{taken:%}/{name}"),
    ],
)
def test_template_that_cannot_be_meant_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="template="):
        Layout(template)


def test_slash_in_a_name_makes_no_folder() -> None:
    path = Layout("{album}/{name}").path(named("../x/b.jpg", album="2024/../..//Trip"))
    assert path == PurePosixPath("2024_.._.._" + "_Trip", "b.jpg")


def test_asset_without_an_album_lies_one_up() -> None:
    assert Layout("{album}/{name}").path(named()) == PurePosixPath("IMG_1.jpg")


@given(name=st.text(), album=st.text(), id=st.text(min_size=1))
def test_path_never_leaves_the_folder(name: str, album: str, id: str) -> None:
    asset = Named(id=id, name=name, taken=TAKEN, album=album)
    path = Layout("{album}/{taken:%Y/%m}/{stem}-{name}").path(asset)
    assert not path.is_absolute()
    assert not {"..", ".", ""} & set(path.parts)
    assert not set(str(path)) & set('\\<>:"|?*\x00')
    assert all(len(part.encode(errors="replace")) <= 200 for part in path.parts)


def test_second_of_a_name_gets_its_id() -> None:
    places = Places({})
    path = PurePosixPath("IMG_1.jpg")
    places.take(ID, next(places.candidates(ID, path)))
    assert next(places.candidates(OTHER, path)) == PurePosixPath("IMG_1 (6e2d81b4).jpg")
    assert next(places.candidates(ID, path)) == path


def test_places_of_an_earlier_run_are_kept_whatever_comes_first() -> None:
    path = PurePosixPath("IMG_1.jpg")
    places = Places({ID: "IMG_1.jpg", OTHER: "IMG_1 (6e2d81b4).jpg"})
    assert str(next(places.candidates(OTHER, path))) == "IMG_1 (6e2d81b4).jpg"
    assert str(next(places.candidates(ID, path))) == "IMG_1.jpg"


def test_other_template_gives_other_places() -> None:
    places = Places({ID: "2024/IMG_1.jpg"})
    assert str(next(places.candidates(ID, PurePosixPath("IMG_1.jpg")))) == "IMG_1.jpg"


def test_manifests_name_is_nobodys() -> None:
    places = Places({}, reserved=[".list"])
    assert next(places.candidates(ID, PurePosixPath(".LIST"))).name != ".LIST"


def test_there_is_always_one_more_place() -> None:
    taken = ["a.jpg", f"a ({ID[:8]}).jpg", f"a ({ID}).jpg", f"a ({ID} 2).jpg"]
    places = Places({str(number): path for number, path in enumerate(taken)})
    path = PurePosixPath(f"a ({ID} 3).jpg")
    assert next(places.candidates(ID, PurePosixPath("a.jpg"))) == path
    places.take(ID, path)
    assert next(places.candidates(ID, PurePosixPath("a.jpg"))) == path


NAMES = st.sampled_from(["a.jpg", "A.jpg", "b.jpg", "a (00000000).jpg", f"a ({ID}).jpg"])
ASSETS = st.dictionaries(st.uuids().map(str) | st.sampled_from([ID, OTHER]), NAMES)


def placed(names: dict[str, str], known: dict[str, str]) -> dict[str, str]:
    places, taken = Places(known), {}
    for _, (id_, name) in by_id(names.items(), itemgetter(0)):
        path = next(places.candidates(id_, PurePosixPath(name)))
        places.take(id_, path)
        taken[id_] = str(path)
    return taken


@given(ASSETS, st.randoms(use_true_random=False))
def test_order_of_the_assets_does_not_matter(names: dict[str, str], random: Random) -> None:
    shuffled = list(names.items())
    random.shuffle(shuffled)
    assert placed(dict(shuffled), {}) == placed(names, {})


@given(ASSETS, st.sets(st.integers(0, 20)))
def test_run_that_was_broken_off_ends_like_one_that_was_not(
    names: dict[str, str], done: set[int]
) -> None:
    whole = placed(names, {})
    known = {id_: path for number, (id_, path) in enumerate(whole.items()) if number in done}
    assert placed(names, known) == whole


@given(
    st.lists(
        st.tuples(st.uuids(), st.sampled_from(["a.jpg", "A.JPG", "é.jpg", "é.jpg", "ß", "SS"]))
    )
)
def test_no_two_assets_share_a_place_on_any_file_system(assets: list[tuple[object, str]]) -> None:
    places, taken = Places({}), {}
    for uuid, name in assets:
        path = next(places.candidates(str(uuid), PurePosixPath(name)))
        places.take(str(uuid), path)
        taken[str(uuid)] = unicodedata.normalize("NFC", str(path)).casefold()
    assert len(set(taken.values())) == len(taken)
