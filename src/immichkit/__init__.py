"""The Python SDK for Immich servers: every operation typed, in a blocking and an async form."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from immichkit_api.types import UNSET, File, Operation, Request, SavedFile

from immichkit.auth import AccessToken, ApiKey, SharedLink
from immichkit.errors import (
    ApiError,
    AuthenticationError,
    CriteriaError,
    DecodeError,
    DryRunError,
    ElevationRequiredError,
    ImmichError,
    IntegrityError,
    InvalidEventError,
    JournalError,
    MaintenanceError,
    MirrorError,
    NotFoundError,
    NotImmichError,
    NotOnThisServerError,
    OAuthError,
    PartialFailureError,
    PermissionDeniedError,
    RateLimitedError,
    RedirectError,
    RequestTimeoutError,
    ServerError,
    SyncError,
    SyncInterruptedError,
    TooLargeError,
    TransportError,
    ValidationError,
)
from immichkit.responses import Response
from immichkit.retry import RetryPolicy
from immichkit.timeouts import Timeout
from immichkit.version import __version__

if TYPE_CHECKING:
    from immichkit_api.facts import SERVER_VERSION

    from immichkit import models, operations
    from immichkit._async.body import AsyncBody
    from immichkit._async.immich import AsyncImmich
    from immichkit._async.library import AsyncLibraryMirror
    from immichkit._async.syncing import AsyncSyncEngine, AsyncSyncEvents
    from immichkit._async.undoing import AsyncJournal
    from immichkit._blocking.body import Body
    from immichkit._blocking.immich import Immich
    from immichkit._blocking.library import LibraryMirror
    from immichkit._blocking.syncing import SyncEngine, SyncEvents
    from immichkit._blocking.undoing import Journal
    from immichkit.albums import AlbumEntry, AlbumPlan
    from immichkit.apply_report import ApplyProgress, ApplyReport, ApplyResult, IdResult
    from immichkit.compatibility import Compatibility
    from immichkit.download_progress import DownloadProgress
    from immichkit.download_report import (
        ArchiveReport,
        ArchiveResult,
        DownloadReport,
        DownloadResult,
    )
    from immichkit.dry_run import HeldBack
    from immichkit.duplicate_groups import DuplicateGroup
    from immichkit.duplicates import DuplicateEntry, DuplicatePlan
    from immichkit.events import RequestEvent, ResponseEvent
    from immichkit.key_permissions import Permissions, permissions
    from immichkit.local.credentials import CredentialStore, SavedLogin
    from immichkit.local.library.changes import LibraryChange
    from immichkit.local.library.reports import LibraryCheck, LibraryUpdate
    from immichkit.merges import MergeEntry, MergePlan
    from immichkit.oauth import OAuthContext, OAuthLogin
    from immichkit.outcomes import KeyOutcome, Outcome
    from immichkit.people import KnownPeople, Portrait
    from immichkit.permission_check import PermissionCheck
    from immichkit.pkce import PKCE
    from immichkit.plans import Entry, Plan
    from immichkit.processing import ProcessingReport, ProcessingResult
    from immichkit.records import BadRecord
    from immichkit.session import Session
    from immichkit.stacking.planning import StackGroup, group_assets
    from immichkit.stacking.promotion import DEFAULT_PARENT_EXTENSIONS, DEFAULT_PARENT_NAMES
    from immichkit.stacks import StackEntry, StackPlan
    from immichkit.sync.events import SyncEvent
    from immichkit.sync.machine import SyncReport
    from immichkit.trash_fixing import TrashEntry, TrashPlan
    from immichkit.upload_report import (
        AlbumOutcome,
        AuditReport,
        AuditResult,
        UploadReport,
        UploadResult,
    )
    from immichkit.uploads import UploadProgress

__all__ = [
    "DEFAULT_PARENT_EXTENSIONS",
    "DEFAULT_PARENT_NAMES",
    "PKCE",
    "SERVER_VERSION",
    "UNSET",
    "AccessToken",
    "AlbumEntry",
    "AlbumOutcome",
    "AlbumPlan",
    "ApiError",
    "ApiKey",
    "ApplyProgress",
    "ApplyReport",
    "ApplyResult",
    "ArchiveReport",
    "ArchiveResult",
    "AsyncBody",
    "AsyncImmich",
    "AsyncJournal",
    "AsyncLibraryMirror",
    "AsyncSyncEngine",
    "AsyncSyncEvents",
    "AuditReport",
    "AuditResult",
    "AuthenticationError",
    "BadRecord",
    "Body",
    "Compatibility",
    "CredentialStore",
    "CriteriaError",
    "DecodeError",
    "DownloadProgress",
    "DownloadReport",
    "DownloadResult",
    "DryRunError",
    "DuplicateEntry",
    "DuplicateGroup",
    "DuplicatePlan",
    "ElevationRequiredError",
    "Entry",
    "File",
    "HeldBack",
    "IdResult",
    "Immich",
    "ImmichError",
    "IntegrityError",
    "InvalidEventError",
    "Journal",
    "JournalError",
    "KeyOutcome",
    "KnownPeople",
    "LibraryChange",
    "LibraryCheck",
    "LibraryMirror",
    "LibraryUpdate",
    "MaintenanceError",
    "MergeEntry",
    "MergePlan",
    "MirrorError",
    "NotFoundError",
    "NotImmichError",
    "NotOnThisServerError",
    "OAuthContext",
    "OAuthError",
    "OAuthLogin",
    "Operation",
    "Outcome",
    "PartialFailureError",
    "PermissionCheck",
    "PermissionDeniedError",
    "Permissions",
    "Plan",
    "Portrait",
    "ProcessingReport",
    "ProcessingResult",
    "RateLimitedError",
    "RedirectError",
    "Request",
    "RequestEvent",
    "RequestTimeoutError",
    "Response",
    "ResponseEvent",
    "RetryPolicy",
    "SavedFile",
    "SavedLogin",
    "ServerError",
    "Session",
    "SharedLink",
    "StackEntry",
    "StackGroup",
    "StackPlan",
    "SyncEngine",
    "SyncError",
    "SyncEvent",
    "SyncEvents",
    "SyncInterruptedError",
    "SyncReport",
    "Timeout",
    "TooLargeError",
    "TransportError",
    "TrashEntry",
    "TrashPlan",
    "UploadProgress",
    "UploadReport",
    "UploadResult",
    "ValidationError",
    "__version__",
    "group_assets",
    "models",
    "operations",
    "permissions",
]

_LATER = {
    "DEFAULT_PARENT_EXTENSIONS": "immichkit.stacking.promotion",
    "DEFAULT_PARENT_NAMES": "immichkit.stacking.promotion",
    "SERVER_VERSION": "immichkit_api.facts",
    "AlbumEntry": "immichkit.albums",
    "AlbumOutcome": "immichkit.upload_report",
    "AlbumPlan": "immichkit.albums",
    "ApplyProgress": "immichkit.apply_report",
    "ApplyReport": "immichkit.apply_report",
    "ApplyResult": "immichkit.apply_report",
    "ArchiveReport": "immichkit.download_report",
    "ArchiveResult": "immichkit.download_report",
    "AsyncBody": "immichkit._async.body",
    "AsyncImmich": "immichkit._async.immich",
    "AsyncJournal": "immichkit._async.undoing",
    "AsyncLibraryMirror": "immichkit._async.library",
    "AsyncSyncEngine": "immichkit._async.syncing",
    "AsyncSyncEvents": "immichkit._async.syncing",
    "AuditReport": "immichkit.upload_report",
    "AuditResult": "immichkit.upload_report",
    "BadRecord": "immichkit.records",
    "Body": "immichkit._blocking.body",
    "Compatibility": "immichkit.compatibility",
    "CredentialStore": "immichkit.local.credentials",
    "DownloadProgress": "immichkit.download_progress",
    "DownloadReport": "immichkit.download_report",
    "DownloadResult": "immichkit.download_report",
    "DuplicateEntry": "immichkit.duplicates",
    "DuplicateGroup": "immichkit.duplicate_groups",
    "DuplicatePlan": "immichkit.duplicates",
    "Entry": "immichkit.plans",
    "HeldBack": "immichkit.dry_run",
    "IdResult": "immichkit.apply_report",
    "Immich": "immichkit._blocking.immich",
    "Journal": "immichkit._blocking.undoing",
    "KeyOutcome": "immichkit.outcomes",
    "KnownPeople": "immichkit.people",
    "LibraryChange": "immichkit.local.library.changes",
    "LibraryCheck": "immichkit.local.library.reports",
    "LibraryMirror": "immichkit._blocking.library",
    "LibraryUpdate": "immichkit.local.library.reports",
    "MergeEntry": "immichkit.merges",
    "MergePlan": "immichkit.merges",
    "OAuthContext": "immichkit.oauth",
    "OAuthLogin": "immichkit.oauth",
    "Outcome": "immichkit.outcomes",
    "PKCE": "immichkit.pkce",
    "PermissionCheck": "immichkit.permission_check",
    "Permissions": "immichkit.key_permissions",
    "Plan": "immichkit.plans",
    "Portrait": "immichkit.people",
    "ProcessingReport": "immichkit.processing",
    "ProcessingResult": "immichkit.processing",
    "RequestEvent": "immichkit.events",
    "ResponseEvent": "immichkit.events",
    "SavedLogin": "immichkit.local.credentials",
    "Session": "immichkit.session",
    "StackEntry": "immichkit.stacks",
    "StackGroup": "immichkit.stacking.planning",
    "StackPlan": "immichkit.stacks",
    "SyncEngine": "immichkit._blocking.syncing",
    "SyncEvent": "immichkit.sync.events",
    "SyncEvents": "immichkit._blocking.syncing",
    "SyncReport": "immichkit.sync.machine",
    "TrashEntry": "immichkit.trash_fixing",
    "TrashPlan": "immichkit.trash_fixing",
    "UploadProgress": "immichkit.uploads",
    "UploadReport": "immichkit.upload_report",
    "UploadResult": "immichkit.upload_report",
    "group_assets": "immichkit.stacking.planning",
    "permissions": "immichkit.key_permissions",
}


def __getattr__(name: str) -> Any:
    """Import what not every program needs when it is first asked for (PEP 562)."""
    if name in _LATER:
        value = getattr(import_module(_LATER[name]), name)
    elif name in {"models", "operations"}:
        return import_module(f"immichkit.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
