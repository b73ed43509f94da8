"""The groups that have more than the server's operations."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from immichkit_api.groups import AsyncGroups

from immichkit._async.client import AsyncClient

if TYPE_CHECKING:
    from immichkit._async.albums import AsyncAlbums
    from immichkit._async.assets import AsyncAssets
    from immichkit._async.download import AsyncDownload
    from immichkit._async.duplicates import AsyncDuplicates
    from immichkit._async.oauth import AsyncOAuth
    from immichkit._async.people import AsyncPeople
    from immichkit._async.queues import AsyncQueues
    from immichkit._async.search import AsyncSearch
    from immichkit._async.stacks import AsyncStacks
    from immichkit._async.sync import AsyncSync
    from immichkit._async.tags import AsyncTags
    from immichkit._async.trash import AsyncTrash

__all__ = ["AsyncHelperGroups"]


class AsyncHelperGroups(AsyncGroups):
    """All groups, those with helpers in place of the generated ones."""

    def __init__(self, client: AsyncClient) -> None:
        super().__init__(client)
        self._client = client

    @cached_property
    def albums(self) -> AsyncAlbums:
        """Albums: their assets, their members and what members may do."""
        from immichkit._async.albums import AsyncAlbums  # noqa: PLC0415

        return AsyncAlbums(self._client)

    @cached_property
    def assets(self) -> AsyncAssets:
        """Photos and videos."""
        from immichkit._async.assets import AsyncAssets  # noqa: PLC0415

        return AsyncAssets(self._client)

    @cached_property
    def download(self) -> AsyncDownload:
        """Many files at once, as archives."""
        from immichkit._async.download import AsyncDownload  # noqa: PLC0415

        return AsyncDownload(self._client)

    @cached_property
    def duplicates(self) -> AsyncDuplicates:
        """Assets that there is more than one of."""
        from immichkit._async.duplicates import AsyncDuplicates  # noqa: PLC0415

        return AsyncDuplicates(self._client)

    @cached_property
    def oauth(self) -> AsyncOAuth:
        """Signing in with the server's identity provider."""
        from immichkit._async.oauth import AsyncOAuth  # noqa: PLC0415

        return AsyncOAuth(self._client)

    @cached_property
    def people(self) -> AsyncPeople:
        """People recognised in photos."""
        from immichkit._async.people import AsyncPeople  # noqa: PLC0415

        return AsyncPeople(self._client)

    @cached_property
    def queues(self) -> AsyncQueues:
        """The queues of the server's background work."""
        from immichkit._async.queues import AsyncQueues  # noqa: PLC0415

        return AsyncQueues(self._client)

    @cached_property
    def search(self) -> AsyncSearch:
        """Finding assets by what is known of them, by what they show, and by chance."""
        from immichkit._async.search import AsyncSearch  # noqa: PLC0415

        return AsyncSearch(self._client)

    @cached_property
    def stacks(self) -> AsyncStacks:
        """Photos that belong together, one of which stands for all."""
        from immichkit._async.stacks import AsyncStacks  # noqa: PLC0415

        return AsyncStacks(self._client)

    @cached_property
    def sync(self) -> AsyncSync:
        """The stream of changes with which a client keeps a copy of the library current."""
        from immichkit._async.sync import AsyncSync  # noqa: PLC0415

        return AsyncSync(self._client)

    @cached_property
    def tags(self) -> AsyncTags:
        """Tags, in a hierarchy, and the assets that carry them."""
        from immichkit._async.tags import AsyncTags  # noqa: PLC0415

        return AsyncTags(self._client)

    @cached_property
    def trash(self) -> AsyncTrash:
        """Deleted assets that can still come back."""
        from immichkit._async.trash import AsyncTrash  # noqa: PLC0415

        return AsyncTrash(self._client)
