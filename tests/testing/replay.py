"""Plays a recorded session against the embedded server and compares what it says."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from testing.replay_oauth import CODE, PROVIDER, Visitor, secrets_of
from testing.replay_sync import AckBook, lines_of

if TYPE_CHECKING:
    from immichkit.testing import ImmichServer

RECORDINGS = Path(__file__).parent.parent / "recordings"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SECRET = re.compile(r"<\w+:[\w:]+>|<jwt>|<bcryptHash>")
# The clock's, not the server's.
TIMES = {
    "createdAt",
    "updatedAt",
    "deletedAt",
    "expiresAt",
    "pinExpiresAt",
    "profileChangedAt",
    "lastModifiedAssetTimestamp",
    "timestamp",
}
# The recorded machine's disk.
SIZES_OF_THE_DISK = {
    "diskAvailable",
    "diskSize",
    "diskUse",
    "diskAvailableRaw",
    "diskSizeRaw",
    "diskUseRaw",
    "diskUsagePercentage",
}
# What v3.1 learns of a file after it has answered the upload; it may be asked before it has.
READ_LATER = {
    "thumbhash",
    "width",
    "height",
    "duration",
    "exifInfo",
    "fileCreatedAt",
    "localDateTime",
}
# Of the pictures that a server makes, bytes and age are its own.
MADE = re.compile(r"/(thumbnail|profile-image)$")
OF_THE_BYTES = {"content-range", "last-modified"}
# No frame of a film is decoded here.
THUMBHASH = re.compile(r"thumbhash(\[\d+\])?$")
HASH_OF_A_FILM = "VSgOZYiEhoqQiGh7eMd3h49JmH9m"
# The members of stacks, which v3.1 gives as its database comes upon them.
UNORDERED = re.compile(r"^\$(\[\d+\])?\.assets$")
# Of what chance picks only the form is compared.
BY_CHANCE = "/api/search/random"
TELLING_HEADERS = (
    "accept-ranges",
    "cache-control",
    "content-disposition",
    "content-range",
    "content-type",
    "last-modified",
    "location",
)


def exchanges(topic: str) -> list[dict[str, Any]]:
    """The recorded exchanges of a file, in their order."""
    text = (RECORDINGS / f"{topic}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def new_ids(recorded: list[dict[str, Any]]) -> deque[str]:
    """The ids that the recorded server gave its assets, so that ties are ordered as there."""
    return deque(
        exchange["response"]["json"]["id"]
        for exchange in recorded
        if exchange["request"]["path"] == "/api/assets" and exchange["response"]["status"] == 201
    )


class Replay:
    """A recorded session, replayed one exchange after the other."""

    def __init__(self, server: ImmichServer, recorded: list[dict[str, Any]]) -> None:
        self._server = server
        self._known = {"<apiKey:admin>": server.api_key, **secrets_of(recorded)}
        self._visitor = Visitor(server)
        self._acks = AckBook(self._ours)
        self._client = httpx.Client(transport=server.transport(), base_url="http://immich.test")
        # The recorded server had two users that do nothing.
        for number in (1, 2):
            account = {"email": f"user{number}@example.com", "name": f"User {number}"}
            self._client.post(
                "/api/admin/users",
                json={**account, "password": "password", "shouldChangePassword": False},
                headers={"x-api-key": server.api_key},
            ).raise_for_status()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def answer(self, exchange: dict[str, Any]) -> httpx.Response:
        """What the embedded server says to the recorded request."""
        if exchange.get("settled"):
            self._server.settle()
        self._seed(exchange.get("seed"))
        request = exchange["request"]
        if isinstance(request.get("json"), dict):
            request = {**request, "json": self._acks.body(exchange["note"], request["json"])}
        self._visit_provider(exchange["note"], request)
        query, headers = _pairs(request.get("query")), dict(request.get("headers", {}))
        credentials = request.get("credentials") or {}
        if request["auth"] == "session" and not credentials:
            # Left out where the request was shortened.
            credentials = {"authorization": f"Bearer <accessToken:{request['as']}>"}
        headers |= {name: value for name, value in credentials.items() if name[0] != "?"}
        content, content_type = _body(request, self._ours)
        if content_type:
            headers["content-type"] = content_type
        self._client.cookies.clear()
        answer = self._answer(
            request["method"],
            self._ours(request["path"]),
            params=[(name, self._ours(value)) for name, value in query],
            headers={"accept-encoding": "identity"}
            | {name: self._ours(value) for name, value in headers.items()},
            content=content,
            is_ended=exchange["response"].get("ended", True),
        )
        if request["path"] == "/api/assets" and answer.status_code == 201:
            # So that what is known of the file does not depend on who is faster.
            self._server.settle()
        if request["path"] == "/api/oauth/authorize" and answer.is_success:
            self._visitor.keep(answer.json()["url"])
        return answer

    def _answer(self, method: str, path: str, *, is_ended: bool, **request: Any) -> httpx.Response:
        """The answer, or what has come of it when nothing more comes."""
        if is_ended:
            return self._client.request(method, path, **request)
        content = b""
        with (
            self._client.stream(method, path, timeout=0.3, **request) as answer,
            pytest.raises(httpx.ReadTimeout),
        ):
            for piece in answer.iter_bytes():
                content += piece
        return httpx.Response(answer.status_code, headers=answer.headers, content=content)

    def _seed(self, seed: Any) -> None:
        """Do what was done to the recorded server behind its back."""
        if not isinstance(seed, dict):
            return
        self._visitor.seed(seed)
        for text in seed.get("asset_ocr", ()):
            self._server.add_text(self._ours(text["assetId"]), text["text"])
        for face in seed.get("asset_face", ()):
            self._known[face["id"]] = _seed_face(self._server, self._ours(face["assetId"]), face)
        if "asset_ocr deleted" in seed:
            self._server.clear_texts(self._ours(seed["asset_ocr deleted"]))

    def _visit_provider(self, note: str, request: dict[str, Any]) -> None:
        """Sign in there if the request brings a code from it that we do not have yet."""
        url = (request.get("json") or {}).get("url", "")
        code = CODE.search(url)
        if code is not None and code[0] not in self._known:
            state = parse_qs(urlsplit(self._ours(url)).query)["state"][0]
            self._known[code[0]] = self._visitor.code(note, state)

    def differences(self, exchange: dict[str, Any], answer: httpx.Response) -> list[str]:
        """What is not as recorded; ids, secrets and times aside."""
        recorded = exchange["response"]
        found = []
        if answer.status_code != recorded["status"]:
            found.append(f"status {answer.status_code}, recorded {recorded['status']}")
        is_made = MADE.search(exchange["request"]["path"]) is not None
        is_made = is_made and answer.status_code < 400
        for name in TELLING_HEADERS:
            wanted = recorded["headers"].get(name)
            if is_made and name in OF_THE_BYTES:
                continue
            if wanted is not None and answer.headers.get(name) != wanted:
                found.append(f"{name}: {answer.headers.get(name)}, recorded {wanted}")
        tag = recorded["headers"].get("etag", "")
        if is_made:
            self._known[tag] = answer.headers.get("etag", "")
        elif tag.startswith("W/") and answer.headers.get("etag") != tag:
            found.append(f"etag: {answer.headers.get('etag')}, recorded {tag}")
        if "x-correlation-id" in recorded["headers"] and "x-correlation-id" not in answer.headers:
            found.append("no x-correlation-id")
        cookies = [_cookie(one) for one in recorded["headers"].get("set-cookie", ())]
        ours = [_cookie(one) for one in answer.headers.get_list("set-cookie")]
        if [name for name, _value in cookies] != [name for name, _value in ours]:
            found.append(f"other cookies than {cookies}")
        else:
            for (name, value), (_name, mine) in zip(cookies, ours, strict=True):
                self._compare(value, mine, f"cookie {name}", found)
        if exchange["request"]["path"] == BY_CHANCE and isinstance(recorded.get("json"), list):
            recorded = {**recorded, "json": [sorted(one) for one in recorded["json"]]}
            self._compare(recorded["json"], [sorted(one) for one in answer.json()], "$", found)
        elif exchange["request"]["path"] == "/api/download/info" and answer.is_success:
            groups = self._grouped(recorded["json"]), self._grouped(answer.json())
            self._compare(*groups, "$", found)
        elif exchange["request"]["path"] == "/api/sync/ack" and "json" in recorded:
            if isinstance(recorded["json"], list):
                self._acks.learn_kept(recorded["json"], answer.json(), found)
            else:
                self._compare(recorded["json"], answer.json(), "$", found)
        elif "json" in recorded:
            self._compare(recorded["json"], answer.json(), "$", found)
        elif "ndjson" in recorded and answer.is_success:

            def compare(theirs: Any, ours: Any, path: str) -> None:
                self._compare(theirs, ours, path, found)

            self._acks.compare(recorded["ndjson"], lines_of(answer.text), compare, found)
        if (
            not is_made
            and "binary" in recorded
            and len(answer.content) != recorded["binary"]["length"]
        ):
            found.append(f"{len(answer.content)} bytes, recorded {recorded['binary']['length']}")
        return found

    def _grouped(self, info: dict[str, Any]) -> dict[str, Any]:
        """The groups of a download; v3.1 lists assets as its database comes upon them."""
        groups = [
            {**group, "assetIds": sorted(map(self._ours, group["assetIds"]))}
            for group in info["archives"]
        ]
        return {**info, "archives": sorted(groups, key=lambda group: group["size"])}

    def _compare(self, recorded: Any, ours: Any, path: str, found: list[str]) -> None:
        if UNORDERED.search(path) and isinstance(recorded, list) and isinstance(ours, list):
            recorded = sorted(recorded, key=lambda one: self._ours(one["id"]))
            ours = sorted(ours, key=lambda one: one["id"])
        if isinstance(recorded, dict) and isinstance(ours, dict):
            if recorded.keys() != ours.keys():
                found.append(f"{path} differs in {sorted(recorded.keys() ^ ours.keys())}")
            for name in sorted(recorded.keys() & ours.keys()):
                if name in TIMES and (recorded[name] is None) == (ours[name] is None):
                    continue
                if name in SIZES_OF_THE_DISK or (name in READ_LATER and _is_unread(recorded)):
                    continue
                self._compare(recorded[name], ours[name], f"{path}.{name}", found)
        elif isinstance(recorded, list) and isinstance(ours, list):
            if len(recorded) != len(ours):
                found.append(f"{path} has {len(ours)} items, recorded {len(recorded)}")
            for index, (theirs, mine) in enumerate(zip(recorded, ours, strict=False)):
                self._compare(theirs, mine, f"{path}[{index}]", found)
        elif not self._is_same(recorded, ours, path):
            found.append(f"{path}: {ours!r}, recorded {recorded!r}")

    def _is_same(self, recorded: object, ours: object, path: str) -> bool:
        if recorded == HASH_OF_A_FILM:
            return isinstance(ours, str)
        if not isinstance(recorded, str) or not isinstance(ours, str):
            return recorded == ours
        if THUMBHASH.search(path):
            return _waves(recorded) == _waves(ours)
        if recorded.startswith("/data/"):
            # The file's own id is in no answer but here.
            return UUID.sub("", recorded)[-5:] == UUID.sub("", ours)[-5:]
        if UUID.fullmatch(recorded):
            return self._known.setdefault(recorded, ours) == ours
        return self._learn(self._ours(recorded), ours)

    def _learn(self, expected: str, ours: str) -> bool:
        """Whether the texts are the same but for secrets that were not known, and now are."""
        names = SECRET.findall(expected)
        pattern = "(.+)".join(map(re.escape, SECRET.split(expected)))
        match = re.fullmatch(pattern, ours, re.DOTALL)
        if match is not None:
            found = zip(names, match.groups(), strict=True)
            self._known.update((name, text) for name, text in found if ":" in name)
        return match is not None

    def _ours(self, text: str) -> str:
        """The recorded text with our ids and secrets in place of the recorded ones."""
        if not isinstance(text, str):
            return text
        text = self._known.get(text, text)
        issuer = self._server.oauth.issuer
        text = text.replace(PROVIDER, issuer).replace(quote(PROVIDER, ""), quote(issuer, ""))
        text = SECRET.sub(lambda match: self._known.get(match[0], match[0]), text)
        return UUID.sub(lambda match: self._known.get(match[0], match[0]), text)


def _seed_face(server: ImmichServer, asset_id: str, face: dict[str, Any]) -> str:
    """The id of a face of nobody, which only machine learning makes."""
    x1, y1, x2, y2 = face["box"]
    return server._parts.state.people.add_face(
        {
            "asset_id": asset_id,
            "person_id": None,
            "image_width": 64,
            "image_height": 48,
            "x1": x1,
            "y1": y1,
            "x2": x2,
            "y2": y2,
            "source_type": face["sourceType"],
        }
    )


def _is_unread(asset: dict[str, Any]) -> bool:
    """Whether the recorded server had not looked into the file yet when it was asked."""
    if isinstance(asset.get("exifInfo"), dict):
        return asset["exifInfo"].get("modifyDate") is None
    return asset.get("type") == "IMAGE" and asset.get("width", 0) is None


def _waves(thumbhash: str) -> bytes:
    """The hash; of a picture of one colour that alone, for the rest is rounding errors."""
    data = base64.b64decode(thumbhash)
    is_flat = int.from_bytes(data[:3], "little") >> 18 & 31 == 0
    return data[:5] if is_flat else data


def random_id() -> str:
    """An id for what has none recorded."""
    return str(uuid.uuid4())


def _pairs(query: Any) -> list[tuple[str, str]]:
    pairs = query.items() if isinstance(query, dict) else query or ()
    return [
        (name, str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in pairs
    ]


def _cookie(header: str) -> tuple[str, str]:
    name, _, rest = header.partition("=")
    return name, rest.partition(";")[0]


def _body(request: dict[str, Any], ours: Any) -> tuple[bytes | None, str | None]:
    if "json" in request:
        return ours(json.dumps(request["json"], ensure_ascii=False)).encode(), "application/json"
    if "multipart" in request:
        return _multipart(request["multipart"], ours), "multipart/form-data; boundary=replayed"
    if "body" in request:
        return _described(request["body"]["note"]).encode(), None
    return None, None


def _described(note: str) -> str:
    many = re.match(r'(\{.*")xxx…"\} with ([\d,]+) times x$', note)
    if many is None:
        return note
    return many[1] + "x" * int(many[2].replace(",", "")) + '"}'


def _multipart(parts: list[dict[str, Any]], ours: Any) -> bytes:
    body = b""
    for part in parts:
        disposition = f'form-data; name="{part["name"]}"'
        if part.get("filename") is not None:
            disposition += f'; filename="{part["filename"]}"'
        body += f"--replayed\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
        if "media" in part:
            body += (RECORDINGS / "media" / part["media"]).read_bytes()
            body += part.get("append", "").encode()
        else:
            body += ours(part["value"]).encode()
        body += b"\r\n"
    return body + b"--replayed--\r\n"
