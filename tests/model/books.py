# SPDX-License-Identifier: GPL-3.0-or-later
"""The books of a run: what our user asked for, what the client kept of it, and what its sessions did to the server.

The rules, which doc/ tells users in their words: a message that another hand took away is gone, and what was wanted of it is
done; a flag of ours wins over an older one of another hand; whatever is moved lies in the target before it leaves the
source. So each thing a session did must have been asked for before, and each thing that was asked for must have come
about, at one moment after it was asked at least, unless the client says that it did not and there is a reason.
"""
import collections

Change = collections.namedtuple(
    "Change", "id group op state folder target validity target_validity step undoes undone_by attempts error server items add remove")
Item = collections.namedtuple("Item", "id uid local target_uid state")
TAKES = ("move", "expunge", "empty")  # what may take a message from its folder
MAKES = ("move", "copy", "append")    # what may put one into another


class Failure(Exception):
    pass


def flag_set(text):
    return frozenset(text[1:-1].split())


def parse_change(words):
    """A line "change" of the client."""
    numbers = {0, 1, 6, 7, 8, 9, 10, 11}
    w = [int(x) if n in numbers else x for n, x in enumerate(words[1:])]
    items = []
    for text in w[14].split():
        *four, state = text.split(":")
        items.append(Item(*map(int, four), state))
    return Change(*w[:14], items, flag_set(w[15]), flag_set(w[16]))


class Intent:
    """One thing our user asked for."""

    def __init__(self, op, since, folder=None, validity=0, places=(), target=None, add=(), remove=(), key=None, shown=None):
        self.op, self.since, self.folder, self.validity, self.places = op, since, folder, validity, places
        self.target, self.add, self.remove, self.key = target, frozenset(add), frozenset(remove), key
        self.shown = shown
        self.group, self.durable = 0, False

    def __str__(self):
        return "%s of %s in %s to %s (group %d)" % (self.op, self.places, self.folder, self.target, self.group)


class Books:
    def __init__(self, server):
        self.server, self.intents, self.changes = server, [], {}
        self.settled = len(server.records)
        self.versions = collections.defaultdict(list)  # id -> how the change looked: its messages may get other numbers
        self.unstable = set()  # raw names of folders that were made, renamed, removed or renumbered
        self.refusals = []

    def intend(self, intent):
        self.intents.append(intent)
        return intent

    # What the client kept.

    def read(self, changes):
        self.changes = {c.id: c for c in changes}
        self.item_of = {i.id: (c, i) for c in changes for i in c.items}
        for c in changes:
            if c not in self.versions[c.id]:
                self.versions[c.id].append(c)
        self.groups = collections.defaultdict(list)
        for c in changes:
            self.groups[c.group].append(c)
        strange = sorted(set(self.groups) - {i.group for i in self.intents})
        if strange:
            raise Failure("changes that nobody asked for: %s" % self.groups[strange[0]])
        self.since = {i.group: i.since for i in self.intents if i.group and i.op != "undo"}
        for i in self.intents:
            self.since.setdefault(i.group, i.since)
        for r in self.server.records[self.settled:]:
            if r.what in ("created", "deleted", "renumbered", "renamed"):
                self.unstable.update((r.name,) + (r.detail if r.what == "renamed" else ()))

    def settle_lost(self, intent, changes):
        """The client was killed before it could tell whether it kept this, and under which group."""
        known = {i.group for i in self.intents}
        groups = sorted({c.group for c in changes} - known)
        if groups:
            intent.group = groups[0]
        else:
            self.intents.remove(intent)

    def key_of(self, change, item):
        if item.local:
            return self.key_of(*self.item_of[item.local]) if item.local in self.item_of else None
        if change.op == "append":
            return next((i.key for i in self.intents if i.group == change.group), None)
        place = self.server.places.get((change.validity, item.uid))
        return place.message.key if place else None

    def places_of(self, change, item, surely=False):
        """The places on the server that the item may mean; or surely means."""
        place = self.server.places.get((change.validity, item.uid)) if item.uid else None
        if place:
            return [place]
        if item.local not in self.item_of:
            return []
        maker, made = self.item_of[item.local]
        place = self.server.places.get((maker.target_validity, made.target_uid))
        if place or surely:
            return [place] if place else []
        key = self.key_of(maker, made)
        return [self.server.places[(r.validity, r.uid)] for r in self.births(maker.target, key, self.since[maker.group], who="session")]

    def births(self, name, key, since, who=None):
        return [r for r in self.server.records[since:]
                if r.what == "born" and r.key == key and r.name == name and (who is None or (r.who == "hand") == (who == "hand"))]

    # The checks.

    def check(self, changes):
        self.read(changes)
        self.refusals = [c.number for c in self.server.commands if c.fault == "refuse"]
        self.promise_3_nothing_that_was_said_to_be_kept_is_lost()
        self.promise_4_only_what_was_asked_for_is_done()
        self.promise_6_copied_before_taken()
        self.everything_ended()
        for change in self.changes.values():
            if change.state == "done":
                self.came_about(change)
            elif change.state in ("failed", "parked"):
                self.has_an_excuse(change)
        self.nothing_is_doubled()

    def promise_3_nothing_that_was_said_to_be_kept_is_lost(self):
        for intent in self.intents:
            kept = self.groups.get(intent.group, ())
            if intent.durable and not kept:
                raise Failure("was durable and is lost: %s" % intent)
            if not kept or intent.op == "undo":
                continue
            main = [c for c in kept if c.op == intent.op]
            if not main:
                raise Failure("became something else: %s: %s" % (intent, kept))
            if intent.op == "flag" and any((c.add, c.remove) != (intent.add, intent.remove) for c in main):
                raise Failure("other flags: %s: %s" % (intent, main))
            if intent.target and any(c.target != intent.target for c in main) and intent.target not in self.unstable:
                raise Failure("another target: %s: %s" % (intent, main))
            if intent.places:
                # After renumbering a twin of the message is as good: nobody can tell them apart.
                asked = {p.message.key for p in intent.places} | set(intent.key)
                # One that is parked or failed keeps a number that means nothing any more.
                got = {p.message.key for c in main for i in c.items if i.state not in ("parked", "failed") for p in self.places_of(c, i)}
                if not got <= asked and not any(i.local for c in main for i in c.items):
                    raise Failure("other messages: %s: %s" % (intent, main))

    def asked(self, r, ops):
        """The changes of these kinds that were asked for before the record."""
        return [c for c in self.changes.values() if c.op in ops and self.since.get(c.group, 0) <= r.number]

    def meant(self, change):
        """What our user named when it was asked for: the client may have had to look for it under other numbers since."""
        return next((i for i in self.intents if i.group == change.group and i.op == change.op), None)

    def names(self, change, r):
        place, intent = self.server.places.get((r.validity, r.uid)), self.meant(change)
        return change.op == "empty" and change.folder == r.name or intent and place in intent.places or \
            any(place in self.places_of(c, i) for c in self.versions[change.id] for i in c.items)

    def keys_of(self, change):
        intent = self.meant(change)
        keys = [intent.key] if change.op == "append" else intent.key if intent and intent.key else []
        return set(keys) | {self.key_of(c, i) for c in self.versions[change.id] for i in c.items}

    def is_asked(self, r):
        if r.what == "flags":
            return True  # goes with "stored"
        if r.what == "stored":
            sign, flags = r.detail
            return any(self.names(c, r) and sign == "+" and flags == ("\\Deleted",) for c in self.asked(r, TAKES)) or \
                any(self.names(c, r) and set(flags) <= (c.add if sign == "+" else c.remove) for c in self.asked(r, ("flag",)) if sign)
        if r.what == "born":
            return any(c.target == r.name and r.key in self.keys_of(c) for c in self.asked(r, MAKES))
        if r.what == "died":
            return any(self.names(c, r) for c in self.asked(r, TAKES)) or \
                (r.detail == "folder deleted" and any(c.folder == r.name for c in self.asked(r, ("delete",))))
        kinds = {"created": ("create",), "deleted": ("delete",), "renamed": ("rename",)}
        return any(r.name in (c.folder, c.target) or r.what == "renamed" for c in self.asked(r, kinds.get(r.what, ())))

    def promise_4_only_what_was_asked_for_is_done(self):
        for r in self.server.records:
            if r.who != "hand" and not self.is_asked(r):
                raise Failure("nobody asked for that: %s" % (r,))

    def promise_6_copied_before_taken(self):
        """What a move took from a folder lay in the target by then."""
        taken = collections.Counter()
        for r in self.server.records:
            if r.who == "hand" or r.what != "died" or r.detail == "folder deleted":
                continue
            if any(self.names(c, r) for c in self.asked(r, ("expunge", "empty"))):
                continue
            moves = [c for c in self.asked(r, ("move",)) if self.names(c, r)]
            taken[r.key] += 1
            born = [b for c in moves for b in self.births(c.target, r.key, self.since.get(c.group, 0)) if b.number <= r.number]
            if len(born) < 1:
                raise Failure("taken and put nowhere: %s, by %s" % (r, moves))

    def everything_ended(self):
        for c in self.changes.values():
            if c.state in ("open", "begun"):
                raise Failure("never ended: %s" % (c,))

    def has_an_excuse(self, c):
        if self.refusals or c.folder in self.unstable or c.target in self.unstable:
            return
        keys = self.keys_of(c)
        if any(p.died and p.died.who == "hand" and p.message.key in keys for (_, _), p in self.server.places.items()):
            return  # also a copy that another hand took away before it was seen
        makers = [self.item_of[i.local][0] for i in c.items if i.local in self.item_of]
        if any(m.state != "done" for m in makers):
            return
        raise Failure("failed without a reason: %s" % (c,))

    def came_about(self, c):
        since = self.since.get(c.group, 0)
        for item in c.items:
            if item.state != "done":
                continue
            places = self.places_of(c, item, surely=True)
            if c.op == "append" and not self.births(c.target, self.key_of(c, item), since):
                raise Failure("never arrived: %s" % (c,))
            for p in places if c.op != "append" else ():
                if c.op == "flag":
                    self.was_flagged(c, p, since)
                elif c.op in TAKES and not p.died and not any("\\Deleted" in flags for flags in self.looks(p, since)):
                    raise Failure("%s is still there: %s" % (p.message.key, c))
                elif c.op == "copy" and not p.died and not self.births(c.target, p.message.key, since):
                    raise Failure("%s was never copied: %s" % (p.message.key, c))

    @staticmethod
    def looks(p, since):
        """Its flags at that moment and at each later one."""
        before = [flags for number, flags in p.history if number < since][-1:]
        return before + [flags for number, flags in p.history if number >= since]

    def was_flagged(self, c, p, since):
        if not p.died and not any(c.add <= flags and not c.remove & flags for flags in self.looks(p, since)):
            raise Failure("%s was never so: %s" % (p.message.key, c))

    def nothing_is_doubled(self):
        """No more copies came from our sessions than were asked for, but for those that another hand took away: a copy whose
        answer was lost and that is gone again looks as if it had never come."""
        wanted, made = collections.Counter(), collections.Counter()
        for c in self.changes.values():
            if c.op in MAKES and c.state != "undone":
                intent = self.meant(c)
                first = self.versions[c.id][0]
                keys = intent.key if intent and c.op != "append" else [self.key_of(first, i) for i in first.items]
                wanted.update((c.target, key) for key in keys)
        for r in self.server.records:
            died = self.server.places[(r.validity, r.uid)].died if r.what == "born" else None
            if r.what == "born" and r.who != "hand" and not (died and died.who == "hand"):
                made[(r.name, r.key)] += 1
        for (name, key), n in made.items():
            if n > wanted[(name, key)]:
                raise Failure("%s came to %s %d times and was asked for %d times" % (key, name, n, wanted[(name, key)]))
