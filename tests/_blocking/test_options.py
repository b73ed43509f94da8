# Written by scripts/mirror from tests/_async/test_options.py; edits are lost.
"""Options and arguments of a wrong kind: refused at once, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from answers import KEY, Answers, json, photo, ping
from immichkit_api import operations

from immichkit import Immich, ImmichError, Timeout

pytestmark = pytest.mark.anyio
URL = "http://photos.test"


def opened(answers: Answers, **options: Any) -> Immich:
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    return Immich(URL, api_key=KEY, http_client=pool, retry=None, **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"retry": 5}, r"retry must be a RetryPolicy, .* not int\. .*RetryPolicy\(retries=5\)"),
        ({"retry": False}, "retry must be a RetryPolicy, .* not bool"),
        ({"http_client": httpx}, "http_client must be an httpx.* for .*Immich, not module"),
        ({"http_client": httpx.HTTPTransport()}, "http_client must .*, not httpx.HTTPTransport"),
        ({"auth": "key"}, "auth must be an ApiKey, .* api_key="),
        ({"timeout": None}, r"timeout must be .* immichkit\.Timeout, not None"),
        ({"timeout": httpx.Timeout(5)}, r"immichkit\.Timeout, not httpx\.Timeout"),
        ({"headers": ["x-a"]}, "headers must be a mapping from name to text, not list"),
        ({"headers": {"x-a": 1}}, "The header x-a must be a text, not int"),
        ({"headers": {1: "x"}}, "The name of a header must be a text, not int"),
        ({"on_request": "print"}, "on_request must be a function or None, not str"),
        ({"sleep": 3}, "sleep must be a function, not int"),
        ({"keepalive_expiry": "4"}, "keepalive_expiry must be a number, not str"),
        ({"server_version": 3}, "server_version must be a text such as 3.1.0, not int"),
        ({"dry_run": "yes"}, "dry_run must be True or False, not str"),
    ],
)
def test_option_of_another_type_is_refused_by_name(options: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        Immich(URL, **options)


def test_option_of_a_view_is_checked_too() -> None:
    with pytest.raises(TypeError, match="retry must be"):
        opened(Answers(json(200, {}))).with_options(retry=3)  # type: ignore[arg-type]  # on purpose


def test_client_that_is_closed_cannot_be_entered() -> None:
    immich = Immich(URL, timeout=Timeout())
    immich.close()
    with pytest.raises(ImmichError, match="This client, .* is closed"):
        with immich:
            pytest.fail("entered")


def test_view_of_a_closed_client_says_so() -> None:
    immich = Immich(URL)
    view = immich.with_options(retry=None)
    immich.close()
    with pytest.raises(ImmichError, match="or the one that it was made from, is closed"):
        view.execute(ping())


def test_shared_pool_that_is_closed_is_named() -> None:
    immich = opened(Answers(json(200, {})))
    immich._client._http.close()
    with pytest.raises(ImmichError, match="The http_client that this client shares is closed"):
        immich.execute(ping())
    with pytest.raises(ImmichError, match="The http_client that this client shares is closed"):
        with immich:
            pytest.fail("entered")


@pytest.mark.parametrize("wrong", [None, "ping", 3, operations.server.ping_server, ping])
def test_what_is_no_request_is_refused(wrong: Any) -> None:
    answers = Answers(json(200, {}))
    immich = opened(answers)
    with pytest.raises(TypeError, match=r"A Request is wanted, not .* immichkit\.operations"):
        immich.execute(wrong)
    with pytest.raises(TypeError, match="A Request is wanted"):
        with immich.stream(wrong):
            pass
    assert answers.asked == []


def test_method_in_place_of_a_request_is_refused() -> None:
    immich = opened(Answers(json(200, {})))
    with pytest.raises(TypeError, match="not method. Call the method itself"):
        immich.execute(immich.server.ping_server)  # type: ignore[arg-type]  # on purpose


def test_stream_without_a_context_says_how_to_use_it() -> None:
    stream: Any = opened(Answers(json(200, {}))).stream(photo())
    with pytest.raises(AttributeError, match=r"with immich\.stream\(request\) as body"):
        stream.chunks()


def test_generator_in_a_body_names_operation_and_argument() -> None:
    def ids() -> Iterator[str]:
        yield "one"

    answers = Answers(json(200, {}))
    with pytest.raises(TypeError, match="it holds generator.* Make a list of it") as caught:
        opened(answers).request("POST", "/albums", json={"assetIds": ids()})
    assert str(caught.value).startswith("asset_ids of POST /albums cannot be sent: ")
    assert "ncod" not in str(caught.value)
    assert answers.asked == []


def test_collection_of_any_kind_is_sent_as_a_list() -> None:
    answers = Answers(json(200, {}))
    ids = {"one": 1, "two": 2}
    opened(answers).request("POST", "/albums", json={"assetIds": ids.keys()})
    assert answers.asked[0].content == b'{"assetIds":["one","two"]}'


def test_number_that_json_cannot_hold_is_refused_in_our_words() -> None:
    with pytest.raises(ValueError, match="json cannot|the body of POST /x cannot be sent"):
        opened(Answers(json(200, {}))).request("POST", "/x", json=["\ud800"])


def test_iterator_in_a_query_is_refused() -> None:
    with pytest.raises(TypeError, match="is a list_iterator: make a list"):
        opened(Answers(json(200, {}))).request("GET", "/x", params={"ids": iter(["a"])})
