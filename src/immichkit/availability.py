"""What a server of some version has, and what of a request it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from immichkit_api import facts
from immichkit_api.types import UNSET, Request
from msgspec import Struct

from immichkit.errors import NotOnThisServerError

__all__ = ["depends_on_version", "known_release", "lacking", "refusal", "release_key"]


def release_key(version: str) -> tuple[int, ...]:
    """``version`` as numbers that sort as releases do, without a leading ``v`` or a suffix."""
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", version)
    if found is None:
        raise ValueError(f"{version!r} is not a server version such as 3.1.0.")
    return tuple(int(number) for number in found.groups())


@lru_cache(maxsize=8)
def known_release(version: str) -> str:
    """The release whose contract describes a server of ``version``: the newest not newer than it.

    A server that is older than all known ones is described by the oldest.
    """
    wanted = release_key(version)
    older = [release for release in facts.RELEASES if release_key(release) <= wanted]
    return older[-1] if older else facts.RELEASES[0]


def depends_on_version(request: Request[Any]) -> bool:
    """Whether some supported release lacks anything that ``request`` uses."""
    return any(_supported() - set(having) for _, having in _used(request))


def lacking(request: Request[Any], version: str) -> list[tuple[str, str]]:
    """What ``request`` uses and a server of ``version`` lacks, with the release that brought it.

    The operation itself is named by its Python name, a parameter or a field of the body by its
    name on the wire. Empty if the server has everything.
    """
    used = list(_used(request))
    # Every request passes here, and most use nothing that any release lacks.
    release = known_release(version) if used else ""
    return [(name, having[0]) for name, having in used if release not in having]


def refusal(request: Request[Any], version: str) -> NotOnThisServerError | None:
    """The error for what ``request`` uses and a server of ``version`` lacks; None if nothing."""
    missing = lacking(request, version)
    if not missing:
        return None
    operation = request.operation.name or request.operation.id
    names = tuple(dict.fromkeys(name for name, _ in missing))
    needs = max((release for _, release in missing), key=release_key)
    if operation in names:
        what = f"{operation} needs"
    else:
        what = f"{' and '.join(f'`{name}`' for name in names)} of {operation} "
        what += "need" if len(names) > 1 else "needs"
    return NotOnThisServerError(
        f"{what} v{needs}, the server is v{version.removeprefix('v')}. Nothing was sent: a server "
        "drops what it does not know in silence. Upgrade the server, or do without.",
        operation=operation,
        lacking=names,
        needs=needs,
        server_version=version,
    )


def _used(request: Request[Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The items of ``request`` that some known release lacks, with the releases that have them."""
    spotty = _spotty().get(request.operation.id)
    if spotty is None:
        return
    if "" in spotty:
        yield request.operation.name, spotty[""]
    for where, names in (("query", request.query), ("header", request.headers)):
        for name in names:
            if (having := spotty.get(f"{where}.{name}")) is not None:
                yield name, having
    for field in dict.fromkeys(_fields(request.body, "")):
        if (having := spotty.get(field)) is not None:
            yield field, having


@cache
def _supported() -> frozenset[str]:
    oldest = release_key(facts.SUPPORTED_FROM)
    return frozenset(release for release in facts.RELEASES if release_key(release) >= oldest)


@cache
def _spotty() -> dict[str, dict[str, tuple[str, ...]]]:
    """By operation what some known release lacks; the operation itself is ``""``."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for item, having in facts.LACKING.items():
        _, operation, *rest = item.split("/", 2)
        found.setdefault(operation, {})[rest[0] if rest else ""] = having
    return found


def _fields(value: Any, path: str) -> Iterator[str]:
    """The fields that a body gives, as the contract's history names them: ``a``, ``a[].b``."""
    match value:
        case Struct():
            names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
            given = {wire: getattr(value, name) for name, wire in names}
            yield from _fields({k: v for k, v in given.items() if v is not UNSET}, path)
        case Mapping():
            for name, part in value.items():
                inner = f"{path}.{name}" if path else str(name)
                yield inner
                yield from _fields(part, inner)
        case list() | tuple():
            for part in value:
                yield from _fields(part, f"{path}[]")
        case _:
            pass
