from __future__ import annotations

import pytest
from testing.replay import Replay, exchanges, new_ids, random_id

from immichkit.testing import ImmichServer

# How many exchanges of each recorded session are answered, the rest being what this server lacks.
ANSWERED = {
    "server": 26,
    "auth": 89,
    "oauth": 70,
    "sync": 135,
    "sync-types": 73,
    "people": 69,
    "faces": 29,
    "memories": 33,
    "users": 53,
    "settings": 29,
    "upload": 80,
    "bulk-upload-check": 20,
    "assets": 100,
    "download": 88,
    "search": 117,
    "timeline": 51,
    "trash": 40,
    "tags": 42,
    "albums": 87,
    "stacks": 72,
    "duplicates": 57,
    "partners": 32,
    "shared-links": 79,
    "errors": 46,
}
ALGORITHM = "the provider's tokens are signed with its secret, for want of a library"
EARLIER = "the recorded server had not done yet what it had promised before"
RANDOM_PATHS = "each server chooses its folders by chance"
COMPRESSED = "another library compresses the edited picture"
LACKING = "it follows from a request that this server cannot answer yet"
ACCEPTED = {
    ("settings", 4): ALGORITHM,
    ("settings", 39): LACKING,
    ("settings", 40): LACKING,
    ("faces", 14): EARLIER,
    ("assets", 24): EARLIER,
    ("assets", 26): EARLIER,
    ("assets", 31): EARLIER,
    ("assets", 69): "the recorded texts have places of their own in the picture",
    ("assets", 73): COMPRESSED,
    ("assets", 75): COMPRESSED,
    ("sync", 40): COMPRESSED,
    ("sync-types", 52): COMPRESSED,
    ("sync-types", 72): COMPRESSED,
    ("search", 109): "what came last is listed as the recorded server's jobs got done",
    ("search", 116): RANDOM_PATHS,
    ("search", 117): RANDOM_PATHS,
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
    with Replay(server, recorded) as replay:
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
