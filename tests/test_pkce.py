"""The secrets of one sign-in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immichkit import PKCE

# RFC 7636, appendix B.
OCTETS = bytes.fromhex("7418dfb49799e0254ffa607dd8adbbba16d4254d69d6bff05b58055853848d79")
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_challenge_is_that_of_the_rfc() -> None:
    assert PKCE.challenge(VERIFIER) == CHALLENGE


def test_verifier_of_the_rfc_is_made_of_its_octets() -> None:
    made = PKCE.new(verifier_length=43, rand=lambda size: (OCTETS + bytes(size))[:size])
    assert made.verifier == VERIFIER


@given(st.integers(43, 128), st.integers(22, 300))
def test_secrets_are_as_long_as_they_are_to_be(verifier_length: int, state_length: int) -> None:
    made = PKCE.new(verifier_length, state_length)
    assert (len(made.verifier), len(made.state)) == (verifier_length, state_length)
    assert re.fullmatch(r"[A-Za-z0-9._~-]+", made.verifier + made.state)
    assert made.code_challenge == PKCE.challenge(made.verifier)


def test_secrets_differ_each_time() -> None:
    made = [PKCE.new() for _ in range(100)]
    assert len({pkce.verifier for pkce in made} | {pkce.state for pkce in made}) == 200


@pytest.mark.parametrize("length", [0, 42, 129])
def test_length_of_a_verifier_is_the_one_of_the_rfc(length: int) -> None:
    with pytest.raises(ValueError, match="verifier_length must be from 43 to 128"):
        PKCE.new(verifier_length=length)


def test_state_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="state_length must be at least 22"):
        PKCE.new(state_length=21)


@pytest.mark.parametrize("rand", [lambda size: b"x", lambda size: "x" * size])
def test_source_of_too_few_bytes_is_refused(rand: Any) -> None:
    with pytest.raises(ValueError, match="rand must give as many bytes"):
        PKCE.new(rand=rand)


@pytest.mark.parametrize(
    "verifier", ["a" * 42, "a" * 129, "a" * 42 + "+", "a" * 43 + "\n", "é" * 43]
)
def test_verifier_that_the_rfc_forbids_is_refused_and_not_shown(verifier: str) -> None:
    with pytest.raises(ValueError, match="43 to 128 characters") as caught:
        PKCE.challenge(verifier)
    assert verifier not in str(caught.value)
    with pytest.raises(ValueError, match="43 to 128 characters"):
        PKCE(verifier=verifier, state="s" * 22)


def test_verifier_is_a_text() -> None:
    wrong: Any = b"a" * 43
    with pytest.raises(TypeError, match="verifier must be a text, not bytes"):
        PKCE.challenge(wrong)


def test_repr_hides_both() -> None:
    pkce = PKCE.new()
    assert pkce.verifier not in f"{pkce!r} {pkce}"
    assert pkce.state not in f"{pkce!r} {pkce}"
