"""What the server says about itself."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from immichkit.testing import media, times
from immichkit.testing.answers import RefusalError, empty, json_answer
from immichkit.testing.routes.users import LICENSE
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state.oauth import OAuthSettings

if TYPE_CHECKING:
    from starlette.responses import Response

# What the check for a newer release has found, which this server never makes.
NEVER_CHECKED: Final = {"checkedAt": None, "releaseVersion": None}
_UNIT: Final = 1024

routes: Final = Routes()


@routes.public("GET", "/server/ping")
def ping(_call: Call) -> Response:
    return json_answer({"res": "pong"})


@routes.public("GET", "/server/version")
def version(call: Call) -> Response:
    release = call.release
    numbers = {"major": release.major, "minor": release.minor, "patch": release.patch}
    return json_answer({**numbers, "prerelease": None})


@routes.public("GET", "/server/features")
def features(call: Call) -> Response:
    """Those of a server without machine learning and mail."""
    oauth = call.state.oauth.settings
    return json_answer(
        {
            "smartSearch": False,
            "facialRecognition": False,
            "duplicateDetection": False,
            "map": True,
            "reverseGeocoding": True,
            "importFaces": False,
            "sidecar": True,
            "search": True,
            "trash": True,
            "oauth": oauth is not None,
            "oauthAutoLaunch": oauth is not None and oauth.auto_launch,
            "ocr": False,
            "passwordLogin": True,
            "configFile": False,
            "email": False,
            "realtimeTranscoding": False,
        }
    )


@routes.public("GET", "/server/config")
def config(call: Call) -> Response:
    tiles = "https://tiles.immich.cloud/v1/style"
    oauth = call.state.oauth.settings or OAuthSettings()
    return json_answer(
        {
            "loginPageMessage": "",
            "trashDays": 30,
            "userDeleteDelay": 7,
            "oauthButtonText": oauth.button_text,
            "isInitialized": True,
            "isOnboarded": True,
            "externalDomain": "",
            "publicUsers": True,
            "mapDarkStyleUrl": f"{tiles}/dark.json",
            "mapLightStyleUrl": f"{tiles}/light.json",
            "maintenanceMode": False,
            "minFaces": 3,
        }
    )


@routes.public("GET", "/server/media-types")
def media_types(_call: Call) -> Response:
    return json_answer(media.ACCEPTED)


@routes.on("GET", "/server/about", "server.about")
def about(call: Call) -> Response:
    name = f"v{call.release}"
    return json_answer(
        {
            "version": name,
            "versionUrl": f"https://github.com/immich-app/immich/releases/tag/{name}",
            "licensed": False,
            "build": "",
            "repository": "immich-app/immich",
            "nodejs": "v24.15.0",
            "exiftool": "13.59",
            "ffmpeg": "5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers",
            "libvips": "8.17.3",
            "imagemagick": "",
        }
    )


@routes.public("GET", "/server/version-history")
def version_history(call: Call) -> Response:
    version, since = str(call.release), call.state.setting("begun_at")
    entry = {
        "id": call.state.setting("version_id"),
        "createdAt": times.to_z(int(since)),
        "version": version,
    }
    return json_answer([entry])


@routes.on("GET", "/server/apk-links", "server.apkLinks")
def apk_links(call: Call) -> Response:
    folder = f"https://github.com/immich-app/immich/releases/download/v{call.release}"
    return json_answer(
        {
            "arm64v8a": f"{folder}/app-arm64-v8a-release.apk",
            "armeabiv7a": f"{folder}/app-armeabi-v7a-release.apk",
            "universal": f"{folder}/app-release.apk",
            "x86_64": f"{folder}/app-x86_64-release.apk",
        }
    )


@routes.on("GET", "/server/version-check", "server.versionCheck")
def version_check(_call: Call) -> Response:
    return json_answer(NEVER_CHECKED)


@routes.on("GET", "/server/storage", "server.storage")
def storage(call: Call) -> Response:
    """The disk that this server's folder is on."""
    disk = shutil.disk_usage(call.state.blobs.folder)
    return json_answer(
        {
            "diskAvailable": _readable(disk.free),
            "diskSize": _readable(disk.total),
            "diskUse": _readable(disk.used),
            "diskAvailableRaw": disk.free,
            "diskSizeRaw": disk.total,
            "diskUseRaw": disk.used,
            "diskUsagePercentage": round(disk.used / disk.total * 100, 2),
        }
    )


@routes.on("GET", "/server/statistics", "server.statistics", admin=True)
def statistics(call: Call) -> Response:
    columns = {
        "photos": "photos",
        "videos": "videos",
        "usage": "usage",
        "usagePhotos": "usage_photos",
        "usageVideos": "usage_videos",
    }
    per_user = call.state.counts.per_user()
    by_user = [
        {
            "userId": row["id"],
            "userName": row["name"],
            **{name: row[column] for name, column in columns.items()},
            "quotaSizeInBytes": row["quota_size"],
        }
        for row in per_user
    ]
    totals = {name: sum(row[column] for row in per_user) for name, column in columns.items()}
    return json_answer({**totals, "usageByUser": by_user})


@routes.on("GET", "/server/license", "serverLicense.read", admin=True)
def get_license(_call: Call) -> Response:
    # Nobody has a key that would be accepted below.
    raise RefusalError(404, "Not Found")


@routes.on("PUT", "/server/license", "serverLicense.update", admin=True)
def set_license(call: Call) -> Response:
    """Always refused: only the makers of Immich can sign a key."""
    call.json(LICENSE)
    raise RefusalError(400, "Invalid license key")


@routes.on("DELETE", "/server/license", "serverLicense.delete", admin=True)
def delete_license(_call: Call) -> Response:
    return empty()


def _readable(size: float) -> str:
    """The number of bytes in the largest unit that leaves one before the point."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size < _UNIT or unit == "TiB":
            break
        size /= _UNIT
    return f"{size:.1f} {unit}" if unit != "B" else f"{size:.0f} B"
