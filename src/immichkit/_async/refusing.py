"""What an answer that is no success means, with a question to the server where that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immichkit_api.types import Request

from immichkit._async.body import AsyncBody
from immichkit._http import same_host
from immichkit.auth import SharedLink
from immichkit.decode import decode_any
from immichkit.errors import ApiError, AuthenticationError, ImmichError
from immichkit.redirects import UNSIGNED, redirect_error
from immichkit.refusals import api_error, is_unknown_route, maintenance_error
from immichkit.requests import undeclared

if TYPE_CHECKING:
    from immichkit._async.client import AsyncClient

__all__ = ["link_cookie", "refusal"]


async def refusal(client: AsyncClient, request: Request[Any], body: AsyncBody) -> ApiError:
    """The exception for ``body``, which is no success."""
    content = client.settings.concealed(await body.read())
    operation, status = request.operation, body.status_code
    if status in {401, 403} and not same_host(body.url, client.settings.base_url):
        return redirect_error(operation, status, request.path, body.url, UNSIGNED)
    error = api_error(operation, status, body.headers, content, path=request.path)
    # What no operation knows may well be unknown to the server, too: no need to ask it.
    if operation.name and is_unknown_route(error) and await _is_in_maintenance(client):
        return maintenance_error(error)
    return error


async def link_cookie(client: AsyncClient, failure: ApiError) -> str | None:
    """The cookie that a shared link gives for its password; None if that was not the trouble."""
    link = client.settings.auth
    if not isinstance(link, SharedLink) or link.password is None:
        return None
    if not isinstance(failure, AuthenticationError) or failure.message != "Password required":
        return None
    login = undeclared("POST", "/shared-links/login", json={"password": link.password})
    answer = await client.send(login)
    return answer.headers.get("set-cookie", "").partition(";")[0] or None


async def _is_in_maintenance(client: AsyncClient) -> bool:
    """Whether the server says so, in one of the few answers that it still gives then."""
    question = undeclared("GET", "/server/config")
    try:
        body = await client.follow(question, None, 1)
        if not body.is_success:
            await body.close()
            return False
        answer = decode_any(question.operation, await body.read())
    except ImmichError:
        return False
    return isinstance(answer, dict) and answer.get("maintenanceMode") is True
