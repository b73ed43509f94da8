"""The tree of exceptions."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

from immichkit import errors

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind is not Any]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_is_ours_and_says_what_it_is(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.ImmichError)
    assert kind.__doc__
    assert kind.__name__ in errors.__all__


@pytest.mark.parametrize("kind", ALL)
def test_every_error_can_be_copied_between_processes(kind: type[Exception]) -> None:
    error: Any = kind("what happened")
    error.__dict__["status_code"] = 404
    copies: list[Any] = [pickle.loads(pickle.dumps(error)), copy.copy(error)]  # noqa: S301  # our own
    for copied in copies:
        assert type(copied) is kind
        assert str(copied) == "what happened"
        assert vars(copied)["status_code"] == 404


def test_specific_errors_are_caught_by_general_ones() -> None:
    assert issubclass(errors.RequestTimeoutError, errors.TransportError)
    assert issubclass(errors.ElevationRequiredError, errors.AuthenticationError)
    assert not issubclass(errors.DecodeError, errors.ApiError)
