"""What stacks are made of: assets as criteria see them, the stacks that are there, a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeAlias, get_args

import attrs
import msgspec
from immichkit_api.models import AssetResponseDto, StackResponseDto
from immichkit_api.types import UNSET, Operation

from immichkit.batches import is_repeated
from immichkit.decode import decode
from immichkit.plans import Entry, Plan

__all__ = [
    "ExistingStack",
    "StackAction",
    "StackAsset",
    "StackEntry",
    "StackPlan",
    "Stacks",
    "connected",
    "existing_stacks",
    "placed",
    "size_of",
]


StackAction: TypeAlias = Literal["create", "change", "delete", "keep"]


class StackAsset(msgspec.Struct, gc=False, kw_only=True):
    """What criteria can ask of an asset: much less than the server tells."""

    id: str
    original_file_name: str
    original_path: str
    local_date_time: Any
    file_created_at: Any
    file_modified_at: Any
    updated_at: Any
    type: str
    checksum: str
    duration: Any
    owner_id: str
    has_metadata: bool
    is_archived: bool
    is_favorite: bool
    is_offline: bool
    is_trashed: bool
    visibility: str
    file_size_in_byte: int | None = None

    @classmethod
    def of(cls, asset: Any) -> StackAsset:
        """The same of a model."""
        values: dict[str, Any] = {name: getattr(asset, name) for name in _COPIED}
        for name in ("type", "visibility"):
            values[name] = getattr(values[name], "value", values[name])
        values.update((name, None) for name in _COPIED if values[name] is UNSET)
        return cls(**values)


_COPIED = [name for name in StackAsset.__struct_fields__ if name != "file_size_in_byte"]


def size_of(asset: AssetResponseDto) -> int | None:
    """The size of an asset's file, if the server told it."""
    size = asset.exif_info.file_size_in_byte if asset.exif_info else None
    return size or None


@attrs.frozen(kw_only=True)
class ExistingStack:
    """A stack on the server: the assets in it, the one that stands for it first.

    ``unshown`` are those of them that the server leaves out of its answers, because they are in
    the trash, hidden or locked. Where ``is_silent``, it tells no asset that it is in this stack,
    because none is on the timeline but the one that stands for it.
    """

    id: str
    asset_ids: tuple[str, ...]
    unshown: frozenset[str] = frozenset()
    is_silent: bool = False


@attrs.frozen(kw_only=True)
class Stacks:
    """The stacks on the server, and the ids of what is in the trash.

    ``unplaced`` are those in the trash that are in a stack, though nothing says in which.
    """

    existing: list[ExistingStack]
    trashed: frozenset[str]
    unplaced: list[str]


@attrs.frozen(kw_only=True)
class StackEntry(Entry):
    """A stack that is to be made, changed, deleted or kept; the first asset stands for it.

    ``stack_ids`` are the stacks on the server that it is about, ``before`` what was in each of
    them when the plan was made. Entries of one ``part`` share assets or stacks, and are applied
    one after the other. ``trashed`` are those of the assets that were in the trash already.
    """

    action: StackAction
    stack_ids: tuple[str, ...] = ()
    before: tuple[tuple[str, ...], ...] = ()
    part: int = 0
    trashed: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        ids, count = self.asset_ids, len(self.stack_ids)
        if self.action not in get_args(StackAction):
            raise ValueError(f"There is nothing to {self.action} about stacks.")
        if not ids or is_repeated(ids):
            raise ValueError(f"An entry is about one asset or more, and each once: {ids!r}.")
        if len(self.before) != count or (self.action == "delete" and count != 1):
            raise ValueError(f"What was in the stacks of {ids[0]} is missing.")


@attrs.frozen(kw_only=True)
class StackPlan(Plan[StackEntry]):
    """Which stacks are to be made, changed and deleted, which are kept, and why."""

    kind: ClassVar[str] = "stacks"
    title: ClassVar[str] = "Stacks"

    entries: tuple[StackEntry, ...] = attrs.field(repr=False)

    @property
    def create(self) -> list[StackEntry]:
        """Stacks of assets that are in none."""
        return self.of("create")

    @property
    def change(self) -> list[StackEntry]:
        """Stacks that replace others, or get another asset to stand for them."""
        return self.of("change")

    @property
    def delete(self) -> list[StackEntry]:
        """Stacks that are dissolved, or what is left of them; no asset is deleted."""
        return self.of("delete")

    @property
    def keep(self) -> list[StackEntry]:
        """Stacks that are left as they are."""
        return self.of("keep")


class _Member(msgspec.Struct, gc=False):
    id: str
    visibility: str


class _Stack(msgspec.Struct, gc=False, rename="camel"):
    id: str
    primary_asset_id: str
    assets: list[_Member]


def existing_stacks(
    operation: Operation[list[StackResponseDto]],
    content: bytes,
    trashed: Mapping[str, Sequence[str]],
) -> list[ExistingStack]:
    """The stacks that ``content``, an answer, lists; ``trashed`` are further members by stack.

    Of the assets only ids are read: whole, a hundred thousand take hundreds of megabytes.
    """
    found: list[ExistingStack] = []
    slim: Operation[Any] = msgspec.structs.replace(operation, response=list[_Stack])
    stacks: list[_Stack] = decode(slim, content)
    for stack in stacks:
        shown = [member.id for member in stack.assets]
        members = dict.fromkeys([stack.primary_asset_id, *shown, *trashed.get(stack.id, ())])
        found.append(
            ExistingStack(
                id=stack.id,
                asset_ids=tuple(members),
                unshown=frozenset(members).difference(shown),
                is_silent=not any(
                    member.visibility == "timeline" and member.id != stack.primary_asset_id
                    for member in stack.assets
                ),
            )
        )
    return found


def placed(stacks: Stacks, sets: Iterable[Sequence[str]]) -> Stacks:
    """``stacks`` with those of ``unplaced`` in one that are in a set with others of that stack.

    They are in one that is silent, which is all that the server lets be seen: what belongs
    together is taken to be together, so that nothing is written again and again.
    """
    if not stacks.unplaced:
        return stacks
    silent = {
        one: stack.id for stack in stacks.existing if stack.is_silent for one in stack.asset_ids
    }
    left = dict.fromkeys(stacks.unplaced)
    found: dict[str, list[str]] = {}
    for members in sets:
        stack_id = next((silent[one] for one in members if one in silent), None)
        if stack_id is not None:
            lost = [one for one in members if one in left]
            found.setdefault(stack_id, []).extend(lost)
            for one in lost:
                del left[one]
    existing = [
        attrs.evolve(
            stack,
            asset_ids=(*stack.asset_ids, *found[stack.id]),
            unshown=stack.unshown.union(found[stack.id]),
        )
        if stack.id in found
        else stack
        for stack in stacks.existing
    ]
    return attrs.evolve(stacks, existing=existing, unplaced=list(left))


def connected(sets: Sequence[Iterable[str]]) -> Iterator[list[int]]:
    """The places of ``sets`` in parts that share nothing with each other, in their order."""
    leaders = list(range(len(sets)))

    def leader(place: int) -> int:
        while leaders[place] != place:
            leaders[place] = leaders[leaders[place]]
            place = leaders[place]
        return place

    first: dict[str, int] = {}
    for place, members in enumerate(sets):
        for member in members:
            one, other = sorted((leader(first.setdefault(member, place)), leader(place)))
            leaders[other] = one
    parts: dict[int, list[int]] = {}
    for place in range(len(sets)):
        parts.setdefault(leader(place), []).append(place)
    return iter(parts.values())
