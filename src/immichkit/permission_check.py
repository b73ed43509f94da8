"""Whether whoever asks may do what a program is about to do."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from immichkit.errors import PermissionDeniedError
from immichkit.key_permissions import Permissions

__all__ = ["PermissionCheck", "compared"]


@attrs.frozen(kw_only=True)
class PermissionCheck:
    """What a client's credential may not do of what is wanted: true if there is nothing.

    ``needed`` are the permissions that were asked about, ``missing`` those that the API key lacks;
    a session lacks none. ``needs_session`` are operations that no key may use, and so this one
    neither; ``needs_administrator`` those that are refused since the user is none. ``notes`` say in
    words what else is to be known.
    """

    needed: tuple[str, ...]
    missing: tuple[str, ...] = ()
    needs_session: tuple[str, ...] = ()
    needs_administrator: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether all of it is allowed."""
        return not (self.missing or self.needs_session or self.needs_administrator)

    def __str__(self) -> str:
        lacking = {
            "The API key lacks": self.missing,
            "Only a signed-in session, not an API key, may use": self.needs_session,
            "Only an administrator may use": self.needs_administrator,
        }
        found = [f"{what} {', '.join(names)}." for what, names in lacking.items() if names]
        return " ".join(["Nothing is missing."] * (not found) + found + list(self.notes))

    def raise_for_missing(self) -> None:
        """Raise a `PermissionDeniedError` that names all that is missing, if anything is."""
        if not self:
            error = PermissionDeniedError(f"{self} Nothing was written.")
            error.permission = self.missing[0] if self.missing else None
            raise error


def compared(
    wanted: Permissions, granted: Collection[str] | None, *, is_administrator: bool | None
) -> PermissionCheck:
    """What of ``wanted`` is not allowed to a key with the permissions ``granted``.

    A session, for which that is None, may do all that its user may. ``is_administrator`` is None
    if it is not known, or does not matter.
    """
    is_key = granted is not None
    has_all = granted is None or "all" in granted
    notes: list[str] = []
    if wanted.needs_administrator and is_administrator is None:
        names = ", ".join(wanted.needs_administrator)
        notes.append(
            f"Only an administrator may use {names}; whether the user is one, a key without "
            "user.read cannot tell."
        )
    needed = tuple(permission.value for permission in wanted)
    return PermissionCheck(
        needed=needed,
        missing=() if has_all else tuple(name for name in needed if name not in (granted or ())),
        needs_session=tuple(wanted.needs_session) if is_key else (),
        needs_administrator=(
            tuple(wanted.needs_administrator) if is_administrator is False else ()
        ),
        notes=tuple(notes),
    )
