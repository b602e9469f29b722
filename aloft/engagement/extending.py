"""A document merged with those that it extends (rule 11 of the language)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aloft.engagement.library import Find, presets
from aloft.engagement.moment_document import KEYS_OF_TRIGGERS, TRIGGERS
from aloft.engagement.problems import Path
from aloft.engagement.spelling import did_you_mean, quoted
from aloft.engagement.tree import Branch, Entry, Flaw, Listing, Node, Scalar, Tree, Unreadable, read_tree

_ORDERED: Mapping[Path, str] = {
    ("phases",): "phase",
    ("segments",): "segment",
    ("health", "profiles"): "profile",
}
"""Where the order of entries says something, with what an entry is called."""
_LAST_TAKES_ALL = frozenset({("segments",), ("health", "profiles")})


@dataclass(frozen=True)
class Whole:
    """A document with all that it inherits; `bases` are the names of what it extends, the nearest first."""

    tree: Tree
    bases: tuple[str, ...] = ()


def read_whole(source: str | Tree, file: str, find: Find) -> Whole:
    """`source`: the text of a document, or the part of another one that it stands in.

    Raises Unreadable where a document is not YAML, or what it extends is not there.
    """
    return _read(source, "", find, (file,))


def _read(source: str | Tree, file: str, find: Find, chain: tuple[str, ...]) -> Whole:
    tree = source if isinstance(source, Tree) else read_tree(source, file)
    entry = tree.root.entries.get("extends")
    if entry is None:
        return Whole(tree)
    name = _extended(entry)
    found = find(name)
    if found is None:
        hint = did_you_mean(name, presets()) or ": write a preset, or the name of a file beside this one"
        raise Unreadable(Flaw(entry.value.place, ("extends",), f"unknown model {quoted(name)}{hint}"))
    if found.file in chain:
        raise Unreadable(Flaw(entry.value.place, ("extends",), f"{quoted(name)} would extend itself"))
    base = _read(found.text, found.file, found.find, (*chain, found.file))
    return Whole(_Merging(tree).over(base.tree), (*_name_of(base.tree), *base.bases))


def _extended(entry: Entry) -> str:
    if not isinstance(entry.value, Scalar) or entry.value.null:
        raise Unreadable(Flaw(entry.value.place, ("extends",), "expected the name of a model"))
    return entry.value.text


def _name_of(tree: Tree) -> tuple[str, ...]:
    entry = tree.root.entries.get("engagement_model")
    return (entry.value.text,) if entry and isinstance(entry.value, Scalar) else ()


class _Merging:
    def __init__(self, own: Tree) -> None:
        self.own = own
        self.flaws = list(own.flaws)
        self.removed: set[str] = set()

    def over(self, base: Tree) -> Tree:
        inherited = {key: entry for key, entry in base.root.entries.items() if key != "extends"}
        root = self.branch(Branch(inherited, base.root.place), self.own.root, ())
        entries = {key: entry for key, entry in root.entries.items() if key != "extends"}
        return Tree(self.without_removed(Branch(entries, root.place)), (*base.flaws, *self.flaws))

    def branch(self, base: Branch, own: Branch, path: Path) -> Branch:
        base = without_old_health(self.without_old_trigger(base, own, path), own, path)
        entries = dict(base.entries)
        for key, entry in own.entries.items():
            here: Path = (*path, key)
            if isinstance(entry.value, Scalar) and entry.value.null:
                self.remove(entries, entry, here)
            elif key in entries:
                self.refuse_place(entry, here)
                entries[key] = Entry(entry.key, self.node(entries[key].value, entry.value, here))
            else:
                self.add(entries, entry, here)
        return Branch(entries, own.place)

    def node(self, base: Node, own: Node, path: Path) -> Node:
        if isinstance(base, Branch) and isinstance(own, Branch):
            return self.branch(base, own, path)
        return own

    def remove(self, entries: dict[str, Entry], entry: Entry, path: Path) -> None:
        key = str(path[-1])
        if key not in entries:
            says = f"there is nothing to remove{did_you_mean(key, entries)}"
            self.flaws.append(Flaw(entry.key, path, says))
        entries.pop(key, None)
        if len(path) == 2 and path[0] == "moments":
            self.removed.add(key)

    def add(self, entries: dict[str, Entry], entry: Entry, path: Path) -> None:
        """What is new stands last, or where it says; never after the one that takes everybody else."""
        key, value = str(path[-1]), entry.value
        if path[:-1] not in _ORDERED or not isinstance(value, Branch):
            entries[key] = entry
            return
        before = value.entries.get("before")
        if before is None:
            behind = _rest(entries) if path[:-1] in _LAST_TAKES_ALL else None
        else:
            behind = self.place_of(entries, before, path)
        rest = {name: below for name, below in value.entries.items() if name != "before"}
        _insert(entries, key, replace(entry, value=replace(value, entries=rest)), behind)

    def place_of(self, entries: Mapping[str, Entry], before: Entry, path: Path) -> str | None:
        name = before.value.text if isinstance(before.value, Scalar) else ""
        if name in entries:
            return name
        says = f"unknown {_ORDERED[path[:-1]]} {quoted(name)}{did_you_mean(name, entries)}"
        self.flaws.append(Flaw(before.value.place, (*path, "before"), says))
        return None

    def refuse_place(self, entry: Entry, path: Path) -> None:
        if path[:-1] not in _ORDERED or not isinstance(entry.value, Branch):
            return
        before = entry.value.entries.get("before")
        if before is not None:
            says = f"'before' is for what is new: {quoted(str(path[-1]))} is inherited and keeps its place"
            self.flaws.append(Flaw(before.key, (*path, "before"), says))

    def without_old_trigger(self, base: Branch, own: Branch, path: Path) -> Branch:
        """A moment that is given another trigger loses the keys of the one that it had."""
        if len(path) != 2 or path[0] != "moments":
            return base
        old = [key for key in TRIGGERS if key in base.entries]
        new = [key for key in TRIGGERS if key in own.entries and key not in old]
        if not new:
            return base
        gone = {key for trigger in old for key in KEYS_OF_TRIGGERS[trigger]}
        return replace(base, entries={key: one for key, one in base.entries.items() if key not in gone})

    def without_removed(self, root: Branch) -> Branch:
        """An inherited `absorbs` forgets what was removed."""
        moments = root.entries.get("moments")
        if not self.removed or moments is None or not isinstance(moments.value, Branch):
            return root
        kept = {name: self.forgetting(name, entry) for name, entry in moments.value.entries.items()}
        changed = Entry(moments.key, replace(moments.value, entries=kept))
        return replace(root, entries={**root.entries, "moments": changed})

    def forgetting(self, name: str, moment: Entry) -> Entry:
        value = moment.value
        if not isinstance(value, Branch) or "absorbs" not in value.entries or self.says_itself(name):
            return moment
        absorbs = value.entries["absorbs"]
        kept = _without(absorbs.value, self.removed)
        rest = {key: entry for key, entry in value.entries.items() if key != "absorbs"}
        if kept is not None:
            rest["absorbs"] = Entry(absorbs.key, kept)
        return Entry(moment.key, replace(value, entries=rest))

    def says_itself(self, moment: str) -> bool:
        return "absorbs" in self.own.keys(("moments", moment))


def without_old_health(base: Branch, own: Branch, path: Path) -> Branch:
    """Health that is given profiles loses the dimensions beside them, and the other way round; bands stay."""
    if path != ("health",):
        return base
    by_profiles = "profiles" in own.entries
    if by_profiles == ("profiles" in base.entries) or own.entries.keys() <= {"bands"}:
        return base
    return replace(base, entries={key: one for key, one in base.entries.items() if key == "bands"})


def _without(absorbs: Node, removed: set[str]) -> Node | None:
    """None where nothing is left."""
    if isinstance(absorbs, Scalar):
        return None if absorbs.text in removed else absorbs
    if not isinstance(absorbs, Listing):
        return absorbs
    kept = tuple(item for item in absorbs.items if not (isinstance(item, Scalar) and item.text in removed))
    return Listing(kept, absorbs.place) if kept else None


def _rest(entries: Mapping[str, Entry]) -> str | None:
    """The segment or profile without `when`, which stands last."""
    for name, entry in entries.items():
        if isinstance(entry.value, Branch) and "when" not in entry.value.entries:
            return name
    return None


def _insert(entries: dict[str, Entry], key: str, entry: Entry, before: str | None) -> None:
    order = list(entries.items())
    at = [name for name, _ in order].index(before) if before in entries else len(order)
    order.insert(at, (key, entry))
    entries.clear()
    entries.update(order)
