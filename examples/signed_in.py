"""Sign in as a person does, copy the library into a file, and watch a change arrive there.

    python examples/signed_in.py [--browser]

Without IMMICH_BASE_URL the server is the embedded one (immichkit[testing]), which has an identity
provider of its own. On a real one, --browser signs in there; else the session in
IMMICH_ACCESS_TOKEN does, as an IMMICH_API_KEY cannot sync. What this run adds is deleted again: a
photo, an album, and a session of its own, so that nobody else's place in the stream is lost.
"""

import argparse
import os
import secrets
import sys
import tempfile
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from immichkit import Immich, ImmichError, LibraryMirror

PHOTO = Path(__file__).resolve().parents[1] / "tests" / "recordings" / "media" / "plain.jpg"
PATIENCE = 60


def main() -> int:
    """Sign in, mirror, change something, sign out; the exit status is 0 only if all that works."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--browser", action="store_true", help="open a browser to sign in")
    given = parser.parse_args()
    url, token = os.environ.get("IMMICH_BASE_URL"), os.environ.get("IMMICH_ACCESS_TOKEN")
    session: AbstractContextManager[Immich]
    if not url:
        session = embedded(given.browser)
    elif given.browser:
        session = signed_in(url, webbrowser.open)
    elif token:
        session = session_below(url, token)
    else:
        print("Signing in is left out: give --browser, or set IMMICH_ACCESS_TOKEN.")
        return 0
    try:
        with (
            session as immich,
            tempfile.TemporaryDirectory() as folder,
            LibraryMirror(Path(folder, "library.db")) as mirror,
        ):
            keep_up(immich, mirror)
    except ImmichError as error:
        print(f"The server and we do not get along: {error}", file=sys.stderr)
        return 1
    print("Signed out.")
    return 0


@contextmanager
def embedded(in_browser: bool) -> Iterator[Immich]:
    """A client of an embedded server with a few photos, signed in by its identity provider."""
    try:
        from immichkit.testing import ImmichServer  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise SystemExit(
            'Set IMMICH_BASE_URL, or install the embedded server: pip install "immichkit[testing]"'
        ) from error

    with ImmichServer() as server:
        server.seed(assets=12)
        provider = server.enable_oauth()

        def browse(url: str) -> None:
            # Whoever types the address at the login page comes back like that.
            httpx.get(provider.sign_in(url, email=server.email), trust_env=False)

        print(f"The embedded server, where {server.email} has photos.")
        with signed_in(server.url, webbrowser.open if in_browser else browse) as immich:
            yield immich


@contextmanager
def signed_in(url: str, open_browser: Callable[[str], object]) -> Iterator[Immich]:
    """A client of whoever signs in with the server's identity provider, until it is done with."""
    with Immich(url) as nobody:
        session = nobody.oauth.login_in_browser(open_browser=open_browser)
    with Immich.from_session(session) as immich:
        try:
            yield immich
        finally:
            immich.sign_out()


@contextmanager
def session_below(url: str, token: str) -> Iterator[Immich]:
    """A client with a new session of the user who has the token's, until it is done with."""
    with Immich(url, access_token=token) as user:
        session = user.sessions.create_session(device_type="immichkit", duration=3600)
    with Immich(url, access_token=session.token) as immich:
        try:
            yield immich
        finally:
            immich.sign_out()


def keep_up(immich: Immich, mirror: LibraryMirror) -> None:
    """Fill the mirror, and see what happens on the server happen in it."""
    print(f"Signed in to {immich.base_url} as {immich.users.get_my_user().email}.\n")
    update = mirror.update(immich)
    print(f"{sum(update.counts.values())} events have filled {mirror.path.name}:")
    show(mirror)

    with new_photo(immich) as (asset_id, album_id):
        until(lambda: any(mirror.album_assets(album_id)), immich, mirror)
        print("\nA photo in an album is new on the server; updating the mirror brought")
        for change in mirror.changes(since=update.number):
            if asset_id in change.id or album_id in change.id:
                print(f"  {change.kind}  {change.entity}")

        immich.assets.update_asset(asset_id, is_favorite=True)
        print("\nIt is made a favorite there; following the library brought")
        for change in mirror.follow(immich, every=0.5):
            if change.entity == "asset" and change.id == asset_id and change.model.is_favorite:
                print(f"  {change.kind}  {change.entity}  {change.model.original_file_name}")
                break
    until(lambda: not (mirror.asset(asset_id) or mirror.album(album_id)), immich, mirror)
    print("\nPhoto and album are deleted again, there and here.")
    until(lambda: not mirror.verify(immich).differences, immich, mirror)
    print(mirror.verify(immich))


def show(mirror: LibraryMirror) -> None:
    """A little of what is in the mirror, by SQL and as models."""
    counts = mirror.connection.execute(
        "select 'photos and videos', count(*) from asset union all "
        "select 'albums', count(*) from album union all "
        "select 'people', count(*) from person"
    )
    print(" ", ", ".join(f"{count} {what}" for what, count in counts))
    for asset in mirror.assets(
        "file_created_at is not null", order_by="file_created_at desc", limit=3
    ):
        print(f"  {asset.file_created_at:%Y-%m-%d}  {asset.original_file_name}")


@contextmanager
def new_photo(immich: Immich) -> Iterator[tuple[str, str]]:
    """The ids of a photo that no server has seen before and of its album, as long as it lasts."""
    now = datetime.now(UTC)
    with ExitStack() as undo, tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "new.jpg")
        # Decoders stop at the end of a picture.
        path.write_bytes(PHOTO.read_bytes() + secrets.token_bytes(16))
        asset = immich.assets.upload_asset(
            asset_data=path, file_created_at=now, file_modified_at=now
        )
        undo.callback(immich.assets.delete_assets, ids=[asset.id], force=True)
        name = f"Signed in {now:%Y-%m-%d %H:%M:%S}"
        album = immich.albums.create_album(album_name=name, asset_ids=[asset.id])
        undo.callback(immich.albums.delete_album, album.id)
        yield asset.id, album.id


def until(fact: Callable[[], bool], immich: Immich, mirror: LibraryMirror) -> None:
    """Update the mirror until ``fact`` holds: a server does some things a moment later."""
    patience = time.monotonic() + PATIENCE
    mirror.update(immich)
    while not fact():
        if time.monotonic() > patience:
            raise SystemExit(f"The mirror is not where the server is.\n{mirror.verify(immich)}")
        time.sleep(0.2)
        mirror.update(immich)


if __name__ == "__main__":
    sys.exit(main())
