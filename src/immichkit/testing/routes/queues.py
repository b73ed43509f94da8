"""The queues of background work, in the form of today and in that of v1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit_api.models import ManualJobName, QueueCommand, QueueJobStatus, QueueName

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, empty, json_answer
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import queues
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from starlette.responses import Response

_STATUSES: Final = tuple(status.value for status in QueueJobStatus)
_NAME: Final = validation.shape({"name": validation.one_of(*(name.value for name in QueueName))})
_STATUS: Final = validation.array(validation.one_of(*_STATUSES))
_COMMAND: Final = validation.one_of(*(command.value for command in QueueCommand))
_CHORE: Final = validation.one_of(*(name.value for name in ManualJobName))
# What is queued to find all that is to be done; the other queues cannot be started.
_STARTED: Final = {
    "thumbnailGeneration": "AssetGenerateThumbnailsQueueAll",
    "metadataExtraction": "AssetExtractMetadataQueueAll",
    "videoConversion": "AssetEncodeVideoQueueAll",
    "faceDetection": "AssetDetectFacesQueueAll",
    "facialRecognition": "FacialRecognitionQueueAll",
    "smartSearch": "SmartSearchQueueAll",
    "duplicateDetection": "AssetDetectDuplicatesQueueAll",
    "storageTemplateMigration": "StorageTemplateMigration",
    "migration": "FileMigrationQueueAll",
    "sidecar": "SidecarQueueAll",
    "library": "LibraryScanQueueAll",
    "backupDatabase": "DatabaseBackup",
    "ocr": "OcrQueueAll",
}

routes: Final = Routes()


@routes.on("GET", "/queues", "queue.read", admin=True)
def get_queues(call: Call) -> Response:
    return json_answer([queues.view(call.state.queues, name.value) for name in QueueName])


@routes.on("GET", "/queues/{name}", "queue.read", admin=True)
def get_queue(call: Call) -> Response:
    return json_answer(queues.view(call.state.queues, _name(call)))


@routes.on("PUT", "/queues/{name}", "queue.update", admin=True)
def update_queue(call: Call) -> Response:
    """Pause or resume a queue; what waited in it is done once the answer is out."""
    name = _name(call)
    is_paused = call.json({"isPaused": optional(validation.boolean)}).get("isPaused")
    if is_paused and name == QueueName.BACKGROUND_TASK:
        raise RefusalError(400, "The BackgroundTask queue cannot be paused")
    if is_paused is not None:
        _pause(call, name, is_paused=is_paused)
    return json_answer(queues.view(call.state.queues, name))


@routes.on("GET", "/queues/{name}/jobs", "queueJob.read", admin=True)
def get_queue_jobs(call: Call) -> Response:
    name = _name(call)
    statuses = call.query({"status": optional(_STATUS)}).get("status", _STATUSES)
    return json_answer(queues.job_views(call.state.queues, name, statuses))


@routes.on("DELETE", "/queues/{name}/jobs", "queueJob.delete", admin=True)
def empty_queue(call: Call) -> Response:
    name = _name(call)
    call.json({"failed": optional(validation.boolean)})
    call.state.queues.empty(name)
    return empty()


@routes.on("GET", "/jobs", "job.read", admin=True)
def get_queues_legacy(call: Call) -> Response:
    return json_answer({name.value: _legacy_view(call, name.value) for name in QueueName})


@routes.on("PUT", "/jobs/{name}", "job.create", admin=True)
def run_queue_command_legacy(call: Call) -> Response:
    """Do as a queue is told; what starting it would find to do is done already."""
    name = _name(call)
    body = call.json({"command": _COMMAND, "force": optional(validation.boolean)})
    match QueueCommand(body["command"]):
        case QueueCommand.START if name not in _STARTED:
            raise RefusalError(400, f"Invalid job name: {name}")
        case QueueCommand.START:
            call.state.queues.add(name, _STARTED[name], {"force": body.get("force")})
            call.jobs.append(call.state.readings.work)
        case QueueCommand.PAUSE:
            _pause(call, name, is_paused=True)
        case QueueCommand.RESUME:
            _pause(call, name, is_paused=False)
        case QueueCommand.EMPTY:
            call.state.queues.empty(name)
        case _:
            pass  # no job of this server fails
    return json_answer(_legacy_view(call, name))


@routes.on("POST", "/jobs", "job.create", admin=True)
def create_job(call: Call) -> Response:
    """Nothing more than the check: there is nothing to clean up."""
    call.json({"name": _CHORE})
    return empty()


def _name(call: Call) -> str:
    found: str = validation.read(_NAME, dict(call.parameters))["name"]
    return found


def _pause(call: Call, name: str, *, is_paused: bool) -> None:
    call.state.queues.pause(name, is_paused=is_paused)
    if not is_paused:
        call.jobs.append(call.state.readings.work)


def _legacy_view(call: Call, name: str) -> dict[str, Any]:
    view = queues.view(call.state.queues, name)
    return {
        "queueStatus": {"isPaused": view["isPaused"], "isActive": False},
        "jobCounts": view["statistics"],
    }
