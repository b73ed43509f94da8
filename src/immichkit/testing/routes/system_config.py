"""The settings of the whole server: OAuth's, and else those that it is delivered with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import provider, provider_pages, validation
from immichkit.testing.answers import empty, json_answer
from immichkit.testing.routes.server_info import NEVER_CHECKED
from immichkit.testing.routing import Call, Routes

if TYPE_CHECKING:
    from starlette.responses import Response

routes: Final = Routes()

# As v3.1 answers them.
_DEFAULTS: Final[dict[str, Any]] = {
    "backup": {"database": {"enabled": True, "cronExpression": "0 02 * * *", "keepLastAmount": 14}},
    "ffmpeg": {
        "crf": 23,
        "threads": 0,
        "preset": "ultrafast",
        "targetVideoCodec": "h264",
        "acceptedVideoCodecs": ["h264"],
        "targetAudioCodec": "aac",
        "acceptedAudioCodecs": ["aac", "mp3", "opus"],
        "acceptedContainers": ["mov", "ogg", "webm"],
        "targetResolution": "720",
        "maxBitrate": "0",
        "bframes": -1,
        "refs": 0,
        "gopSize": 0,
        "temporalAQ": False,
        "cqMode": "auto",
        "twoPass": False,
        "preferredHwDevice": "auto",
        "transcode": "required",
        "tonemap": "hable",
        "accel": "disabled",
        "accelDecode": True,
        "realtime": {
            "enabled": False,
            "videoCodecs": ["h264", "hevc"],
            "resolutions": [480, 720, 1080],
        },
    },
    "integrityChecks": {
        "missingFiles": {"enabled": True, "cronExpression": "0 03 * * *"},
        "untrackedFiles": {"enabled": True, "cronExpression": "0 03 * * *"},
        "checksumFiles": {
            "enabled": True,
            "cronExpression": "0 03 * * *",
            "timeLimit": 3600000,
            "percentageLimit": 1,
        },
    },
    "job": {
        "backgroundTask": {"concurrency": 5},
        "smartSearch": {"concurrency": 2},
        "metadataExtraction": {"concurrency": 5},
        "faceDetection": {"concurrency": 2},
        "search": {"concurrency": 5},
        "sidecar": {"concurrency": 5},
        "library": {"concurrency": 5},
        "migration": {"concurrency": 5},
        "thumbnailGeneration": {"concurrency": 3},
        "videoConversion": {"concurrency": 1},
        "notifications": {"concurrency": 5},
        "ocr": {"concurrency": 1},
        "workflow": {"concurrency": 5},
        "integrityCheck": {"concurrency": 1},
        "editor": {"concurrency": 2},
    },
    "logging": {"enabled": True, "level": "log"},
    "machineLearning": {
        "enabled": False,
        "urls": ["http://immich-machine-learning:3003"],
        "availabilityChecks": {"enabled": True, "timeout": 2000, "interval": 30000},
        "clip": {"enabled": True, "modelName": "ViT-B-32__openai"},
        "duplicateDetection": {"enabled": True, "maxDistance": 0.01},
        "facialRecognition": {
            "enabled": True,
            "modelName": "buffalo_l",
            "minScore": 0.7,
            "maxDistance": 0.5,
            "minFaces": 3,
        },
        "ocr": {
            "enabled": True,
            "modelName": "PP-OCRv5_mobile",
            "minDetectionScore": 0.5,
            "minRecognitionScore": 0.8,
            "maxResolution": 736,
        },
    },
    "map": {
        "enabled": True,
        "lightStyle": "https://tiles.immich.cloud/v1/style/light.json",
        "darkStyle": "https://tiles.immich.cloud/v1/style/dark.json",
    },
    "reverseGeocoding": {"enabled": True},
    "metadata": {"faces": {"import": False}},
    "oauth": {
        "autoLaunch": False,
        "autoRegister": True,
        "buttonText": "Login with OAuth",
        "clientId": "",
        "clientSecret": "",
        "defaultStorageQuota": None,
        "enabled": False,
        "issuerUrl": "",
        "endSessionEndpoint": "",
        "mobileOverrideEnabled": False,
        "mobileRedirectUri": "",
        "prompt": "",
        "scope": "openid email profile",
        "signingAlgorithm": "RS256",
        "profileSigningAlgorithm": "none",
        "storageLabelClaim": "preferred_username",
        "storageQuotaClaim": "immich_quota",
        "roleClaim": "immich_role",
        "tokenEndpointAuthMethod": "client_secret_post",
        "timeout": 30000,
        "allowInsecureRequests": False,
    },
    "passwordLogin": {"enabled": True},
    "storageTemplate": {
        "enabled": False,
        "hashVerificationEnabled": True,
        "template": "{{y}}/{{y}}-{{MM}}-{{dd}}/{{filename}}",
    },
    "image": {
        "thumbnail": {"format": "webp", "size": 250, "quality": 80, "progressive": False},
        "preview": {"format": "jpeg", "size": 1440, "quality": 80, "progressive": False},
        "colorspace": "p3",
        "extractEmbedded": False,
        "fullsize": {"enabled": False, "format": "jpeg", "quality": 80, "progressive": False},
    },
    "newVersionCheck": {"enabled": True, "channel": "stable"},
    "nightlyTasks": {
        "startTime": "00:00",
        "databaseCleanup": True,
        "generateMemories": True,
        "syncQuotaUsage": True,
        "missingThumbnails": True,
        "clusterNewFaces": True,
    },
    "trash": {"enabled": True, "days": 30},
    "theme": {"customCss": ""},
    "library": {
        "scan": {"enabled": True, "cronExpression": "0 0 * * *"},
        "watch": {"enabled": False},
    },
    "server": {"externalDomain": "", "loginPageMessage": "", "publicUsers": True},
    "notifications": {
        "smtp": {
            "enabled": False,
            "from": "",
            "replyTo": "",
            "transport": {
                "ignoreCert": False,
                "host": "",
                "port": 587,
                "secure": False,
                "username": "",
                "password": "",
            },
        }
    },
    "templates": {
        "email": {"welcomeTemplate": "", "albumInviteTemplate": "", "albumUpdateTemplate": ""}
    },
    "user": {"deleteDelay": 7},
}

# How date, album and file may be written in a path, as v3.1 offers it.
_TEMPLATE_OPTIONS: Final[dict[str, list[str]]] = {
    "secondOptions": ["s", "ss", "SSS"],
    "minuteOptions": ["m", "mm"],
    "dayOptions": ["d", "dd"],
    "weekOptions": ["W", "WW"],
    "hourOptions": ["h", "hh", "H", "HH"],
    "yearOptions": ["y", "yy"],
    "monthOptions": ["M", "MM", "MMM", "MMMM"],
    "presetOptions": [
        "{{y}}/{{y}}-{{MM}}-{{dd}}/{{filename}}",
        "{{y}}/{{MM}}-{{dd}}/{{filename}}",
        "{{y}}/{{MMMM}}-{{dd}}/{{filename}}",
        "{{y}}/{{MM}}/{{filename}}",
        "{{y}}/{{#if album}}{{album}}{{else}}Other/{{MM}}{{/if}}/{{filename}}",
        "{{#if album}}{{album-startDate-y}}/{{album}}{{else}}{{y}}/Other/{{MM}}{{/if}}/{{filename}}",  # noqa: E501 - theirs
        "{{y}}/{{MMM}}/{{filename}}",
        "{{y}}/{{MMMM}}/{{filename}}",
        "{{y}}/{{MM}}/{{dd}}/{{filename}}",
        "{{y}}/{{MMMM}}/{{dd}}/{{filename}}",
        "{{y}}/{{y}}-{{MM}}/{{y}}-{{MM}}-{{dd}}/{{filename}}",
        "{{y}}-{{MM}}-{{dd}}/{{filename}}",
        "{{y}}-{{MMM}}-{{dd}}/{{filename}}",
        "{{y}}-{{MMMM}}-{{dd}}/{{filename}}",
        "{{y}}/{{y}}-{{MM}}/{{filename}}",
        "{{y}}/{{y}}-{{WW}}/{{filename}}",
        "{{y}}/{{y}}-{{MM}}-{{dd}}/{{assetId}}",
        "{{y}}/{{y}}-{{MM}}/{{assetId}}",
        "{{y}}/{{y}}-{{WW}}/{{assetId}}",
        "{{album}}/{{filename}}",
        "{{make}}/{{model}}/{{lensModel}}/{{filename}}",
    ],
}


@routes.on("GET", "/system-config", "systemConfig.read", admin=True)
def get_config(call: Call) -> Response:
    return json_answer({**_DEFAULTS, "oauth": {**_DEFAULTS["oauth"], **_oauth(call)}})


def _oauth(call: Call) -> dict[str, Any]:
    """What is set of OAuth; nothing while it is off."""
    settings = call.state.oauth.settings
    if settings is None:
        return {}
    own = f"{provider_pages.issuer_of(call.request)}/.well-known/openid-configuration"
    return {
        "enabled": True,
        "autoRegister": settings.auto_register,
        "autoLaunch": settings.auto_launch,
        "buttonText": settings.button_text,
        "clientId": provider.CLIENT_ID,
        "clientSecret": settings.client_secret,
        "issuerUrl": settings.issuer_url or own,
        "allowInsecureRequests": True,
        "signingAlgorithm": "HS256",
        "defaultStorageQuota": settings.default_storage_quota,
        "mobileOverrideEnabled": bool(settings.mobile_redirect_uri),
        "mobileRedirectUri": settings.mobile_redirect_uri,
    }


@routes.on("GET", "/system-config/defaults", "systemConfig.read", admin=True)
def get_config_defaults(_call: Call) -> Response:
    return json_answer(_DEFAULTS)


@routes.on("GET", "/system-config/storage-template-options", "systemConfig.read", admin=True)
def get_storage_template_options(_call: Call) -> Response:
    return json_answer(_TEMPLATE_OPTIONS)


@routes.on("GET", "/system-metadata/admin-onboarding", "systemMetadata.read", admin=True)
def get_admin_onboarding(_call: Call) -> Response:
    return json_answer({"isOnboarded": True})


@routes.on("POST", "/system-metadata/admin-onboarding", "systemMetadata.update", admin=True)
def update_admin_onboarding(call: Call) -> Response:
    """Nothing changes: who tests against this server has no use for the tour."""
    call.json({"isOnboarded": validation.boolean})
    return empty()


@routes.on("GET", "/system-metadata/reverse-geocoding-state", "systemMetadata.read", admin=True)
def get_reverse_geocoding_state(_call: Call) -> Response:
    return json_answer(
        {"lastUpdate": "2026-01-01T00:00:00+00:00", "lastImportFileName": "cities500.txt"}
    )


@routes.on("GET", "/system-metadata/version-check-state", "systemMetadata.read", admin=True)
def get_version_check_state(_call: Call) -> Response:
    return json_answer(NEVER_CHECKED)
