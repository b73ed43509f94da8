"""The permissions that calls need: from the contract, and from what helpers declare."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, TypeAlias

from immichkit_api import operations
from immichkit_api.models import Permission
from immichkit_api.types import Operation, Request

from immichkit.needs import declared
from immichkit.options import kind_of

__all__ = ["Call", "Permissions", "needs_of", "permissions"]

Call: TypeAlias = Callable[..., Any] | Operation[Any] | Request[Any] | str
"""A method of a client, with `functools.partial` if its options matter; an operation; a request;
or a permission by its name."""

_GENERATED: Final = ("immichkit_api.groups.", "immichkit_api.operations.")
_OF_ANY_KEY: Final = frozenset({"api_keys.get_my_api_key", "authentication.validate_access_token"})
"""What v3.1 answers to every key, whatever its permissions."""

_OF_SESSIONS: Final = frozenset(
    {
        "authentication.lock_auth_session",
        "authentication.logout",
        "authentication.unlock_auth_session",
        "sessions.create_session",
        "sync.delete_sync_ack",
        "sync.get_sync_ack",
        "sync.get_sync_stream",
        "sync.send_sync_ack",
    }
)
"""What v3.1 refuses to every key, or does nothing about."""


class Permissions(list[Permission]):
    """The permissions that an API key must hold, sorted: a list, with what no permission covers.

    ``needs_session`` are operations that no key may use at all, only a signed-in session;
    ``needs_administrator`` those that only an administrator may, be it by key or by session.
    ``optional`` are further permissions that are used if they are there: without them a call does
    less in some cases, as its documentation says. One that only a key for everything may use makes
    the list ``["all"]``, which includes all others.
    """

    def __init__(
        self,
        names: Iterable[str],
        *,
        needs_session: Iterable[str] = (),
        needs_administrator: Iterable[str] = (),
        optional: Iterable[str] = (),
    ) -> None:
        found = set(names)
        super().__init__(map(Permission, ["all"] if "all" in found else sorted(found)))
        self.needs_session = sorted(set(needs_session))
        self.needs_administrator = sorted(set(needs_administrator))
        self.optional = sorted(set(optional) - found) if "all" not in found else []

    def __repr__(self) -> str:
        return repr([permission.value for permission in self])


def permissions(*calls: Call) -> Permissions:
    """The permissions that an API key must hold for all of ``calls``, and no more, sorted.

    ``calls`` are methods of a client, such as ``immich.assets.upload``: without options, or as
    ``partial(immich.assets.upload, album="Trip")`` with those that are to be used, for some need
    more. Operations, requests and permissions by name are taken, too.
    """
    names: set[str] = set()
    optional: set[str] = set()
    sessions: set[str] = set()
    administrators: set[str] = set()
    for call in calls:
        if isinstance(call, str):
            names.add(_checked(call))
            continue
        required, possible = needs_of(call)
        for operation in required:
            if operation.name in _OF_SESSIONS:
                sessions.add(operation.name)
            elif (permission := _permission(operation)) is not None:
                names.add(permission)
            if operation.admin_only:
                administrators.add(operation.name)
        optional.update(filter(None, map(_permission, possible)))
    return Permissions(
        names, needs_session=sessions, needs_administrator=administrators, optional=optional
    )


def needs_of(
    call: Callable[..., Any] | Operation[Any] | Request[Any],
) -> tuple[list[Operation[Any]], list[Operation[Any]]]:
    """The operations that ``call`` may send, and those it does without if need be."""
    if isinstance(call, Request):
        call = call.operation
    if isinstance(call, Operation):
        return [call], []
    if isinstance(call, partial):
        # Of one in another, `partial` itself makes a single one.
        function, arguments, options = call.func, call.args, call.keywords
    else:
        function, arguments, options = call, (), {}
    if declaration := declared(function):
        signature = inspect.signature(function)
        given = signature.bind_partial(*arguments, **options).arguments
        parameters = signature.parameters.items()
        usual = {name: one.default for name, one in parameters if one.default is not one.empty}
        if (owner := getattr(function, "__self__", None)) is not None:
            given["self"] = owner
        found = [need for need in declaration if need.holds(given, usual)]
        required = {name for need in found if not need.optional for name in need.operations}
        possible = {name for need in found if need.optional for name in need.operations}
        return _operations(required), _operations(possible - required)
    module = getattr(function, "__module__", None) or ""
    if module.startswith(_GENERATED):
        return [_of_generated(module.rpartition(".")[2], function.__name__)], []
    name = getattr(function, "__qualname__", kind_of(function))
    raise TypeError(
        f"{name} says nothing about permissions: give "
        "methods of a client, such as immich.assets.upload, operations or names of permissions."
    )


def _operations(names: Iterable[str]) -> list[Operation[Any]]:
    return [_of_generated(*name.split(".")) for name in sorted(names)]


def _of_generated(group: str, name: str) -> Operation[Any]:
    """The operation behind a generated function, or behind its twin that saves to a file."""
    module = getattr(operations, group)
    operation = getattr(module, name.upper(), None)
    if operation is None:
        operation = getattr(module, name.removesuffix("_to_file").upper())
    if not isinstance(operation, Operation):
        raise TypeError(f"{group}.{name} is no operation.")
    return operation


def _permission(operation: Operation[Any]) -> str | None:
    """What a key must hold; v3.1 wants one for everything where the contract names none."""
    if not operation.authenticated or operation.name in _OF_ANY_KEY:
        return None
    return operation.permission or "all"


def _checked(name: str) -> str:
    if not Permission(name).is_known:
        raise ValueError(f"{name!r} is no permission that Immich has, such as asset.read.")
    return name
