# Written by scripts/mirror from src/immichkit/_async/helper_groups.py; edits are lost.
"""The groups that have more than the server's operations."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from immichkit_api.groups import Groups

from immichkit._blocking.client import Client

if TYPE_CHECKING:
    from immichkit._blocking.albums import Albums
    from immichkit._blocking.assets import Assets
    from immichkit._blocking.download import Download
    from immichkit._blocking.duplicates import Duplicates
    from immichkit._blocking.oauth import OAuth
    from immichkit._blocking.people import People
    from immichkit._blocking.queues import Queues
    from immichkit._blocking.search import Search
    from immichkit._blocking.stacks import Stacks
    from immichkit._blocking.sync import Sync
    from immichkit._blocking.tags import Tags
    from immichkit._blocking.trash import Trash

__all__ = ["HelperGroups"]


class HelperGroups(Groups):
    """All groups, those with helpers in place of the generated ones."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._client = client

    @cached_property
    def albums(self) -> Albums:
        """Albums: their assets, their members and what members may do."""
        from immichkit._blocking.albums import Albums  # noqa: PLC0415

        return Albums(self._client)

    @cached_property
    def assets(self) -> Assets:
        """Photos and videos."""
        from immichkit._blocking.assets import Assets  # noqa: PLC0415

        return Assets(self._client)

    @cached_property
    def download(self) -> Download:
        """Many files at once, as archives."""
        from immichkit._blocking.download import Download  # noqa: PLC0415

        return Download(self._client)

    @cached_property
    def duplicates(self) -> Duplicates:
        """Assets that there is more than one of."""
        from immichkit._blocking.duplicates import Duplicates  # noqa: PLC0415

        return Duplicates(self._client)

    @cached_property
    def oauth(self) -> OAuth:
        """Signing in with the server's identity provider."""
        from immichkit._blocking.oauth import OAuth  # noqa: PLC0415

        return OAuth(self._client)

    @cached_property
    def people(self) -> People:
        """People recognised in photos."""
        from immichkit._blocking.people import People  # noqa: PLC0415

        return People(self._client)

    @cached_property
    def queues(self) -> Queues:
        """The queues of the server's background work."""
        from immichkit._blocking.queues import Queues  # noqa: PLC0415

        return Queues(self._client)

    @cached_property
    def search(self) -> Search:
        """Finding assets by what is known of them, by what they show, and by chance."""
        from immichkit._blocking.search import Search  # noqa: PLC0415

        return Search(self._client)

    @cached_property
    def stacks(self) -> Stacks:
        """Photos that belong together, one of which stands for all."""
        from immichkit._blocking.stacks import Stacks  # noqa: PLC0415

        return Stacks(self._client)

    @cached_property
    def sync(self) -> Sync:
        """The stream of changes with which a client keeps a copy of the library current."""
        from immichkit._blocking.sync import Sync  # noqa: PLC0415

        return Sync(self._client)

    @cached_property
    def tags(self) -> Tags:
        """Tags, in a hierarchy, and the assets that carry them."""
        from immichkit._blocking.tags import Tags  # noqa: PLC0415

        return Tags(self._client)

    @cached_property
    def trash(self) -> Trash:
        """Deleted assets that can still come back."""
        from immichkit._blocking.trash import Trash  # noqa: PLC0415

        return Trash(self._client)
