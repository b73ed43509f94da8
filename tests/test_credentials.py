"""The logins that are kept on this computer."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from immichkit import AccessToken, ApiKey, CredentialStore, SavedLogin, Session

TOKEN = "the-token-that-nobody-may-see"
posix = pytest.mark.skipif(os.name == "nt", reason="permissions of another kind")


def session(user: str = "ann", server: str = "https://photos.test/api") -> Session:
    return Session(
        base_url=server,
        access_token=f"{TOKEN}-{user}",
        user_id=f"id-of-{user}",
        user_email=f"{user}@example.com",
        name=user.title(),
    )


def key(user: str = "bob", server: str = "https://photos.test/api") -> SavedLogin:
    email = f"{user}@example.com"
    return SavedLogin(base_url=server, user_id=f"id-of-{user}", user_email=email, api_key=TOKEN)


@pytest.fixture
def store(tmp_path: Path) -> CredentialStore:
    return CredentialStore(tmp_path / "settings" / "credentials.json")


def emails(store: CredentialStore) -> list[str]:
    return [login.user_email.partition("@")[0] for login in store.logins()]


def test_store_without_a_file_is_empty(store: CredentialStore) -> None:
    assert store.logins() == ()
    assert store.find() is None
    assert store.remove(session()) is False
    assert not store.path.exists()


def test_logins_come_back_as_they_were(store: CredentialStore) -> None:
    store.save(session("ann"))
    store.save(key("bob"))
    again = CredentialStore(store.path)
    assert again.logins() == (key("bob"), SavedLogin.of(session("ann")))
    assert [login.auth for login in again.logins()] == [
        ApiKey(TOKEN),
        AccessToken(f"{TOKEN}-ann"),
    ]


def test_newest_login_is_the_default_unless_it_is_not_to_be(store: CredentialStore) -> None:
    store.save(session("ann"))
    store.save(session("bob"))
    store.save(session("cem"), default=False)
    assert emails(store) == ["bob", "ann", "cem"]
    store.save(session("ann"), default=False)
    assert emails(store) == ["bob", "ann", "cem"]
    store.save(session("ann"))
    assert emails(store) == ["ann", "bob", "cem"]


def test_login_replaces_the_one_of_the_same_user_on_the_same_server(store: CredentialStore) -> None:
    store.save(session("ann"))
    store.save(session("ann", "https://other.test/api"))
    store.save(key("ann"))
    assert [login.base_url for login in store.logins()] == [
        "https://photos.test/api",
        "https://other.test/api",
    ]
    assert store.logins()[0].api_key == TOKEN


def test_login_is_found_by_server_and_user(store: CredentialStore) -> None:
    for login in (session("ann"), session("bob"), session("ann", "https://other.test/api")):
        store.save(login)
    found = store.find("https://photos.test")
    assert (found and found.user_email) == "bob@example.com"
    found = store.find(user="Bob@Example.com")
    assert (found and found.user_id) == "id-of-bob"
    found = store.find("https://photos.test/api/", "id-of-ann")
    assert (found and found.base_url) == "https://photos.test/api"
    assert store.find("https://nowhere.test") is None


def test_removed_login_is_gone(store: CredentialStore) -> None:
    store.save(session("ann"))
    store.save(session("bob"))
    assert store.remove(session("bob")) is True
    assert emails(store) == ["ann"]


@posix
def test_nobody_else_can_read_it(store: CredentialStore) -> None:
    before = os.umask(0)
    try:
        store.save(session())
    finally:
        os.umask(before)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


@posix
def test_file_that_others_could_read_is_closed_to_them(
    store: CredentialStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.save(session())
    store.path.chmod(0o644)
    assert emails(store) == ["ann"]
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert "could be read by other users" in caplog.text


@posix
def test_link_to_the_file_stays_one(store: CredentialStore, tmp_path: Path) -> None:
    store.path.parent.mkdir()
    store.path.symlink_to(tmp_path / "elsewhere.json")
    store.save(session())
    assert store.path.is_symlink()
    assert emails(CredentialStore(tmp_path / "elsewhere.json")) == ["ann"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"version": 1}',
        b'{"version": 1, "logins": [{}]}',
        json.dumps({"version": 1, "logins": [{"access_token": TOKEN}]}).encode(),
    ],
)
def test_broken_file_is_named_and_left_alone(store: CredentialStore, content: bytes) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(content)
    for call in (store.logins, store.find, lambda: store.save(session())):
        with pytest.raises(ValueError, match="cannot be read: .* sign in again") as caught:
            call()
        assert str(store.path) in str(caught.value)
        assert TOKEN not in str(caught.value)
    assert store.path.read_bytes() == content


def test_file_of_a_newer_release_is_left_alone(store: CredentialStore) -> None:
    store.path.parent.mkdir()
    store.path.write_text('{"version": 2, "logins": []}')
    with pytest.raises(ValueError, match="of a newer immichkit"):
        store.save(session())


def test_write_that_fails_leaves_the_file_as_it_was(
    store: CredentialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(session("ann"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.save(session("bob"))
    assert emails(store) == ["ann"]
    assert sorted(path.name for path in store.path.parent.iterdir()) == [
        "credentials.json",
        "credentials.json.lock",
    ]


def test_threads_do_not_lose_each_other_s_logins(store: CredentialStore) -> None:
    def save(worker: int) -> None:
        for number in range(5):
            store.save(session(f"{worker}-{number}"))

    threads = [Thread(target=save, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.logins()) == 20


def test_processes_do_not_lose_each_other_s_logins(store: CredentialStore) -> None:
    code = (
        "import sys; from immichkit import CredentialStore, SavedLogin\n"
        "for n in range(5): CredentialStore(sys.argv[1]).save(SavedLogin(base_url='https://a.test',"
        " user_id=f'{sys.argv[2]}-{n}', user_email='a@b.c', api_key='k'))"
    )
    command = [sys.executable, "-c", code, str(store.path)]
    running = [subprocess.Popen([*command, str(worker)]) for worker in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert len(store.logins()) == 15


@pytest.mark.parametrize("given", [{}, {"api_key": "k", "access_token": "t"}])
def test_login_has_one_credential(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="an access_token or an api_key"):
        SavedLogin(base_url="https://a.test", user_id="u", user_email="a@b.c", **given)


def test_repr_hides_the_credentials(store: CredentialStore) -> None:
    store.save(session())
    store.save(key())
    assert TOKEN not in f"{store.logins()!r} {store!r}"
