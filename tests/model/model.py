# SPDX-License-Identifier: GPL-3.0-or-later
"""The model test: our client, another hand and misfortune, drawn from a seed; in the end server, cache and intention agree.

A run is made of rounds. In a round the two hands do what the dice say while links break and commands are refused, and the
client is killed now and then; then everything heals, the client syncs until it is quiet, and the books are compared.
"""
import base64
import collections
import os
import random
import re
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from books import Books, Failure, Intent, parse_change
from server import LOGIN, PASSWORD, PROFILES, Server, compose

PATIENCE = 40
ROUND = 40  # steps between two comparisons
FLUSHES = 8  # after which what is put off must have been tried
TAIL = 200  # lines of the transcript shown with a failure
SIZES = (12, 12, 70, 700)  # messages in the inbox when a run begins
STAY = 0.3  # share of runs in which the client stays connected, as the screens do
RUN = 400   # steps of one run, which begins with an empty cache
NAMES = ("Work", "Work/Deep", "Größe", "A & B", 'say "so"', "Lists", "Lists/dev", "x")
ROLES = ("Sent", "Drafts", "Trash", "Junk", "Archive")
HAND_FLAGS = ("\\Seen", "\\Flagged", "\\Answered", "\\Deleted", "$Forwarded", "todo", "later")


# --- names ---

def raw_name(server, shown):
    """The server's name of a folder shown so: modified UTF-7, with prefix and delimiter."""
    if shown == "Inbox":
        return "INBOX"

    def encode(found):
        octets = found.group().encode("utf-16-be")
        return "&" + base64.b64encode(octets).decode().rstrip("=").replace("/", ",") + "-"

    name = re.sub("[^\x20-\x7e]+", encode, shown.replace("&", "&-"))
    return server.prefix + name.replace("/", server.delimiter)


def shown_name(server, raw):
    def decode(found):
        coded = found.group(1).replace(",", "/")
        return base64.b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be") if coded else "&"

    if raw == "INBOX":
        return "Inbox"
    return re.sub("&([^-]*)-", decode, raw[len(server.prefix):].replace(server.delimiter, "/"))


# --- the program under test ---

class Client:
    """One process of the engine; asked line by line."""

    def __init__(self, path, home, port, stay=False, log=None):
        self.args = [path, os.path.join(home, "mailrc"), os.path.join(home, "cache"), os.path.join(home, "state"),
                     "stay" if stay else "leave"] + ([log] if log else [])
        os.makedirs(home, mode=0o700, exist_ok=True)
        with open(os.path.join(home, "mailrc"), "w", encoding="utf-8") as f:
            f.write("account box {\n  email vera@box.example\n  login %s\n  password file %s\n  imap 127.0.0.1:%d insecure\n}\n"
                    % (LOGIN.decode(), os.path.join(home, "password"), port))
        with open(os.path.join(home, "password"), "w", encoding="utf-8") as f:
            f.write(PASSWORD.decode())
        os.chmod(os.path.join(home, "password"), 0o600)
        self.home = home
        self.start()

    def start(self):
        self.errors = open(os.path.join(self.home, "stderr"), "ab")
        self.child = subprocess.Popen(self.args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, bufsize=0)
        self.buffer = b""
        self.waiting = selectors.DefaultSelector()
        self.waiting.register(self.child.stdout, selectors.EVENT_READ)
        end = self.end()
        if end[0] != "ok":
            raise Failure("the store does not open: %s" % end)

    def read_line(self, until):
        while b"\n" not in self.buffer:
            if not self.waiting.select(max(0, until - time.monotonic())):
                raise Failure("the client does not answer")
            data = os.read(self.child.stdout.fileno(), 65536)
            if not data:
                raise Failure("the client died: status %s\n%s" % (self.child.wait(), self.complaints()))
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode("utf-8", "replace").split("\t")

    def end(self, lines=None):
        until = time.monotonic() + PATIENCE
        while True:
            words = self.read_line(until)
            if words[0] in ("ok", "err"):
                return words
            if lines is not None:
                lines.append([words[0][2:]] + words[1:])

    def send(self, *words):
        try:
            self.child.stdin.write(("\t".join(str(w) for w in words) + "\n").encode())
        except BrokenPipeError as why:
            raise Failure("the client died: status %s\n%s" % (self.child.wait(), self.complaints())) from why

    def ask(self, *words):
        """What came of it: its end, and the lines before it."""
        lines = []
        self.send(*words)
        end = self.end(lines)
        if end[0] == "err" and end[1] in ("hang", "bug", "usage"):
            raise Failure("%s: %s" % (" ".join(words), end))
        return end, lines

    def ask_to_death(self, *words):
        """Asks, and takes it well when the client dies of it."""
        self.send(*words)
        try:
            self.end([])
        except Failure:
            if self.child.wait(PATIENCE) != -signal.SIGKILL:
                raise

    def complaints(self):
        with open(os.path.join(self.home, "stderr"), "rb") as f:
            return f.read()[-3000:].decode("utf-8", "replace")

    def kill(self):
        self.child.kill()
        self.gone()

    def quit(self):
        self.child.stdin.close()
        code = self.child.wait(PATIENCE)
        self.gone()
        if code:
            raise Failure("the client ended with %d\n%s" % (code, self.complaints()))

    def gone(self):
        self.child.wait(PATIENCE)
        for f in (self.child.stdout, self.child.stdin, self.errors):
            f.close()
        self.waiting.close()


# --- one run ---

class Run:
    def __init__(self, client, home, profile, seed, changing=True, log=None):
        self.seed, self.profile, self.home = seed, profile, home
        self.dice = random.Random("%s %d" % (profile, seed))
        self.server = Server(profile, seed)
        self.stay = self.dice.random() < STAY
        self.steps, self.history, self.checks = 0, collections.deque(maxlen=40), 0
        self.trouble, self.kill_in = False, 0
        self.changing = changing                           # our user changes things too
        self.folders_change = self.dice.random() < 0.5     # anybody makes, renames, renumbers, removes folders
        self.server.between = self.between
        for name in ["Inbox"] * self.dice.choice(SIZES) + ["Archive", "Sent", "Sent"]:
            self.server.deliver(raw_name(self.server, name))
        self.books = Books(self.server)
        self.client = Client(client, home, self.server.port, self.stay, log)

    def note(self, text):
        self.history.append("%d %s" % (self.steps, text))
        self.server.note("step %d: %s" % (self.steps, text))

    def shown(self):
        """Shown names of the server's folders, and their mailboxes."""
        return {shown_name(self.server, raw): box for raw, box in self.server.boxes.items()}

    # The other hand.

    def pick(self, items):
        return self.dice.choice(sorted(items)) if items else None

    def hand(self, dice=None):
        """One act of the other hand."""
        server, dice = self.server, dice or self.dice
        act = dice.choices(("deliver", "flag", "expunge", "move", "copy", "forget", "create", "rename", "renumber", "delete"),
                           (30, 30, 14, 10, 3, 1) + ((3, 2, 1, 1) if self.folders_change else (0, 0, 0, 0)))[0]
        with server.lock:
            name = dice.choice(sorted(server.boxes)) if dice.random() < 0.5 else "INBOX"
            box = server.boxes[name]
            uid = dice.choice(sorted(box.places)) if box.places else None
            if act == "deliver":
                uid, key = server.deliver(name, dice.sample(HAND_FLAGS[:2], dice.randrange(2)), attachment=dice.random() < 0.2)
                return "hand delivers %s to %s as %d" % (key, name, uid)
            if act == "create":
                return self.hand_creates(dice)
            if act == "renumber":
                server.renumber(name)
                return "hand renumbers %s" % name
            if act in ("rename", "delete"):
                return self.hand_folders(act, dice)
            if act == "forget":
                server.forget(name)
                return "server forgets what was expunged from %s" % name
            if uid is None:
                return "hand finds nothing in %s" % name
            if act == "flag":
                flags = dice.sample(HAND_FLAGS, dice.randrange(1, 3))
                add = dice.random() < 0.6
                server.flag(name, uid, flags if add else (), () if add else flags)
                return "hand flags %d in %s %s%s" % (uid, name, "+-"[not add], flags)
            if act == "expunge":
                uids = dice.sample(sorted(box.places), min(len(box.places), dice.choice((1, 1, 2, 5))))
                server.expunge(name, uids)
                return "hand expunges %s from %s" % (uids, name)
            target = dice.choice(sorted(server.boxes))
            new = (server.copy if act == "copy" else server.move)(name, uid, target)
            return "hand %s %d from %s to %s as %d" % ("copies" if act == "copy" else "moves", uid, name, target, new)

    def hand_creates(self, dice):
        name = dice.choice(NAMES)
        raw = raw_name(self.server, name)
        parent = raw_name(self.server, name.split("/")[0])
        if raw in self.server.boxes or parent not in self.server.boxes and parent != raw:
            return "hand creates nothing"
        self.server.make(raw)
        return "hand creates %s" % raw

    def hand_folders(self, act, dice):
        server = self.server
        mine = [n for n in NAMES if raw_name(server, n) in server.boxes]
        if not mine:
            return "hand finds no folder"
        name = dice.choice(mine)
        raw = raw_name(server, name)
        deeper = raw + server.delimiter
        if act == "delete":
            if any(n.startswith(deeper) for n in server.boxes):
                return "hand deletes nothing"
            server.drop("hand", raw)
            return "hand deletes %s" % raw
        if "/" in name:
            return "hand renames nothing"
        new = raw_name(server, name + "2")
        if new in server.boxes:
            return "hand renames nothing"
        server.rename("hand", raw, new)
        return "hand renames %s to %s" % (raw, new)

    def between(self):
        """Called for each command that comes in: the other hand may have been quicker; or it was the client's last."""
        if self.kill_in:
            self.kill_in -= 1
            if not self.kill_in:
                self.client.child.kill()
                self.note("killed")
        if self.trouble and self.server.faults.random.random() < 0.1:
            self.note("meanwhile " + self.hand(self.server.faults.random))

    # Our client.

    def known(self):
        """The folders as our user sees them: {shown name: (raw name, UIDVALIDITY)}."""
        _, lines = self.client.ask("folders")
        return {w[1]: (w[2], int(w[5])) for w in lines if w[0] == "folder" and not int(w[4]) & 8}

    def rows(self, name):
        """The rows our user sees: (UID, local number, key, flags); self.seen is the folder's number and UIDVALIDITY."""
        end, lines = self.client.ask("dump", name)
        if end[0] != "ok":
            return []
        self.seen = next(((w[1], int(w[2])) for w in lines if w[0] == "of"), ("0", 0))
        return [(int(w[1]), int(w[2]), w[6].split(" ")[0], frozenset(w[7][1:-1].split())) for w in lines if w[0] == "row"]

    def sync_one(self):
        names = self.known()
        name = self.pick(names) if names and self.dice.random() < 0.5 else "Inbox"
        verb = self.dice.choice(("sync", "sync", "open"))
        end, _ = self.client.ask(verb, name)
        return "client: %s %s: %s" % (verb, name, " ".join(end))

    def read_one(self):
        """What is shown of a message is that message."""
        name = self.pick(self.known()) or "Inbox"
        rows = [r for r in self.rows(name) if r[0]]
        if not rows:
            return "client reads nothing"
        uid, _, key, _ = self.dice.choice(rows)
        end, lines = self.client.ask("read", name, uid)
        text = next((w[2] for w in lines if w[0] == "message"), None)
        if text is not None and text != "This is %s." % key:
            raise Failure("%s is shown as '%s'" % (key, text))
        return "client: read %s %d: %s" % (name, uid, " ".join(end))

    def draw_places(self):
        names = self.known()
        drawn = self.pick(names) if names and self.dice.random() < 0.4 else "Inbox"
        for name in (drawn, "Inbox", "Archive", "Sent"):
            rows = self.rows(name)
            if rows:
                break
        else:
            return None
        chosen = self.dice.sample(rows, min(len(rows), self.dice.choice((1, 1, 1, 2, 4))))
        raw, (number, validity) = names.get(name, ("INBOX", 0))[0], self.seen
        at = ",".join(str(uid) if uid else "L%d" % local for uid, local, _, _ in chosen)
        places = [p for p in (self.server.places.get((validity, uid)) for uid, _, _, _ in chosen) if p]
        return name, "#" + number, raw, validity, at, places, [r[2] for r in chosen]

    def draw_change(self):
        """A change: the words for the client, and what is meant by them."""
        dice, since = self.dice, len(self.server.records)
        verb = dice.choices(("flag", "move", "copy", "delete", "archive", "junk", "expunge", "append", "undo", "create", "rename", "remove"),
                            (40, 18, 8, 10, 6, 3, 5, 6, 8) + ((3, 2, 2) if self.folders_change else (0, 0, 0)))[0]
        if verb == "undo":
            return ["undo"], Intent("undo", since)
        if verb == "append":
            name = dice.choice(("Inbox", "Sent", "Drafts"))
            key = self.server.next_key()
            path = os.path.join(self.home, key)
            with open(path, "wb") as f:
                f.write(compose(key, self.server.clock, attachment=dice.random() < 0.3))
            return [verb, name, path, "+\\Seen"], Intent("append", since, target=raw_name(self.server, name), key=key)
        if verb in ("create", "rename", "remove"):
            if len(self.known()) < 2:
                return None, None  # a name below a prefix that is not known yet
            name = dice.choice(NAMES)
            new = [name + "2"] if verb == "rename" else []
            return [verb, name] + new, Intent({"remove": "delete"}.get(verb, verb), since)
        drawn = self.draw_places()
        if not drawn:
            return None, None
        name, number, raw, validity, at, places, keys = drawn
        meant = {"shown": name, "folder": raw, "validity": validity, "places": places, "key": keys}
        if verb == "flag":
            flags = dice.sample([f for f in HAND_FLAGS if f != "\\Deleted"], dice.randrange(1, 3))
            signs = [dice.choice("++-") for _ in flags]
            words = [s + f for s, f in zip(signs, flags)]
            return [verb, number, at, " ".join(words)], Intent("flag", since, add=[w[1:] for w in words if w[0] == "+"],
                                                             remove=[w[1:] for w in words if w[0] == "-"], **meant)
        if verb in ("move", "copy"):
            target = dice.choice(sorted(n for n in self.known() if n != name) or ["Archive"])
            return [verb, number, at, target], Intent(verb, since, target=self.known().get(target, (None,))[0], **meant)
        if verb == "expunge":
            return [verb, number, at], Intent(verb, since, **meant)
        target = {"delete": "Trash", "archive": "Archive", "junk": "Junk"}[verb]
        return [verb, number, at], Intent("move", since, target=raw_name(self.server, target), **meant)

    def change(self):
        words, intent = self.draw_change()
        if not words:
            return "client finds nothing to change"
        later = self.dice.random() < 0.6 and intent.op != "undo"
        words[0] += "&" if later else ""
        self.books.intend(intent)
        end, lines = self.client.ask(*words)
        for w in lines:
            if w[0] == "durable":
                intent.group, intent.durable = int(w[1]), True  # of an undo: the group taken back, when it had not begun
        if not intent.durable:
            self.books.intents.remove(intent)
        if later and intent.durable and not self.trouble and not self.stay:
            self.promise_3_what_is_asked_for_shows_at_once(words, intent)
        return "client: %s: group %d, %s" % (" ".join(words), intent.group, " ".join(end))

    def promise_3_what_is_asked_for_shows_at_once(self, words, intent):
        if intent.op not in ("flag", "move", "expunge"):
            return
        at = {(0, int(x[1:])) if x[0] == "L" else (int(x), 0) for x in words[2].split(",")}
        rows = {(uid, local): (key, flags) for uid, local, key, flags in self.rows(intent.shown)}
        for place in at & set(rows):
            flags = rows[place][1]
            if intent.op != "flag" and "\\Deleted" not in flags or not intent.add <= flags or intent.remove & flags:
                raise Failure("%s does not show: %s" % (" ".join(words), rows[place]))

    def again(self):
        """What was put off, failed or was parked is tried again, or dropped before it began."""
        some = [c for c in self.changes() if c.state in ("open", "begun", "failed", "parked")]
        if not some:
            return "client has nothing to try again"
        c = self.dice.choice(some)
        if c.state == "open" and self.dice.random() < 0.3:
            end, _ = self.client.ask("drop", c.id)
            return "client: drop %d: %s" % (c.id, " ".join(end))
        end, _ = self.client.ask("retry", c.id)
        return "client: retry %d: %s" % (c.id, " ".join(end))

    def kill(self):
        words, intent = None, None
        if self.dice.random() < 0.8:
            words, intent = self.draw_change() if self.changing else (None, None)
            if words:
                self.books.intend(intent)
            words = words or [self.dice.choice(("sync", "open")), self.pick(self.known()) or "Inbox"]
            if self.dice.random() < 0.7:
                self.kill_in = self.dice.randrange(1, 8)
                self.client.ask_to_death(*words)
            else:
                self.client.send(*words)
                time.sleep(self.dice.random() * 0.01)
        self.kill_in = 0
        self.client.kill()
        self.client.start()
        if intent:
            self.books.settle_lost(intent, self.changes())
        return "killed in %s and started anew" % words if words else "killed and started anew"

    def break_link(self):
        self.server.cut_all()
        self.server.down = self.dice.random() < 0.5
        return "the link is cut" + (", the server away" if self.server.down else "")

    # Misfortune and healing.

    def step(self):
        self.steps += 1
        self.server.down = self.server.down and self.dice.random() < 0.85
        acts = {"hand": 50, "sync": 15, "change": 28 if self.changing else 0, "read": 2, "again": 1 if self.changing else 0, "list": 1, "link": 1.5, "kill": 0.8}
        act = self.dice.choices(list(acts), list(acts.values()))[0]
        if act == "list":
            self.note("client: list: %s" % " ".join(self.client.ask("list")[0]))
        else:
            self.note({"hand": self.hand, "sync": self.sync_one, "change": self.change, "read": self.read_one, "again": self.again, "kill": self.kill,
                       "link": self.break_link}[act]())

    def round(self, steps):
        self.trouble = self.dice.random() < 0.7
        self.server.faults.rate = self.dice.choice((0, 0.02, 0.08)) if self.trouble else 0
        for _ in range(steps):
            self.step()
        self.heal()
        self.check()

    def heal(self):
        self.trouble, self.server.faults.rate, self.server.faults.plan, self.server.down = False, 0, {}, False
        self.note("healed")
        for _ in range(FLUSHES):
            if self.changing:
                self.client.ask("flush")
            self.must("list")
            for name in sorted(self.shown()):
                self.must("sync", name)
            if not self.open_changes():
                return

    def changes(self):
        if not self.changing:
            return []
        end, lines = self.client.ask("changes")
        if end[0] != "ok":
            raise Failure("changes: %s" % end)
        return [parse_change(w) for w in lines if w[0] == "change"]

    def open_changes(self):
        return [c for c in self.changes() if c.state in ("open", "begun")]

    def must(self, *words):
        """Without faults everything succeeds; a link lost before is noticed at most once."""
        for _ in range(3):
            end, _ = self.client.ask(*words)
            if end[0] == "ok":
                return
            self.note("%s: %s" % (" ".join(words), " ".join(end)))
        raise Failure("%s fails though nothing is wrong: %s" % (" ".join(words), end))

    # The books.

    def cached(self, name):
        end, lines = self.client.ask("dump", name)
        if end[0] != "ok":
            raise Failure("dump %s: %s" % (name, end))
        rows = {}
        for word, uid, local, _, size, received, subject, flags in (w for w in lines if w[0] == "row"):
            if int(local):
                raise Failure("%s: %s of ours was never named by the server" % (name, subject))
            else:
                rows[int(uid)] = (subject.split(" ")[0], frozenset(flags[1:-1].split()), int(size), int(received))
        return rows

    def check(self):
        self.checks += 1
        server = self.server
        if server.violations:
            raise Failure("violations:\n  " + "\n  ".join(server.violations))
        self.books.check(self.changes())
        for name, box in self.shown().items():
            wanted = {p.uid: (p.message.key, frozenset(p.flags), p.message.size, p.message.received) for p in box.places.values()}
            got = self.cached(name)
            if got != wanted:
                raise Failure("%s: cache and server differ:\n%s" % (name, differences(got, wanted)))
        end, lines = self.client.ask("folders")
        known = sorted(w[1] for w in lines if w[0] == "folder" and not int(w[4]) & 8)
        if known != sorted(self.shown()):
            raise Failure("folders known: %s\n  on the server: %s" % (known, sorted(self.shown())))

    def end(self):
        self.client.quit()
        errors = self.client.complaints()
        if re.search("CRITICAL|WARNING|Sanitizer|runtime error", errors):
            raise Failure("on standard error:\n" + errors)

    def close(self):
        if self.client.child.poll() is None:
            self.client.child.kill()
        self.server.close()


def differences(got, wanted):
    lines = ["  UID %d: server %s" % (uid, show(wanted[uid])) for uid in sorted(set(wanted) - set(got))]
    lines += ["  UID %d: cache %s" % (uid, show(got[uid])) for uid in sorted(set(got) - set(wanted))]
    lines += ["  UID %d: cache %s\n          server %s" % (uid, show(got[uid]), show(wanted[uid]))
              for uid in sorted(set(got) & set(wanted)) if got[uid] != wanted[uid]]
    return "\n".join(lines[:20])


def show(row):
    return "%s (%s) %d octets, received %d" % (row[0], " ".join(sorted(row[1])), row[2], row[3])


def play(client, work, profile, seed, steps, out, changing=True, log=None):
    """One run; None, or why it failed, with all that is needed to see it again."""
    home = os.path.join(work, "%s-%d" % (profile, seed))
    shutil.rmtree(home, ignore_errors=True)
    run = Run(client, home, profile, seed, changing, log)
    began = time.monotonic()
    try:
        while run.steps < steps:
            run.round(min(ROUND, steps - run.steps))
        run.end()
        out.update(steps=run.steps, checks=run.checks, commands=len(run.server.commands), seconds=time.monotonic() - began)
        return None
    except Failure as why:
        tail = list(run.server.transcript)[-TAIL:]
        return "%s\nThe changes:\n  %s\nThe last steps:\n  %s\nThe transcript:\n  %s" % (
            why, "\n  ".join(map(str, run.books.changes.values())), "\n  ".join(run.history), "\n  ".join(tail))
    finally:
        run.close()
        shutil.rmtree(home, ignore_errors=True)


def main():
    client = os.path.join(os.environ["TOP_BUILDDIR"], "tests/model/client")
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else os.environ.get("TMPDIR", "/tmp")
    # The same run every time, so that a red test means a change here; "random" draws another.
    word = os.environ.get("MODEL_SEED") or "1"
    seed = random.SystemRandom().randrange(1 << 30) if word == "random" else int(word)
    steps = int(os.environ.get("MODEL_STEPS") or 4000)
    profiles = os.environ["MODEL_PROFILE"].split() if os.environ.get("MODEL_PROFILE") else list(PROFILES)
    print("# MODEL_SEED=%d" % seed)
    print("1..%d" % len(profiles), flush=True)
    bad = 0
    with tempfile.TemporaryDirectory(prefix="boxwood-model.", dir=base) as work:
        for n, profile in enumerate(profiles, 1):
            totals, failure, at = collections.Counter(), None, seed
            while totals["steps"] < steps and not failure:
                out = {}
                failure = play(client, work, profile, at, min(RUN, steps - totals["steps"]), out)
                totals.update(out)
                at += 1
            if failure:
                bad = 1
                print("not ok %d - %s" % (n, profile))
                print("# again: MODEL_PROFILE=%s MODEL_SEED=%d MODEL_STEPS=%d" % (profile, at - 1, min(RUN, steps)))
                print("# " + failure.replace("\n", "\n# "), flush=True)
            else:
                print("ok %d - %s" % (n, profile))
                print("# %s" % ", ".join("%s %d" % pair for pair in sorted(totals.items())), flush=True)
    sys.exit(bad)


if __name__ == "__main__":
    main()
