"""Which model the data of an event has."""

from __future__ import annotations

import pytest
from immichkit_api import models
from immichkit_api.models import SyncEntityType

from immichkit.sync.kinds import model_of

ALBUM_ASSETS = ["AlbumAssetBackfillV2", "AlbumAssetCreateV2", "AlbumAssetUpdateV2"]


@pytest.mark.parametrize("kind", SyncEntityType)
def test_every_type_of_the_contract_has_a_model(kind: SyncEntityType) -> None:
    assert model_of(kind.value) in {
        getattr(models, name) for name in models.__all__ if name.startswith("Sync")
    }


@pytest.mark.parametrize("kind", ["AssetV2", "PartnerAssetV2", *ALBUM_ASSETS])
def test_an_asset_is_one_whoever_owns_it(kind: str) -> None:
    assert model_of(kind) is models.SyncAssetV2


def test_links_keep_their_own_models() -> None:
    assert model_of("AlbumToAssetBackfillV1") is models.SyncAlbumToAssetV1
    assert model_of("MemoryToAssetDeleteV1") is models.SyncMemoryAssetDeleteV1
    assert model_of("AlbumUserBackfillV1") is models.SyncAlbumUserV1


@pytest.mark.parametrize("kind", ["", "AssetV9", "PartnerPersonV1", "AckDto", "StreamDto"])
def test_what_the_contract_does_not_list_has_none(kind: str) -> None:
    assert model_of(kind) is None


def test_no_two_models_are_left_over() -> None:
    used = {model_of(kind.value).__name__ for kind in SyncEntityType}
    others = {"SyncAckDeleteDto", "SyncAckDto", "SyncAckSetDto", "SyncStreamDto"}
    kinds = {"SyncEntityType", "SyncRequestType", "SyncEntityTypeLike", "SyncRequestTypeLike"}
    named = {name for name in models.__all__ if name.startswith("Sync")}
    assert named - used - others - kinds == set()
