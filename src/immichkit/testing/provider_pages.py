"""The identity provider as a browser sees it, and as programs ask it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from immichkit.testing import provider
from immichkit.testing.provider import ProviderError

if TYPE_CHECKING:
    from starlette.requests import Request

    from immichkit.testing.state import State

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1>
{content}
</main></body></html>
"""
_FORM: Final = """<form method="post">
<label>Email <input name="email" type="email" required autofocus></label>
<button type="submit" id="sign-in">Sign in</button>
<button type="submit" id="deny" name="deny" value="true" formnovalidate>Deny</button>
</form>"""
_NOT_FOUND: Final = 404


def is_for(path: str, state: State) -> bool:
    """Whether the path is the provider's, and OAuth is on."""
    is_its = path.startswith(provider.PATH + "/")
    return is_its and state.oauth.settings is not None


def issuer_of(request: Request) -> str:
    """The provider's name: its address on the server that the request came to."""
    return f"{request.base_url}{provider.PATH[1:]}"


async def answer(request: Request, state: State) -> Response:
    """The provider's answer to a request."""
    place = request.method, request.scope["path"].removeprefix(provider.PATH)
    try:
        match place:
            case ("GET", "/.well-known/openid-configuration"):
                return _description(request, state)
            case ("GET", "/jwks"):
                return JSONResponse({"keys": []})
            case ("GET", "/auth"):
                state.oauth.provider.check(request.query_params)
                return _page("Sign in", _FORM)
            case ("POST", "/auth"):
                return await _sign_in(request, state)
            case ("POST", "/token"):
                return await _token(request, state)
            case ("GET", "/session/end"):
                return _page("Signed out", "<p>You can close this window.</p>")
    except ProviderError as error:
        return JSONResponse({"error": str(error)}, 400)
    return _page("Not found", "", _NOT_FOUND)


def _description(request: Request, state: State) -> Response:
    issuer = issuer_of(request)
    found = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/auth",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/session/end",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["HS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "authorization_response_iss_parameter_supported": True,
    }
    settings = state.oauth.settings
    if settings is not None and settings.has_pkce:
        found["code_challenge_methods_supported"] = ["S256"]
    return JSONResponse(found)


async def _sign_in(request: Request, state: State) -> Response:
    form = await request.form()
    asked, issuer = request.query_params, issuer_of(request)
    email = str(form.get("email", ""))
    if "deny" in form:
        target = state.oauth.provider.deny(asked, issuer)
    elif not email:
        return _page("Sign in", _FORM)
    else:
        claims = provider.claims_of(email, {})
        target = state.oauth.provider.permit(asked, issuer, claims)
    return RedirectResponse(target, 303)


async def _token(request: Request, state: State) -> Response:
    form = {name: str(value) for name, value in (await request.form()).items()}
    _claims, id_token = state.oauth.provider.redeem(
        form.get("code", ""),
        redirect_uri=form.get("redirect_uri", ""),
        client_secret=form.get("client_secret", ""),
        verifier=form.get("code_verifier"),
    )
    found = {"access_token": id_token, "id_token": id_token, "token_type": "Bearer"}
    return JSONResponse(found, headers={"cache-control": "no-store"})


def _page(title: str, content: str, status: int = 200) -> Response:
    body = _PAGE.format(title=html.escape(title), content=content)
    return HTMLResponse(body, status, headers={"cache-control": "no-store"})
