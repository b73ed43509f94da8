"""Sidecars: what was known of a photo is known again by who reads them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hostile import asset_of
from hypothesis import given
from hypothesis import strategies as st

from immichkit.models import AssetResponseDto, ExifResponseDto, PersonResponseDto, TagResponseDto
from immichkit.sidecar import sidecar_of
from immichkit.testing.reading import sidecars

TAKEN = datetime.datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=datetime.UTC)


def tag(value: str) -> TagResponseDto:
    name = value.rpartition("/")[2]
    return TagResponseDto(id=value, name=name, value=value, created_at=TAKEN, updated_at=TAKEN)


def person(name: str) -> PersonResponseDto:
    return PersonResponseDto(
        id=name, name=name, birth_date=None, is_hidden=False, thumbnail_path=""
    )


def asset(*, local: datetime.datetime = TAKEN, tags: Any = (), **exif: Any) -> AssetResponseDto:
    return asset_of(
        b"",
        local_date_time=local,
        exif_info=ExifResponseDto(**exif),
        tags=[tag(value) for value in tags],
    )


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1
)


FACTS = st.fixed_dictionaries(
    {
        "description": TEXTS,
        "rating": st.integers(1, 5),
        # The server takes 0° N 0° E for nowhere.
        "latitude": st.floats(-90, 90).filter(lambda degrees: abs(degrees) > 1e-6),
        "longitude": st.floats(-180, 180),
        "tags": st.lists(TEXTS.map(str.strip).filter(bool), unique=True),
    }
)


@given(FACTS, st.integers(-14 * 60, 14 * 60))
def test_what_is_written_can_be_read_again(known: dict[str, Any], minutes: int) -> None:
    local = TAKEN + datetime.timedelta(minutes=minutes)
    photo = asset(local=local, date_time_original=TAKEN, time_zone="UTC", **known)
    facts = sidecars.read(sidecar_of(photo))
    assert (facts.description or "") == known["description"].strip()
    assert (facts.rating, facts.tags) == (known["rating"], tuple(known["tags"]))
    assert facts.taken is not None
    assert facts.taken.offset_minutes == minutes
    assert facts.taken.local == local.timestamp() * 1_000_000
    assert facts.latitude == pytest.approx(known["latitude"], abs=1e-7)
    assert facts.longitude == pytest.approx(known["longitude"], abs=1e-7)


@given(st.text())
def test_whatever_is_in_a_text_it_is_xml(text: str) -> None:
    content = sidecar_of(asset(description=f"a{text}z", tags=[text]))
    assert (sidecars.read(content).description or "").startswith("a")


def test_time_without_a_zone_gets_none() -> None:
    content = sidecar_of(asset(date_time_original=TAKEN, time_zone=None))
    assert b'exif:DateTimeOriginal="2024-05-06T07:08:09.123"' in content


@pytest.mark.parametrize(
    ("value", "text"), [(48.8566, b"48,51.39600000N"), (-0.5, b"0,30.00000000S"), (60, b"60,0.")]
)
def test_degrees_are_written_as_xmp_wants_them(value: float, text: bytes) -> None:
    assert b'exif:GPSLatitude="' + text in sidecar_of(asset(latitude=value, longitude=1))


def test_tags_and_people_are_there_for_other_programs() -> None:
    photo = asset(tags=["places/Kyoto", "food/Kyoto"])
    photo.people = [person("Ada"), person("")]
    content = sidecar_of(photo).decode()
    assert content.count("<rdf:li>Kyoto</rdf:li>") == 1
    assert "<rdf:li>places/Kyoto</rdf:li>" in content
    assert content.count("<rdf:li>Ada</rdf:li>") == 1


def test_same_asset_gives_the_same_bytes_and_none_of_what_is_unknown() -> None:
    bare = asset_of(b"")
    assert sidecar_of(bare) == sidecar_of(bare)
    assert sidecars.read(sidecar_of(bare)) == sidecars.read(b"")
    assert b"GPS" not in sidecar_of(asset(latitude=None, longitude=None))
