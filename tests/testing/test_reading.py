from __future__ import annotations

import base64
import struct
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import ExifTags, Image
from testing.photos import DAY, MEDIA, upload

from immichkit.testing import ImmichServer
from immichkit.testing.reading import movies, pictures, places, sidecars, thumbhash
from immichkit.testing.reading.facts import moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BASE, GPS = ExifTags.Base, ExifTags.GPS
PARIS: dict[Any, Any] = {
    GPS.GPSLatitudeRef: "N",
    GPS.GPSLatitude: (48.0, 51.0, 23.76),
    GPS.GPSLongitudeRef: "E",
    GPS.GPSLongitude: (2.0, 21.0, 7.92),
}


def photo(
    path: Path, exif: Mapping[Any, Any], gps: Mapping[Any, Any] | None = None, size: int = 8
) -> bytes:
    """A JPEG with these tags."""
    tags = Image.Exif()
    inner = tags.get_ifd(ExifTags.IFD.Exif)
    for tag, value in exif.items():
        (tags if tag == BASE.Orientation else inner)[tag] = value
    tags.get_ifd(ExifTags.IFD.GPSInfo).update(gps or {})
    file = path / "made.jpg"
    Image.new("RGB", (size, size * 2), "teal").save(file, exif=tags)
    return file.read_bytes()


def asset(server: ImmichServer, client: httpx.Client, content: bytes, **fields: Any) -> Any:
    """The asset once its file was looked into."""
    asset_id = upload(client, content, **fields)
    server.settle()
    return client.get(f"/assets/{asset_id}").json()


def test_a_photo_without_an_offset_was_taken_by_the_clock_of_its_place(
    server: ImmichServer, client: httpx.Client, tmp_path: Path
) -> None:
    content = photo(tmp_path, {BASE.DateTimeOriginal: "2024:07:01 12:00:00"}, PARIS)
    found = asset(server, client, content)
    assert found["exifInfo"]["timeZone"] == "Europe/Paris"
    assert found["fileCreatedAt"] == "2024-07-01T10:00:00.000Z"
    assert found["localDateTime"] == "2024-07-01T12:00:00.000Z"


def test_an_offset_counts_more_than_the_place(
    server: ImmichServer, client: httpx.Client, tmp_path: Path
) -> None:
    tags = {BASE.DateTimeOriginal: "2024:07:01 12:00:00", BASE.OffsetTimeOriginal: "-05:30"}
    found = asset(server, client, photo(tmp_path, tags, PARIS))
    assert found["exifInfo"]["timeZone"] == "UTC-5:30"
    assert found["fileCreatedAt"] == "2024-07-01T17:30:00.000Z"


def test_without_offset_and_place_the_clock_shows_utc(
    server: ImmichServer, client: httpx.Client, tmp_path: Path
) -> None:
    found = asset(server, client, photo(tmp_path, {BASE.DateTimeOriginal: "2024:07:01 12:00:00"}))
    assert found["exifInfo"]["timeZone"] is None
    assert found["fileCreatedAt"] == found["localDateTime"] == "2024-07-01T12:00:00.000Z"


def test_a_photo_without_a_date_was_taken_at_the_earlier_of_the_stated_times(
    server: ImmichServer, client: httpx.Client, tmp_path: Path
) -> None:
    earlier = "2024-04-01T00:00:00.000Z"
    found = asset(server, client, photo(tmp_path, {}), fileModifiedAt=earlier)
    assert found["fileCreatedAt"] == found["localDateTime"] == earlier


def test_a_date_of_zeros_is_none(
    server: ImmichServer, client: httpx.Client, tmp_path: Path
) -> None:
    content = photo(tmp_path, {BASE.DateTimeOriginal: "0000:00:00 00:00:00"})
    assert asset(server, client, content)["fileCreatedAt"] == DAY


def test_a_picture_on_its_side_is_measured_as_it_is_shown(
    server: ImmichServer, client: httpx.Client, tmp_path: Path
) -> None:
    found = asset(server, client, photo(tmp_path, {BASE.Orientation: 8}))
    assert (found["width"], found["height"]) == (16, 8)
    assert (found["exifInfo"]["exifImageWidth"], found["exifInfo"]["orientation"]) == (8, "8")


@pytest.mark.parametrize(
    ("seconds", "written"), [(1 / 250, "1/250"), (0.25, "1/4"), (0.3, "0.3"), (30.0, "30")]
)
def test_an_exposure_is_written_as_photographers_do(
    tmp_path: Path, seconds: float, written: str
) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(photo(tmp_path, {BASE.ExposureTime: seconds}))
    assert pictures.read(file).exposure_time == written


def test_south_and_west_are_negative(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    sides = {GPS.GPSLatitudeRef: "S", GPS.GPSLongitudeRef: "W"}
    file.write_bytes(photo(tmp_path, {}, PARIS | sides))
    facts = pictures.read(file)
    assert (facts.latitude, facts.longitude) == (-48.8566, -2.3522)


def test_a_place_of_zeros_is_none(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    nowhere = dict.fromkeys((GPS.GPSLatitude, GPS.GPSLongitude), (0.0, 0.0, 0.0))
    file.write_bytes(photo(tmp_path, {}, PARIS | nowhere))
    assert pictures.read(file).latitude is None


def test_a_photo_far_from_every_known_city_is_in_none() -> None:
    assert places.nearest(0.0, -30.0) is None


def test_what_cannot_be_read_changes_nothing(server: ImmichServer, client: httpx.Client) -> None:
    found = asset(server, client, b"no picture", duration="1500", name="a.mp4")
    assert (found["duration"], found["width"]) == (1500, None)
    assert found["fileCreatedAt"] == DAY


def test_a_sidecar_counts_more_than_the_file(
    server: ImmichServer, client: httpx.Client, tmp_path: Path
) -> None:
    content = photo(tmp_path, {BASE.DateTimeOriginal: "2024:07:01 12:00:00"}, PARIS)
    files = {
        "assetData": ("a.jpg", content),
        "sidecarData": ("a.jpg.xmp", (MEDIA / "sidecar.xmp").read_bytes()),
    }
    days = {"fileCreatedAt": DAY, "fileModifiedAt": DAY}
    asset_id = client.post("/assets", files=files, data=days).json()["id"]
    server.settle()
    found = client.get(f"/assets/{asset_id}").json()
    assert found["fileCreatedAt"] == "2021-01-02T03:04:05.000Z"
    assert found["exifInfo"]["description"] == "From the sidecar"
    assert found["exifInfo"]["city"] == "Paris"


def test_the_sidecar_of_a_duplicate_is_dropped(server: ImmichServer, client: httpx.Client) -> None:
    upload(client, b"same")
    files = {"assetData": ("a.jpg", b"same"), "sidecarData": ("a.xmp", b"<x/>")}
    days = {"fileCreatedAt": DAY, "fileModifiedAt": DAY}
    assert client.post("/assets", files=files, data=days).json()["status"] == "duplicate"
    assert list(server._parts.state.blobs.folder.rglob("*.xmp")) == []


def test_a_sidecar_may_write_its_values_as_elements() -> None:
    facts = sidecars.read(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
        'xmlns:digiKam="http://www.digikam.org/ns/1.0/">'
        "<xmp:Rating>3</xmp:Rating><exif:GPSLatitude>52,31.2N</exif:GPSLatitude>"
        "<exif:GPSLongitude>13,24.3W</exif:GPSLongitude><digiKam:TagsList><rdf:Seq>"
        "<rdf:li>Places/Harbour</rdf:li></rdf:Seq></digiKam:TagsList>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    assert (facts.rating, facts.latitude, facts.longitude) == (3, 52.52, -13.405)
    assert facts.tags == ("Places/Harbour",)


@pytest.mark.parametrize("text", ["", "<a>", "not XML", b"\xff\xfe\x00"])
def test_a_sidecar_that_is_none_says_nothing(text: str | bytes) -> None:
    assert sidecars.read(text) == sidecars.read("<empty/>")


def test_a_film_tells_its_length_and_its_beginning() -> None:
    facts = movies.read(MEDIA / "clip.mp4")
    assert facts is not None
    assert (facts.duration, facts.width, facts.height, facts.zone) == (2000, 96, 72, "UTC")


def test_a_film_turned_by_its_matrix_is_measured_as_it_is_shown(
    server: ImmichServer, client: httpx.Client
) -> None:
    content = bytearray((MEDIA / "clip.mp4").read_bytes())
    place = content.index(b"tkhd") + 4 + 40
    one = 1 << 16
    content[place : place + 20] = struct.pack(">5i", 0, one, 0, -one, 0)
    found = asset(server, client, bytes(content), name="turned.mp4")
    assert (found["width"], found["height"]) == (72, 96)
    assert found["exifInfo"]["orientation"] == "6"


@pytest.mark.parametrize("length", [*range(0, 600, 37), 2000, 2440])
def test_a_film_that_is_cut_off_does_no_harm(tmp_path: Path, length: int) -> None:
    file = tmp_path / "cut.mp4"
    file.write_bytes((MEDIA / "clip.mp4").read_bytes()[:length])
    movies.read(file)


@pytest.mark.parametrize("length", [*range(2, 1800, 113)])
def test_a_photo_that_is_cut_off_does_no_harm(
    server: ImmichServer, client: httpx.Client, length: int
) -> None:
    found = asset(server, client, (MEDIA / "gps.jpg").read_bytes()[:length])
    assert found["exifInfo"]["fileSizeInByte"] == length


def test_a_change_is_not_undone_by_a_late_look_into_the_file(
    server: ImmichServer, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = server._parts.state.readings
    with monkeypatch.context() as patch:
        patch.setattr(readings, "finish", lambda _ids: None)
        asset_id = upload(client, (MEDIA / "gps.jpg").read_bytes())
        server.settle()
    client.put(f"/assets/{asset_id}", json={"description": "mine"})
    readings.finish([asset_id])
    exif = client.get(f"/assets/{asset_id}").json()["exifInfo"]
    assert (exif["description"], exif["make"]) == ("mine", "Acme")


def test_what_was_not_read_before_the_end_is_read_by_the_next_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ImmichServer(tmp_path) as server, httpx.Client(base_url=f"{server.url}/api") as client:
        monkeypatch.setattr(server._parts.state.readings, "finish", lambda _ids: None)
        client.headers["x-api-key"] = server.api_key
        asset_id = upload(client, (MEDIA / "gps.jpg").read_bytes())
    with ImmichServer(tmp_path) as again, again.client() as immich:
        exif = immich.assets.get_asset_info(asset_id).exif_info
        assert exif
        assert exif.make == "Acme"


def test_a_photo_that_moves_is_in_the_city_where_it_is_now(
    server: ImmichServer, client: httpx.Client
) -> None:
    asset_id = upload(client, (MEDIA / "gps.jpg").read_bytes())
    server.settle()
    client.put(f"/assets/{asset_id}", json={"latitude": 35.69, "longitude": 139.69})
    found = client.get(f"/assets/{asset_id}").json()
    assert (found["exifInfo"]["city"], found["exifInfo"]["timeZone"]) == ("Tokyo", "Asia/Tokyo")
    assert found["localDateTime"] == "2023-06-15T21:30:05.123Z"


@pytest.mark.parametrize(
    ("text", "local", "offset"),
    [
        ("2024:05:01 10:00:00", (10, 0), None),
        ("2024-05-01T10:00:00.25+05:30", (10, 250), 330),
        ("2024-05-01T10:00Z", (10, 0), 0),
    ],
)
def test_dates_are_read_as_cameras_and_programs_write_them(
    text: str, local: tuple[int, int], offset: int | None
) -> None:
    found = moment(text)
    assert found is not None
    shown = datetime.fromtimestamp(found.local / 1_000_000, UTC)
    assert (shown.hour, shown.microsecond // 1000, found.offset_minutes) == (*local, offset)


@pytest.mark.parametrize("text", ["", "yesterday", "2024:13:01 10:00:00", "    :  :     :  :  "])
def test_what_is_no_date_is_none(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    ("name", "hash_"),
    [
        ("plain.jpg", "YvcJLZAZRDxKiHZgtniXdFr5UaD4"),
        ("rotated.jpg", "YgcKNQyKuK13d4cGqIeXh4o/CeLY"),
        ("picture.webp", "n+gJNY4vRmmcY3ZMx4mXewJ2WqEH"),
        ("IMG_0001.dng", "oBgKLYy/lWeIdXdTqJeIdqQwsv+o"),
    ],
)
def test_the_thumbhash_is_that_of_the_real_server(name: str, hash_: str) -> None:
    assert pictures.hash_of(MEDIA / name) == hash_


@pytest.mark.parametrize(("mode", "is_marked"), [("RGB", False), ("RGBA", True)])
def test_the_thumbhash_marks_a_transparent_picture(mode: str, is_marked: bool) -> None:
    image = Image.new(mode, (3, 5))
    assert bool(base64.b64decode(thumbhash.of(image))[2] & 0x80) is is_marked


def test_without_pillow_photos_are_taken_in_and_not_looked_into(
    server: ImmichServer, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "HAS_PILLOW", False)
    content = (MEDIA / "gps.jpg").read_bytes()
    found = asset(server, client, content)
    assert found["exifInfo"]["make"] is None
    answer = client.get(f"/assets/{found['id']}/thumbnail")
    assert (answer.content, answer.headers["content-type"]) == (content, "image/jpeg")


def test_the_server_starts_without_pillow() -> None:
    script = (
        "import sys, importlib.util as u; find = u.find_spec;"
        "u.find_spec = lambda name, *rest: None if name == 'PIL' else find(name, *rest);"
        "from immichkit.testing import ImmichServer; ImmichServer().close();"
        "sys.exit('PIL' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
