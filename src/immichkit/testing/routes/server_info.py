"""What the server says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from immichkit.testing import media
from immichkit.testing.answers import json_answer
from immichkit.testing.routing import Call, Routes

if TYPE_CHECKING:
    from starlette.responses import Response

VERSION: Final = (3, 1, 0)
_NAME: Final = "v" + ".".join(map(str, VERSION))

routes: Final = Routes()


@routes.public("GET", "/server/ping")
def ping(_call: Call) -> Response:
    return json_answer({"res": "pong"})


@routes.public("GET", "/server/version")
def version(_call: Call) -> Response:
    major, minor, patch = VERSION
    return json_answer({"major": major, "minor": minor, "patch": patch, "prerelease": None})


@routes.public("GET", "/server/features")
def features(_call: Call) -> Response:
    """Those of a server without machine learning, mail and OAuth."""
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
            "oauth": False,
            "oauthAutoLaunch": False,
            "ocr": False,
            "passwordLogin": True,
            "configFile": False,
            "email": False,
            "realtimeTranscoding": False,
        }
    )


@routes.public("GET", "/server/config")
def config(_call: Call) -> Response:
    tiles = "https://tiles.immich.cloud/v1/style"
    return json_answer(
        {
            "loginPageMessage": "",
            "trashDays": 30,
            "userDeleteDelay": 7,
            "oauthButtonText": "Login with OAuth",
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
def about(_call: Call) -> Response:
    return json_answer(
        {
            "version": _NAME,
            "versionUrl": f"https://github.com/immich-app/immich/releases/tag/{_NAME}",
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
