"""Uploads in one line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

MEDIA = Path(__file__).parent.parent / "recordings" / "media"
DAY = "2024-05-01T10:00:00.000Z"


def post(
    client: httpx.Client,
    content: bytes = b"a photo",
    name: str = "a.jpg",
    *,
    headers: dict[str, str] | None = None,
    **fields: Any,
) -> httpx.Response:
    """The answer to an upload."""
    # A photo whose file tells no date counts as taken at the earlier of the two.
    day = fields.get("fileCreatedAt", DAY)
    data = {"fileCreatedAt": day, "fileModifiedAt": day, **fields}
    return client.post("/assets", files={"assetData": (name, content)}, data=data, headers=headers)


def upload(
    client: httpx.Client, content: bytes = b"a photo", name: str = "a.jpg", **fields: Any
) -> str:
    """The id of a new asset."""
    answer = post(client, content, name, **fields)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def find(client: httpx.Client, **filters: Any) -> list[str]:
    """The names of the assets that a search finds."""
    answer = client.post("/search/metadata", json=filters)
    assert answer.status_code == 200, answer.text
    return [item["originalFileName"] for item in answer.json()["assets"]["items"]]


def second_user(client: httpx.Client, name: str = "bob") -> str:
    """The API key of another user."""
    account = {"email": f"{name}@example.com", "password": "password", "name": name}
    client.post("/admin/users", json=account).raise_for_status()
    login = client.post("/auth/login", json=account)
    token = login.json()["accessToken"]
    client.cookies.clear()
    made = client.post(
        "/api-keys", json={"permissions": ["all"]}, headers={"x-immich-user-token": token}
    )
    secret: str = made.json()["secret"]
    return secret
