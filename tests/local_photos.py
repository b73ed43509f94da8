"""Folders of made-up photos to upload."""

from __future__ import annotations

import hashlib
from pathlib import Path

from immichkit import Immich
from immichkit.testing import ImmichServer


def photos(folder: Path, *names: str) -> Path:
    """``folder`` with files of these names, each with bytes of its own."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"the bytes of {path}".encode())
    return folder


def on_the_server(server: ImmichServer, *, trash: bool = True) -> dict[str, str]:
    """The checksum of each asset, hidden ones too, by file name."""
    with Immich(server.url, api_key=server.api_key) as immich:
        assets = list(immich.search.iter_assets(with_deleted=trash))
    assert len({asset.checksum for asset in assets}) == len(assets)
    return {asset.original_file_name: asset.checksum for asset in assets}


def checksum(path: Path) -> str:
    """The SHA-1 of a file as the server writes it."""
    import base64

    return base64.b64encode(hashlib.sha1(path.read_bytes()).digest()).decode()


def sent(server: ImmichServer) -> int:
    """How many uploads reached the server."""
    return sum(seen.method == "POST" and seen.path == "/api/assets" for seen in server.requests)
