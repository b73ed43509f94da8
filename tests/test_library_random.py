"""Whatever happens to a library, and to the updates of its copy: in the end they are the same."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library_world import ME, USERS, World

from immichkit import MirrorError, SyncEngine
from immichkit.local.library.effects import REQUESTED
from immichkit.local.library.records import RecordReader
from immichkit.local.library.schema import read_only
from immichkit.local.library.store import Store
from immichkit.local.library.tables import TABLES

TROUBLES = ("apply", "complete", "reset", "ack", "ack taken", "cut")


class TroubleError(Exception):
    """Something that goes wrong."""


class Update:
    """One update of a copy, in which one kind of thing goes wrong, after ``luck`` times."""

    def __init__(
        self, world: World, store: Store, session: str, trouble: str = "", luck: int = 0
    ) -> None:
        self.world, self.store, self.session = world, store, session
        self.trouble, self.luck = trouble, luck

    def run(self, batch_size: int = 3) -> None:
        assert self.store.lock()
        try:
            acks = self.world.checkpoints.get(self.session, {})
            reset = self.store.begin(ME, "https://example.com/api", acks)
            SyncEngine(self, self, REQUESTED, batch_size, reset=reset).run()
        finally:
            self.store.unlock()

    def stream(self, types: list[Any], reset: bool, /) -> Iterator[Any]:
        reader = RecordReader()
        for line in self.world.stream(self.session, reset=reset):
            if self._strikes("cut"):
                reader.feed(line[: len(line) // 2])
                break
            yield from reader.feed(line)
        reader.finish()

    def ack(self, acks: list[str], /) -> None:
        self.store.acknowledging(acks)
        self._may_fail("ack")
        self.world.acknowledge(self.session, acks)
        self._may_fail("ack taken")

    def process_events(self, events: list[Any]) -> None:
        data, acks = [event.data for event in events], [event.ack for event in events]
        self.store.apply(events[0].type, data, acks)
        self._may_fail("apply")

    def reset(self) -> None:
        self.store.reset()
        self._may_fail("reset")

    def complete(self) -> None:
        self.store.complete()
        self._may_fail("complete")

    def _may_fail(self, where: str) -> None:
        if self._strikes(where):
            raise TroubleError(where)

    def _strikes(self, where: str) -> bool:
        if where != self.trouble:
            return False
        self.luck -= 1
        return self.luck < 0


def edit(world: World, rng: random.Random) -> None:
    """Let some user do something."""

    def one(things: Any) -> Any:
        return rng.choice(sorted(things))

    mine = [key for key, row in world.assets.items() if row["ownerId"] == ME]
    deeds: list[Any] = [
        lambda: world.add_asset(one(USERS)),
        lambda: world.add_album(one(USERS)),
        lambda: world.stack(one(USERS)),
        lambda: world.befriend(one(USERS), one([ME, ME, "ann"])),
    ]
    if world.assets:
        deeds += [
            lambda: world.edit_asset(one(world.assets)),
            lambda: world.edit_exif(one(world.assets)),
            lambda: world.delete_asset(one(world.assets)),
        ]
    if mine:
        deeds += [lambda: world.add_face(one(mine)), lambda: world.read_text(one(mine))]
    if world.faces:
        deeds.append(lambda: world.delete_face(one(world.faces)))
    if world.stacks:
        deeds.append(lambda: world.unstack(one(world.stacks)))
    if world.albums:
        deeds += [
            lambda: world.share(one(world.albums), one(USERS)),
            lambda: world.share(one(world.albums), ME),
            lambda: world.delete_album(one(world.albums)),
        ]
        if world.assets:
            link = lambda: world.link(one(world.albums), one(world.assets))  # noqa: E731
            deeds += [link, link, link]
    if world.links:
        deeds.append(lambda: world.unlink(*one(world.links)))
    if world.members:
        deeds.append(lambda: world.put_out(*one(world.members)))
    if world.partners:
        deeds.append(lambda: world.fall_out(*one(world.partners)))
    rng.choice(deeds)()


def difference(world: World, path: Path) -> dict[str, Any]:
    """What the copy at ``path`` has otherwise than ``world``, by table."""
    database = read_only(path)
    found = {}
    for name, records in world.shown().items():
        columns = TABLES[name].columns
        names = ", ".join(f'"{column.name}"' for column in columns)
        rows = database.execute(f'select {names} from "{name}"').fetchall()  # noqa: S608
        wanted = {repr(tuple(record.get(column.wire) for column in columns)) for record in records}
        here = {repr(row).replace("1,", "True,", name == "partner") for row in rows}
        if wanted != here:
            found[name] = wanted ^ here
    database.close()
    return found


steps = st.one_of(
    st.tuples(st.just("edit"), st.integers(5, 30)),
    st.tuples(st.just("update"), st.integers(1, 4)),
    st.tuples(st.sampled_from(TROUBLES), st.integers(0, 25)),
    st.tuples(
        st.sampled_from(
            ["reset wanted", "new session", "other program", "older copy", "reopened", "forgotten"]
        ),
        st.integers(0, 5),
    ),
)


@given(st.lists(steps, min_size=8, max_size=30), st.randoms(use_true_random=False))
def test_a_copy_ends_up_as_the_server_is(
    happenings: list[tuple[str, int]], rng: random.Random
) -> None:
    world, session = World(), "session 0"
    with tempfile.TemporaryDirectory() as name:
        path, older = Path(name) / "library.db", Path(name) / "older"
        store = Store(path)
        for number, (what, size) in enumerate([("edit", 30), *happenings]):
            if what == "edit":
                for _ in range(size):
                    edit(world, rng)
            elif what == "update":
                Update(world, store, session).run(size)
                assert difference(world, path) == {}
            elif what in TROUBLES:
                with pytest.raises(Exception) as caught:
                    Update(world, store, session, what, size).run(rng.randint(1, 4))
                    raise TroubleError("not this time")
                assert isinstance(caught.value, TroubleError) or "without SyncComplete" in str(
                    caught
                )
            elif what == "reset wanted":
                world.pending.add(session)
                world.gone.clear()
            elif what == "new session":
                session = f"session {number}"
                world.gone.clear()  # a server keeps no delete for ever
            elif what == "forgotten":
                world.checkpoints.pop(session, None)
                world.gone.clear()
            elif what == "other program":
                for line in [*world.stream(session, reset=False)][:size]:
                    world.acknowledge(session, [RecordReader().feed(line)[0].ack])
            else:
                store.close()
                if what == "older copy":
                    if size % 2 or not older.exists():
                        shutil.copyfile(path, older)
                    else:
                        shutil.copyfile(older, path)
                store = Store(path)
        Update(world, store, session).run()
        assert difference(world, path) == {}
        store.close()


def test_another_user_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.db")
    store.begin("ann", "https://a.example.com/api", {})
    with pytest.raises(MirrorError, match="another user, ann at https://a"):
        store.begin("bob", "https://b.example.com/api", {})
    store.close()
