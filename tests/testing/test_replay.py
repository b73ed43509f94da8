from __future__ import annotations

import pytest
from testing.replay import Replay, exchanges, new_ids, random_id

from immichkit.testing import ImmichServer

# How many exchanges of each recorded session are answered, the rest being what this server lacks.
ANSWERED = {
    "server": 17,
    "auth": 49,
    "upload": 79,
    "bulk-upload-check": 20,
    "assets": 57,
    "download": 50,
    "search": 76,
    "albums": 86,
    "errors": 43,
}
OAUTH = "the recorded server has an identity provider"
INSIDE = "it reads nothing inside the files yet"
LACKING = "it follows from a request that this server cannot answer yet"
ACCEPTED = {
    ("server", 3): OAUTH,
    ("server", 4): OAUTH,
    ("auth", 49): LACKING,
    ("auth", 69): LACKING,
    ("auth", 88): LACKING,
    ("upload", 20): INSIDE,
    ("upload", 80): INSIDE,
    ("assets", 73): LACKING,
    ("assets", 75): LACKING,
    ("assets", 95): LACKING,
    ("assets", 98): LACKING,
    ("search", 57): INSIDE,
    ("search", 59): INSIDE,
    ("search", 60): INSIDE,
    ("search", 61): INSIDE,
    ("search", 62): INSIDE,
    ("search", 63): INSIDE,
    ("search", 64): LACKING,
    ("search", 71): LACKING,
    ("search", 72): LACKING,
    ("search", 75): LACKING,
}


@pytest.mark.parametrize("topic", sorted(ANSWERED))
def test_a_recorded_session_is_answered_as_it_was(
    topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = exchanges(topic)
    ids = new_ids(recorded)
    monkeypatch.setattr(
        "immichkit.testing.state.assets.new_id", lambda: ids.popleft() if ids else random_id()
    )
    server = ImmichServer()
    different: dict[tuple[str, int], list[str]] = {}
    answered = 0
    with Replay(server) as replay:
        for exchange in recorded:
            answer = replay.answer(exchange)
            if answer.status_code == 501:
                continue
            answered += 1
            found = replay.differences(exchange, answer)
            if found:
                different[topic, exchange["n"]] = found
    server.close()
    unexplained = {place: found for place, found in different.items() if place not in ACCEPTED}
    outdated = {place for place in ACCEPTED if place[0] == topic} - different.keys()
    assert (unexplained, outdated, answered) == ({}, set(), ANSWERED[topic])
