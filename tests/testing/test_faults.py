"""What goes wrong on demand looks the same on the network and in process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from testing.photos import upload

from immichkit import Immich, RetryPolicy, ServerError, TransportError
from immichkit.testing import ImmichServer

PHOTO = bytes(range(256)) * 100


@pytest.fixture(params=["network", "process"])
def http(request: pytest.FixtureRequest, server: ImmichServer) -> Iterator[httpx.Client]:
    """A plain client that reaches the server by the one way or the other."""
    way = httpx.HTTPTransport() if request.param == "network" else server.transport()
    base = server.start().url if request.param == "network" else "http://immich.test"
    headers = {"x-api-key": server.api_key, "accept-encoding": "identity"}
    with httpx.Client(transport=way, base_url=f"{base}/api", headers=headers) as client:
        yield client


def ping(http: httpx.Client) -> int:
    return http.get("/server/ping").status_code


def test_the_next_request_is_refused_and_the_one_after_is_not(
    server: ImmichServer, http: httpx.Client
) -> None:
    server.fail_next()
    assert [ping(http), ping(http)] == [503, 200]


def test_it_is_refused_as_often_as_was_said(server: ImmichServer, http: httpx.Client) -> None:
    fault = server.fail_next(status=502, times=2)
    assert [ping(http), ping(http), ping(http)] == [502, 502, 200]
    assert fault.used == 2


def test_a_refusal_says_when_to_come_again(server: ImmichServer, http: httpx.Client) -> None:
    server.fail_next(status=429, retry_after=2.5, message="Slow down")
    answer = http.get("/server/ping")
    assert answer.headers["retry-after"] == "2.5"
    assert answer.json() == {"message": "Slow down"}


def test_what_is_refused_is_not_done(server: ImmichServer, http: httpx.Client) -> None:
    server.fail_next(method="post", path="/albums")
    assert http.post("/albums", json={"albumName": "Trip"}).status_code == 503
    assert http.get("/albums").json() == []


def test_a_fault_waits_for_the_request_that_it_is_for(
    server: ImmichServer, http: httpx.Client
) -> None:
    asset_id = upload(http, PHOTO)
    server.fail_next(path="/assets/{id}/original")
    assert ping(http) == 200
    assert http.get(f"/assets/{asset_id}").status_code == 200
    assert http.get(f"/assets/{asset_id}/original").status_code == 503


def test_a_path_may_be_named_with_api(server: ImmichServer, http: httpx.Client) -> None:
    server.fail_next(path="/api/server/*")
    assert ping(http) == 503


def test_an_answer_breaks_off_where_it_should(server: ImmichServer, http: httpx.Client) -> None:
    asset_id = upload(http, PHOTO)
    server.cut_after(1000)
    received = bytearray()
    with (
        http.stream("GET", f"/assets/{asset_id}/original") as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        assert answer.headers["content-length"] == str(len(PHOTO))
        for piece in answer.iter_raw():
            received += piece
    assert received == PHOTO[:1000]


def test_an_answer_that_is_short_enough_passes_and_does_not_count(
    server: ImmichServer, http: httpx.Client
) -> None:
    asset_id = upload(http, PHOTO)
    server.cut_after(1000)
    assert ping(http) == 200
    with pytest.raises(httpx.RemoteProtocolError):
        http.get(f"/assets/{asset_id}/original")


def test_a_dropped_request_gets_no_answer(server: ImmichServer, http: httpx.Client) -> None:
    server.drop()
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/albums", json={"albumName": "Lost"})
    assert http.get("/albums").json() == []


def test_of_a_dropped_request_only_the_answer_may_be_lost(
    server: ImmichServer, http: httpx.Client
) -> None:
    server.drop(carried_out=True)
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/albums", json={"albumName": "Made"})
    assert [album["albumName"] for album in http.get("/albums").json()] == ["Made"]


def test_a_dropped_upload_is_taken_in_first(server: ImmichServer, http: httpx.Client) -> None:
    server.drop()
    with pytest.raises(httpx.RemoteProtocolError):
        upload(http, bytes(3_000_000), "a.mp4")


def test_a_slow_answer_is_held_back(server: ImmichServer, http: httpx.Client) -> None:
    with server.slow(seconds=0.2):
        began = time.monotonic()
        assert ping(http) == 200
        assert time.monotonic() - began >= 0.2


def test_a_client_need_not_wait_for_what_is_done_all_the_same(
    server: ImmichServer, http: httpx.Client
) -> None:
    with server.slow(seconds=0.3), pytest.raises(httpx.ReadTimeout):
        http.post("/albums", json={"albumName": "Made"}, timeout=0.1)
    assert [album["albumName"] for album in http.get("/albums").json()] == ["Made"]


def test_a_body_comes_at_the_rate_that_was_asked_for(
    server: ImmichServer, http: httpx.Client
) -> None:
    asset_id = upload(http, PHOTO)
    with server.slow(bytes_per_second=100_000):
        began = time.monotonic()
        assert http.get(f"/assets/{asset_id}/original").content == PHOTO
        assert time.monotonic() - began >= 0.2


def test_nobody_is_there_until_the_server_comes_back(
    server: ImmichServer, http: httpx.Client
) -> None:
    assert ping(http) == 200
    server.go_away()
    for _ in range(2):
        with pytest.raises(httpx.ConnectError):
            ping(http)
    server.come_back()
    assert ping(http) == 200


def test_a_fault_ends_with_its_block(server: ImmichServer, http: httpx.Client) -> None:
    with server.fail_next(times=None) as fault:
        assert [ping(http), ping(http)] == [503, 503]
    assert ping(http) == 200
    assert fault.used == 2
    with server.go_away():
        with pytest.raises(httpx.ConnectError):
            ping(http)
    assert ping(http) == 200


def test_everything_can_be_made_well_at_once(server: ImmichServer, http: httpx.Client) -> None:
    server.fail_next(times=None)
    server.slow(seconds=5)
    server.go_away()
    server.clear_faults()
    assert ping(http) == 200


def test_faults_happen_one_after_the_other(server: ImmichServer, http: httpx.Client) -> None:
    server.fail_next(500)
    server.fail_next(502)
    assert [ping(http), ping(http), ping(http)] == [500, 502, 200]


def test_an_open_download_is_cut_when_the_server_goes(server: ImmichServer) -> None:
    with server, httpx.Client(base_url=f"{server.url}/api") as client:
        client.headers["x-api-key"] = server.api_key
        asset_id = upload(client, bytes(20_000_000), "a.mp4")
        with client.stream("GET", f"/assets/{asset_id}/original") as answer:
            pieces = answer.iter_raw()
            next(pieces)
            server.go_away()
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                list(pieces)


def test_a_server_that_starts_is_there(server: ImmichServer) -> None:
    server.go_away()
    assert httpx.get(f"{server.start().url}/api/server/ping", trust_env=False).status_code == 200


def test_a_closed_server_may_go_and_come_back_without_harm(server: ImmichServer) -> None:
    server.start().close()
    with server.go_away():
        pass


def test_it_comes_back_on_the_same_port(server: ImmichServer) -> None:
    url = server.start().url
    with server.go_away():
        assert server.url == url
    assert httpx.get(f"{url}/api/server/ping").status_code == 200


def test_many_threads_share_out_the_faults_exactly(server: ImmichServer) -> None:
    fault = server.fail_next(times=10)
    seen: list[int] = []

    def ask() -> None:
        with httpx.Client(transport=server.transport(), base_url="http://immich.test/api") as one:
            seen.extend(ping(one) for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (seen.count(503), seen.count(200), fault.used) == (10, 20, 10)


def test_a_client_of_immichkit_lives_through_what_is_repeatable(server: ImmichServer) -> None:
    retry = RetryPolicy(retries=3, base_delay=0, max_delay=0)
    server.fail_next(times=2)
    server.drop()
    with server.client().with_options(retry=retry) as immich:
        assert immich.server.ping_server().res == "pong"


def test_a_client_of_immichkit_raises_its_own_errors(server: ImmichServer) -> None:
    with server, Immich(server.url, api_key=server.api_key, retry=None) as immich:
        with server.fail_next(500), pytest.raises(ServerError):
            immich.server.ping_server()
        with server.drop(), pytest.raises(TransportError):
            immich.server.ping_server()
        with server.go_away(), pytest.raises(TransportError):
            immich.server.ping_server()


@pytest.mark.parametrize(
    "mistake",
    [
        lambda server: server.fail_next(200),
        lambda server: server.fail_next(times=0),
        lambda server: server.cut_after(-1),
        lambda server: server.slow(seconds=-1),
        lambda server: server.slow(bytes_per_second=0),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(server: ImmichServer, mistake: object) -> None:
    assert callable(mistake)
    with pytest.raises(ValueError, match=r"\d"):
        mistake(server)


def test_faults_say_nothing_in_the_log(
    server: ImmichServer, caplog: pytest.LogCaptureFixture
) -> None:
    with server, httpx.Client(base_url=f"{server.url}/api") as client:
        server.drop()
        with pytest.raises(httpx.RemoteProtocolError):
            ping(client)
        with server.cut_after(2), pytest.raises(httpx.RemoteProtocolError):
            ping(client)
    assert [record for record in caplog.records if not record.name.startswith("httpx")] == []
