"""Criteria as values: what two assets must have in common to belong into one stack."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

__all__ = ["Criteria", "Criterion", "Expression", "Group", "Regex", "Split"]


@attrs.frozen
class Split:
    """The part of a text at ``index``, after cutting it at each of ``delimiters`` in turn."""

    delimiters: tuple[str, ...] = ()
    index: int = 0


@attrs.frozen
class Regex:
    """What the group ``index`` of ``pattern`` finds in a text; 0 is the whole match.

    With a ``promote_index``, the text of that group says where in its stack an asset goes: in the
    order of ``promote_keys``.
    """

    pattern: str = ""
    index: int = 0
    promote_index: int | None = None
    promote_keys: tuple[str, ...] = ()


@attrs.frozen
class Criterion:
    """One value of an asset: ``key`` names the field, the rest says what to make of it.

    ``delta_ms`` is how far apart times may be; ``place`` is where in the criteria it stands.
    """

    place: str
    key: str = ""
    split: Split | None = None
    regex: Regex | None = None
    delta_ms: int = 0


@attrs.frozen
class Group:
    """Criteria that count together: all of them (AND), or each for itself (OR)."""

    place: str
    operator: str = ""
    criteria: tuple[Criterion, ...] = ()


@attrs.frozen
class Expression:
    """A node of a tree: a criterion, or an operator over ``children``."""

    place: str
    operator: str | None = None
    children: tuple[Expression, ...] = ()
    criterion: Criterion | None = None

    def leaves(self) -> Iterator[Criterion]:
        """All criteria of the tree in the order in which they are written."""
        if self.criterion is not None:
            yield self.criterion
        else:
            for child in self.children:
                yield from child.leaves()


@attrs.frozen
class Criteria:
    """What was asked for, in one of three forms; with none of them, nothing is stacked.

    Of several ``groups`` without any OR, the first that matches counts: that is an expression.
    """

    listed: tuple[Criterion, ...] = ()
    groups: tuple[Group, ...] = ()
    expression: Expression | None = None

    def used(self) -> tuple[Criterion, ...]:
        """The criteria that take part, in the order in which they are written."""
        if self.expression is not None:
            return tuple(self.expression.leaves())
        return self.listed + tuple(one for group in self.groups for one in group.criteria)
