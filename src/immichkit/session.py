"""What a sign-in gives: a session, as a value that can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import msgspec

if TYPE_CHECKING:
    from immichkit.models import LoginResponseDto

__all__ = ["Session", "plain", "value_from"]

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Session:
    """A signed-in user on one server; whoever has the ``access_token`` acts as that user.

    It lasts until it is signed out, or ended under Account Settings → Authorized Devices.
    """

    base_url: str
    access_token: str = attrs.field(repr=False)
    user_id: str
    user_email: str
    name: str
    is_admin: bool = False
    should_change_password: bool = False

    @classmethod
    def of(cls, base_url: str, login: LoginResponseDto) -> Session:
        """The session that the server at ``base_url`` has answered a sign-in with."""
        return cls(
            base_url=base_url,
            access_token=login.access_token,
            user_id=login.user_id,
            user_email=login.user_email,
            name=login.name,
            is_admin=login.is_admin,
            should_change_password=login.should_change_password,
        )

    def to_dict(self) -> dict[str, Any]:
        """The session in what JSON can hold, the token in clear text."""
        return plain(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Session:
        """The session that `to_dict` was called on; `ValueError` if ``data`` is none."""
        return value_from(data, cls)


def plain(value: object) -> dict[str, Any]:
    """``value``, one of our own, in what JSON can hold."""
    made: dict[str, Any] = msgspec.to_builtins(value)
    return made


def value_from(data: Mapping[str, Any], kind: type[T]) -> T:
    """The value of ``kind`` that `plain` made ``data`` of; `ValueError` if it is none."""
    try:
        return msgspec.convert(data, kind)
    except (msgspec.ValidationError, ValueError) as error:
        raise ValueError(f"This is no {kind.__name__} as to_dict makes it: {error}.") from None
