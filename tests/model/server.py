# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated IMAP server on loopback: strict about what it is sent, and open to a second hand that works straight on its data.

Everything that happens to a message is recorded with who did it (a session, or "hand"); every command is recorded; what a
server could not parse, or what nobody may send here, is a violation. Faults are drawn from a seed or planned by number: a
command refused, delayed, the link cut before, after or in the middle of its answer, BYE. What `answers` says of a command
comes instead of its execution; what `lies` make of it, instead of its own "OK".

    server = Server("qresync", seed=7); server.port; server.deliver("INBOX"); server.faults.rate = 0.05; server.close()
"""
import base64
import calendar
import collections
import random
import re
import select
import socket
import threading
import time

PROFILES = {
    "courier": "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE IDLE QUOTA ACL",
    "plain": "IMAP4rev1",
    "condstore": "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE IDLE ENABLE CONDSTORE UNSELECT LITERAL-",
    "qresync": "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE IDLE ENABLE CONDSTORE QRESYNC MOVE UNSELECT LITERAL+ SASL-IR "
               "SPECIAL-USE LIST-EXTENDED LIST-STATUS ESEARCH",
}
LOGIN, PASSWORD = b"vera", b"secret"
SYSTEM_FLAGS = ("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
LINE_MOST = 8000

Record = collections.namedtuple("Record", "number who what box name validity uid key detail")
Command = collections.namedtuple("Command", "number session name text fault")


class Bad(Exception):
    """The command is not what RFC 3501 allows."""


class Refused(Exception):
    """NO, with a code and a text."""


class Cut(Exception):
    """The link is gone."""


# --- messages ---

class Part:
    """A message or a part of one: its octets, taken apart as far as sections and structures need."""

    def __init__(self, raw):
        self.raw = raw
        cut = raw.find(b"\r\n\r\n")
        self.header, self.body = (raw[:cut + 4], raw[cut + 4:]) if cut >= 0 else (raw, b"")
        kind = re.search(rb"(?im)^content-type: *([\w.+-]+)/([\w.+-]+)([^\r\n]*)", self.header)
        self.kind = (kind.group(1).decode().lower(), kind.group(2).decode().lower()) if kind else ("text", "plain")
        self.parts = []
        bound = kind and re.search(rb'boundary="?([^";\r\n]+)', kind.group(3))
        if self.kind[0] == "multipart" and bound:
            self.bound = bound.group(1).decode()
            pieces = re.split(rb"(?:^|\r\n)--" + re.escape(bound.group(1)) + rb"(?:--)?[ \t]*(?:\r\n|$)", self.body)
            self.parts = [Part(piece) for piece in pieces[1:-1]]

    def structure(self):
        if self.parts:
            return "(%s %s (\"boundary\" %s) NIL NIL NIL)" % (
                "".join(p.structure() for p in self.parts), quoted(self.kind[1]), quoted(self.bound))
        lines = " %d" % self.body.count(b"\n") if self.kind[0] == "text" else ""
        return "(%s %s (\"charset\" \"utf-8\") NIL NIL \"7bit\" %d%s NIL NIL NIL NIL)" % (
            quoted(self.kind[0]), quoted(self.kind[1]), len(self.body), lines)

    def section(self, name):
        """The octets of a section, or None."""
        part, words = self, name.split(".") if name else []
        while words and words[0].isdigit():
            n = int(words.pop(0))
            if part.parts and 1 <= n <= len(part.parts):
                part = part.parts[n - 1]
            elif part.parts or n != 1:
                return None
            if not words:
                return part.body
        if not words:
            return part.raw
        return {"HEADER": part.header, "MIME": part.header, "TEXT": part.body}.get(words[0])

    def fields(self, names):
        wanted = {n.lower() for n in names}
        found = [line for line in re.findall(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*", self.header)
                 if line.split(b":")[0].strip().lower().decode("latin-1") in wanted]
        return b"".join(found) + b"\r\n"


class Message(Part):
    def __init__(self, key, raw, received):
        super().__init__(raw)
        self.key, self.received = key, received
        self.size = len(raw)


def key_of(raw):
    found = re.search(rb"(?im)^x-key: *(\S+)", raw)
    return found.group(1).decode() if found else "?"


def compose(key, received, msgid=None, body=None, attachment=False):
    """The octets of a test message; its key stands in the subject and in X-Key."""
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(received))
    head = ("From: Ana Duarte <ana@duarte.example>\r\nTo: Vera Lund <vera@box.example>\r\nSubject: %s of the model\r\n"
            "Date: %s\r\nMessage-ID: %s\r\nX-Key: %s\r\nMIME-Version: 1.0\r\n" % (key, when, msgid or "<%s@model.example>" % key, key))
    text = "Content-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n" % (body or "This is %s." % key)
    if attachment:
        text = ("Content-Type: multipart/mixed; boundary=\"b-%s\"\r\n\r\n--b-%s\r\n%s\r\n--b-%s\r\n"
                "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\n%s\r\n--b-%s--\r\n"
                % (key, key, text, key, key * 40, key))
    return (head + text).encode()


# --- data ---

class Place:
    """A message in a folder: the same one for as long as it lies there, whatever its UID."""

    def __init__(self, uid, message, flags, modseq):
        self.uid, self.message, self.flags, self.modseq = uid, message, set(flags), modseq
        self.history = []  # (number of the record, flags): how it looked from then on
        self.died = None   # the Record of its end


class Mailbox:
    numbers = 0

    def __init__(self, name, validity, role=None):
        Mailbox.numbers += 1
        self.id, self.name, self.validity, self.role = Mailbox.numbers, name, validity, role
        self.uidnext, self.modseq = 1, 1
        self.places = {}    # uid -> Place, ascending
        self.expunged = []  # (modseq, uid)
        self.forgotten = 0  # expunges up to this modseq are not remembered any more
        self.subscribed = True

    def tick(self):
        self.modseq += 1
        return self.modseq


def quoted(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def ranges(uids):
    """A sequence set of them, shortest form."""
    out = []
    for u in sorted(uids):
        if out and out[-1][1] == u - 1:
            out[-1][1] = u
        else:
            out.append([u, u])
    return ",".join("%d" % a if a == b else "%d:%d" % (a, b) for a, b in out)


def internal_date(seconds):
    t = time.gmtime(seconds)
    return '"%2d-%s-%d %02d:%02d:%02d +0000"' % (t.tm_mday, MONTHS[t.tm_mon - 1], t.tm_year, t.tm_hour, t.tm_min, t.tm_sec)


# --- faults ---

class Faults:
    """What goes wrong: at random with `rate`, or planned: {number of the command from now on: kind}."""
    KINDS = ("before", "after", "middle", "refuse", "delay", "bye")

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rate, self.kinds, self.plan, self.count = 0.0, self.KINDS, {}, 0

    def arm(self, plan):
        self.plan, self.count = dict(plan), 0

    def draw(self, name):
        self.count += 1
        kind = self.plan.get(self.count)
        if not kind and self.rate and self.random.random() < self.rate:
            kind = self.random.choice(self.kinds)
        if kind == "refuse" and name in ("LOGOUT", "CAPABILITY", "DONE"):
            return None
        return kind


# --- the server ---

class Server:
    def __init__(self, profile, seed=1, clock=1760000000):
        self.profile, self.caps = profile, PROFILES[profile].split()
        self.delimiter = "." if profile == "courier" else "/"
        self.prefix = "INBOX." if profile == "courier" else ""
        self.lock = threading.RLock()
        self.random = random.Random(seed)
        self.faults = Faults(seed + 1)
        self.boxes, self.validity, self.clock, self.keys = {}, 1000, clock, 0
        self.records, self.commands, self.violations = [], [], []
        self.places = {}  # (UIDVALIDITY, UID) -> Place, also of what is gone
        self.transcript = collections.deque(maxlen=6000)
        self.sessions, self.session_count, self.logins, self.most_sessions = {}, 0, 0, 0
        self.refused_logins = []  # sessions
        self.down, self.between = False, lambda: None
        self.answers = []  # (pattern of the command behind its tag, what is said instead of doing it; "" cuts the link)
        self.lies = {}     # name of a command: the text of its OK -> the text that is told
        self.make("INBOX")
        for role in ("Sent", "Drafts", "Trash", "Junk", "Archive"):
            self.make(self.prefix + role, role if "SPECIAL-USE" in self.caps else None)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            if self.down:
                sock.close()
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.session_count += 1
                s = Session(self, sock, "s%d" % self.session_count)
                self.sessions[s.who] = s
                self.most_sessions = max(self.most_sessions, len(self.sessions))
            s.start()

    def close(self):
        self.listener.close()
        self.cut_all()

    def cut_all(self):
        with self.lock:
            for s in list(self.sessions.values()):
                s.cut()

    def quiet(self, seconds=5):
        """Waits until no session is left."""
        until = time.monotonic() + seconds
        while self.sessions and time.monotonic() < until:
            time.sleep(0.005)
        return not self.sessions

    def record(self, who, what, box, uid=0, key="", detail=None):
        r = Record(len(self.records), who, what, box.id, box.name, box.validity, uid, key, detail)
        self.records.append(r)
        return r

    def note(self, text):
        self.transcript.append("! " + text)

    def violate(self, session, text, line=""):
        self.violations.append("%s: %s: %s" % (session, text, line[:300]))
        self.note("violation by %s: %s" % (session, text))

    # What sessions and the other hand do to the data, all under the lock.

    def make(self, name, role=None, who="hand"):
        self.validity += 1
        box = self.boxes[name] = Mailbox(name, self.validity, role)
        self.record(who, "created", box)
        return box

    def next_key(self):
        self.keys += 1
        return "K%05d" % self.keys

    def put(self, who, box, message, flags=()):
        uid = box.uidnext
        box.uidnext += 1
        p = box.places[uid] = self.places[(box.validity, uid)] = Place(uid, message, flags, box.tick())
        r = self.record(who, "born", box, uid, message.key, tuple(sorted(flags)))
        p.history.append((r.number, frozenset(flags)))
        return uid

    def take(self, who, box, uids, why="expunged"):
        gone = [u for u in uids if u in box.places]
        for uid in gone:
            p = box.places.pop(uid)
            box.expunged.append((box.tick(), uid))
            p.died = self.record(who, "died", box, uid, p.message.key, why)
        return gone

    def set_flags(self, who, box, uid, flags):
        p = box.places[uid]
        if p.flags != set(flags):
            r = self.record(who, "flags", box, uid, p.message.key, (tuple(sorted(p.flags)), tuple(sorted(flags))))
            p.history.append((r.number, frozenset(flags)))
            p.flags = set(flags)
            p.modseq = box.tick()

    def rename(self, who, old, new):
        deeper = old + self.delimiter
        for name in sorted(n for n in self.boxes if n == old or n.startswith(deeper)):
            box = self.boxes.pop(name)
            box.name = new + name[len(old):]
            self.boxes[box.name] = box
            self.record(who, "renamed", box, detail=(name, box.name))

    def drop(self, who, name):
        box = self.boxes[name]
        self.take(who, box, list(box.places), "folder deleted")
        self.record(who, "deleted", self.boxes.pop(name))
        for s in list(self.sessions.values()):
            if s.box is box and s.who != who:
                s.cut()

    def changed(self, box=None):
        for s in self.sessions.values():
            if s.box and (box is None or s.box is box):
                s.wake()

    # The other hand.

    def deliver(self, name, flags=(), msgid=None, attachment=False, who="hand"):
        with self.lock:
            box = self.boxes[name]
            self.clock += self.random.randrange(0, 3) * 60
            key = self.next_key()
            uid = self.put(who, box, Message(key, compose(key, self.clock, msgid, attachment=attachment), self.clock), flags)
            self.changed(box)
            return uid, key

    def flag(self, name, uid, add=(), remove=(), who="hand"):
        with self.lock:
            box = self.boxes[name]
            self.set_flags(who, box, uid, (box.places[uid].flags | set(add)) - set(remove))
            self.changed(box)

    def expunge(self, name, uids, who="hand"):
        with self.lock:
            self.take(who, self.boxes[name], uids)
            self.changed(self.boxes[name])

    def copy(self, name, uid, target, who="hand"):
        with self.lock:
            p = self.boxes[name].places[uid]
            new = self.put(who, self.boxes[target], p.message, p.flags)
            self.changed(self.boxes[target])
            return new

    def move(self, name, uid, target, who="hand"):
        with self.lock:
            new = self.copy(name, uid, target, who)
            self.take(who, self.boxes[name], [uid], "moved")
            self.changed(self.boxes[name])
            return new

    def renumber(self, name, who="hand"):
        """The folder gets another UIDVALIDITY; its messages keep their order, not their UIDs."""
        with self.lock:
            box = self.boxes[name]
            old, moved = list(box.places.values()), []
            self.validity += 1
            box.validity, box.expunged, box.forgotten, box.places = self.validity, [], box.modseq, {}
            box.uidnext = self.random.randrange(1, 50)
            for p in old:
                uid = box.uidnext
                box.uidnext += self.random.randrange(1, 3)
                moved.append((p.uid, uid))
                p.uid, p.modseq = uid, box.tick()
                box.places[uid] = self.places[(box.validity, uid)] = p
            self.record(who, "renumbered", box, detail=tuple(moved))
            for s in list(self.sessions.values()):
                if s.box is box:
                    s.cut()

    def forget(self, name):
        """What was expunged so far is remembered no more."""
        with self.lock:
            self.boxes[name].forgotten = self.boxes[name].modseq
            self.boxes[name].expunged = []

    def state(self):
        """{box name: (validity, {uid: (key, flags)})}"""
        with self.lock:
            return {b.name: (b.validity, {p.uid: (p.message.key, frozenset(p.flags)) for p in b.places.values()})
                    for b in self.boxes.values()}


# --- reading commands ---

ATOM = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
ASTRING = re.compile(rb'[^\x00-\x20\x7f-\xff(){%*"\\]+')
LIST_ATOM = re.compile(rb'[^\x00-\x20\x7f-\xff(){"\\]+')
FLAG = re.compile(rb'\\?[^\x00-\x20\x7f-\xff(){%*"\\\]]+')
QUOTED = re.compile(rb'"((?:[^"\\\r\n\x80-\xff]|\\["\\])*)"')
SEQUENCE = re.compile(rb"(?:\d+|\*)(?::(?:\d+|\*))?(?:,(?:\d+|\*)(?::(?:\d+|\*))?)*")
SECTION = re.compile(rb"(?i)((?:\d+\.)*(?:\d+|HEADER|TEXT|MIME)?)(\.FIELDS(?:\.NOT)?)?")
DATE = re.compile(rb'"([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')


class Reader:
    """The words of one command: literals are kept apart, their place in the line is a NUL and a number."""

    def __init__(self, line, literals):
        self.line, self.literals, self.at = line, literals, 0

    def match(self, pattern, what):
        found = pattern.match(self.line, self.at)
        if not found:
            raise Bad("%s expected at '%s'" % (what, self.line[self.at:self.at + 30].decode("latin-1")))
        self.at = found.end()
        return found

    def sees(self, text):
        return self.line[self.at:self.at + len(text)].upper() == text

    def eat(self, text):
        if self.sees(text):
            self.at += len(text)
            return True
        return False

    def need(self, text):
        if not self.eat(text):
            raise Bad("'%s' expected at '%s'" % (text.decode(), self.line[self.at:self.at + 30].decode("latin-1")))

    def sp(self):
        self.need(b" ")

    def end(self):
        if self.at != len(self.line):
            raise Bad("more than the command: '%s'" % self.line[self.at:self.at + 40].decode("latin-1"))

    def word(self):
        return self.match(ATOM, "an atom").group().decode().upper()

    def number(self):
        return int(self.match(re.compile(rb"\d+"), "a number").group())

    def string(self, atom=None):
        if self.sees(b"\0"):
            return self.literals[int(self.match(re.compile(rb"\0(\d+)\0"), "a literal").group(1))]
        if self.sees(b'"'):
            return re.sub(rb"\\(.)", rb"\1", self.match(QUOTED, "a quoted string").group(1))
        if atom:
            return self.match(atom, "a string").group()
        raise Bad("a string expected")

    def mailbox(self, pattern=False):
        name = self.string(LIST_ATOM if pattern else ASTRING).decode("latin-1")
        return "INBOX" if name.upper() == "INBOX" else name

    def sequence(self):
        return self.match(SEQUENCE, "a sequence set").group().decode()

    def flags(self, bare=False):
        found = []
        closing = self.eat(b"(")
        if not closing and not bare:
            raise Bad("a flag list expected")
        while not (closing and self.eat(b")")):
            flag = self.match(FLAG, "a flag").group().decode()
            if flag.startswith("\\"):
                names = [f for f in SYSTEM_FLAGS if f.lower() == flag.lower()]
                if not names:
                    raise Bad("flag %s may not be set" % flag)
                flag = names[0]
            found.append(flag)
            if not closing and not self.sees(b" "):
                break
            if not self.sees(b")"):
                self.sp()
        return found

    def words(self):
        self.need(b"(")
        found = []
        while not self.eat(b")"):
            if found:
                self.sp()
            found.append(self.word())
        return found


# --- a session ---

class Session(threading.Thread):
    def __init__(self, server, sock, who):
        super().__init__(daemon=True)
        self.server, self.sock, self.who = server, sock, who
        self.waker, self.woken = socket.socketpair()
        self.buffer, self.out = b"", []
        self.state, self.box, self.readonly = "greeted", None, False
        self.view, self.told = [], {}  # UIDs by sequence number; uid -> modseq of the flags told
        self.enabled, self.select_failed, self.login_failed, self.ended = set(), False, False, False
        self.enable_failed = False

    # The wire.

    def cut(self):
        self.ended = True
        for action in (lambda: self.sock.shutdown(socket.SHUT_RDWR), self.wake):
            try:
                action()
            except OSError:
                pass

    def wake(self):
        try:
            self.waker.send(b"x")
        except OSError:
            pass

    def send(self, data):
        for line in data.split(b"\r\n")[:200]:
            if line:
                self.server.transcript.append("%s S %s" % (self.who, line[:200].decode("latin-1")))
        try:
            self.sock.sendall(data)
        except OSError as why:
            raise Cut from why

    def more(self):
        try:
            data = self.sock.recv(65536)
        except OSError as why:
            raise Cut from why
        if not data or self.ended:
            raise Cut
        self.buffer += data

    def read_line(self):
        while b"\r\n" not in self.buffer:
            if len(self.buffer) > LINE_MOST:
                self.server.violate(self.who, "a line of more than %d octets" % LINE_MOST)
                raise Cut
            self.more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def read_octets(self, n):
        while len(self.buffer) < n:
            self.more()
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data

    def say(self, text):
        self.out.append(text.encode("latin-1") if isinstance(text, str) else text)

    def line(self, text):
        self.say(text + "\r\n")

    # The life of it.

    def run(self):
        try:
            self.send(b"* OK [CAPABILITY %s] ready\r\n" % " ".join(self.server.caps).encode())
            while self.state != "over":
                self.command()
        except Cut:
            pass
        finally:
            with self.server.lock:
                self.server.sessions.pop(self.who, None)
                self.server.note("%s ended" % self.who)
            for s in (self.sock, self.waker, self.woken):
                s.close()

    def command(self):
        """One command from its first octet to its answer."""
        line, literals, fault, number = b"", [], None, 0
        while True:
            piece = self.read_line()
            if not number:
                tag, _, rest = piece.partition(b" ")
                name = rest.split(b" ")[0].decode("latin-1").upper()
                if name == "UID":
                    name = "UID " + rest.split(b" ")[1].decode("latin-1").upper() if b" " in rest else "UID"
                fault, number = self.begin(name, piece)
            if b"\0" in piece:
                self.server.violate(self.who, "a NUL")
                raise Cut
            found = re.search(rb"\{(\d+)(\+?)\}$", piece)
            if not found:
                line += piece
                break
            if found.group(2) and not self.literal_may(int(found.group(1))):
                self.server.violate(self.who, "a literal that was not announced", piece.decode("latin-1"))
                raise Cut
            if not found.group(2):
                if fault == "refuse":
                    self.send(tag + b" NO [%s] not now\r\n" % self.refusal(name).encode())
                    return
                self.send(b"+ go on\r\n")
            line += piece[:found.start()] + b"\0%d\0" % len(literals)
            literals.append(self.read_octets(int(found.group(1))))
        self.answer(tag, name, Reader(line[len(tag) + 1:], literals), fault)

    def literal_may(self, n):
        return "LITERAL+" in self.server.caps or ("LITERAL-" in self.server.caps and n <= 4096)

    def refusal(self, name):
        if name in ("LOGIN", "AUTHENTICATE"):
            return "UNAVAILABLE"
        return self.server.faults.random.choice(["INUSE", "LIMIT", "SERVERBUG", "UNAVAILABLE"])

    def begin(self, name, piece):
        server = self.server
        with server.lock:
            server.between()
            fault = server.faults.draw(name)
            text = piece.decode("latin-1") if name not in ("LOGIN", "AUTHENTICATE") else name
            server.commands.append(Command(len(server.commands), self.who, name, text, fault))
            server.transcript.append("%s C %s%s" % (self.who, text, "   [%s]" % fault if fault else ""))
        if fault == "before" or self.ended:
            raise Cut
        if fault == "bye":
            self.send(b"* BYE going down\r\n")
            raise Cut
        if fault == "delay":
            time.sleep(0.02)
        return fault, len(server.commands)

    def answer(self, tag, name, reader, fault):
        if not re.fullmatch(rb"[A-Za-z0-9.]+", tag):
            self.server.violate(self.who, "a strange tag", tag.decode("latin-1"))
            raise Cut
        if name == "IDLE" and self.box and fault != "refuse":
            self.idle(tag, reader)
            return
        if name == "AUTHENTICATE" and b" " not in reader.line[13:]:
            self.send(b"+ \r\n")
            reader.line += b" " + self.read_line()
        self.out = []
        with self.server.lock:
            self.say(self.execute(tag, name, reader, fault))
            data = b"".join(self.out)
        if fault == "after" or self.ended:
            raise Cut
        if fault == "middle":
            self.send(data[:self.server.faults.random.randrange(1, max(2, len(data)))])
            raise Cut
        self.send(data)

    def execute(self, tag, name, reader, fault):
        """Runs it under the lock; what it returns is the tagged answer."""
        def ends(word, text):
            return tag + (" %s %s\r\n" % (word, text)).encode()

        try:
            if fault == "refuse":
                self.refused(name)
                raise Refused("[%s] not now" % self.refusal(name))
            method = getattr(self, "do_" + name.lower().replace(" ", "_"), None)
            if not method:
                raise Bad("no such command here")
            self.check_state(name)
            said = self.scripted(name, reader)
            if said is not None:
                return ends(*said.split(" ", 1))
            for word in name.split(" "):
                reader.need(word.encode())
                if word == "UID":
                    reader.sp()
            text = self.server.lies.get(name, str)(method(reader) or "done")
            if self.box and name not in ("FETCH", "STORE", "SEARCH", "SELECT", "EXAMINE"):
                self.catch_up(True)
            elif self.box and name in ("FETCH", "STORE"):
                self.catch_up(False)
            return ends("OK", text)
        except Refused as why:
            return ends("NO", why)
        except Bad as why:
            if not self.is_follower(name):
                self.server.violate(self.who, str(why), reader.line.decode("latin-1"))
            self.refused(name)
            return ends("BAD", why)

    def scripted(self, name, reader):
        command = reader.line.decode("latin-1")
        for pattern, said in self.server.answers:
            if re.match(pattern, command):
                if not said:
                    raise Cut
                self.refused(name)
                return said
        return None

    def refused(self, name):
        """What comes behind in the same write may then be out of place without being wrong."""
        if name in ("SELECT", "EXAMINE"):
            self.unselect()
            self.select_failed = True
        self.login_failed = self.login_failed or name in ("LOGIN", "AUTHENTICATE")
        self.enable_failed = self.enable_failed or name == "ENABLE"

    def is_follower(self, name):
        if self.enable_failed and name in ("SELECT", "EXAMINE", "UID FETCH"):
            return True
        return self.login_failed if self.state == "greeted" else \
            self.select_failed and not self.box and name in ("FETCH", "UID FETCH")

    NEEDS = {"NAMESPACE": "NAMESPACE", "IDLE": "IDLE", "UNSELECT": "UNSELECT", "ENABLE": "ENABLE", "UID MOVE": "MOVE",
             "MOVE": "MOVE", "UID EXPUNGE": "UIDPLUS", "GETQUOTAROOT": "QUOTA", "GETQUOTA": "QUOTA", "MYRIGHTS": "ACL", "ID": "ID"}
    FREE = ("CAPABILITY", "NOOP", "LOGOUT", "ID")
    SELECTED = ("FETCH", "STORE", "COPY", "MOVE", "EXPUNGE", "CLOSE", "UNSELECT", "CHECK", "UID FETCH", "UID STORE", "UID COPY",
                "UID MOVE", "UID EXPUNGE")

    def check_state(self, name):
        if name in self.NEEDS and self.NEEDS[name] not in self.server.caps:
            raise Bad("%s is not offered" % name)
        if name in self.FREE:
            return
        if (self.state == "greeted") != (name in ("LOGIN", "AUTHENTICATE")):
            raise Bad("not in this state")
        if name in self.SELECTED and not self.box:
            raise Bad("no mailbox is selected")

    # What changed since the client was told, where it may be told.

    def catch_up(self, expunges):
        box = self.box
        if expunges:
            gone = [u for u in self.view if u not in box.places]
            if gone and "QRESYNC" in self.enabled:
                self.line("* VANISHED %s" % ranges(gone))
                self.view = [u for u in self.view if u in box.places]
            for uid in gone:
                if uid in self.view:
                    self.line("* %d EXPUNGE" % (self.view.index(uid) + 1))
                    self.view.remove(uid)
        fresh = [u for u in box.places if u not in self.told]
        if fresh:
            self.view += fresh
            self.told.update((u, box.places[u].modseq) for u in fresh)
            self.line("* %d EXISTS" % len(self.view))
        for seq, uid in enumerate(self.view, 1):
            p = box.places.get(uid)
            if p and p.modseq > self.told[uid]:
                self.told[uid] = p.modseq
                self.line("* %d FETCH (%sFLAGS (%s)%s)" % (seq, "UID %d " % uid if self.enabled else "", " ".join(sorted(p.flags)),
                                                           self.modseq_of(p)))

    def modseq_of(self, p):
        return " MODSEQ (%d)" % p.modseq if self.enabled else ""

    def idle(self, tag, reader):
        try:
            reader.need(b"IDLE")
            reader.end()
        except Bad as why:
            self.server.violate(self.who, str(why))
        self.send(b"+ idling\r\n")
        while True:
            with self.server.lock:
                self.out = []
                self.catch_up(True)
                news = b"".join(self.out)
            if news:
                self.send(news)
            if b"\r\n" in self.buffer:
                break
            ready, _, _ = select.select([self.sock, self.woken], [], [])
            if self.woken in ready:
                self.woken.recv(4096)
            if self.ended:
                raise Cut
            if self.sock in ready:
                self.more()
        if self.read_line().upper() != b"DONE":
            self.server.violate(self.who, "no DONE")
            raise Cut
        self.send(tag + b" OK idled\r\n")

    # Not selected.

    def do_capability(self, r):
        r.end()
        self.line("* CAPABILITY " + " ".join(self.server.caps))

    def do_noop(self, r):
        r.end()

    def do_logout(self, r):
        r.end()
        self.state = "over"
        self.line("* BYE see you")

    def do_login(self, r):
        r.sp()
        login = r.string(ASTRING)
        r.sp()
        self.log_in(login, r.string(ASTRING))
        r.end()
        return "[CAPABILITY %s] hello" % " ".join(self.server.caps)

    def do_authenticate(self, r):
        r.need(b" PLAIN ")
        try:
            _, login, password = base64.b64decode(r.line[r.at:], validate=True).split(b"\0")
        except ValueError as why:
            raise Bad("no PLAIN response") from why
        self.log_in(login, password)
        return "hello"

    def log_in(self, login, password):
        self.server.logins += 1
        if (login, password) != (LOGIN, PASSWORD):
            self.server.refused_logins.append(self.who)
            self.login_failed = True
            raise Refused("[AUTHENTICATIONFAILED] no")
        self.state = "in"

    def do_namespace(self, r):
        r.end()
        self.line('* NAMESPACE ((%s %s)) NIL NIL' % (quoted(self.server.prefix), quoted(self.server.delimiter)))

    def do_enable(self, r):
        words = []
        while r.eat(b" "):
            words.append(r.word())
        r.end()
        if not words:
            raise Bad("ENABLE of nothing")
        enabled = [w for w in words if w in ("CONDSTORE", "QRESYNC") and w in self.server.caps]
        self.enabled.update(enabled)
        if "QRESYNC" in enabled:
            self.enabled.add("CONDSTORE")
        self.line("* ENABLED" + "".join(" " + w for w in enabled))

    def find(self, name, code="NONEXISTENT"):
        box = self.server.boxes.get(name)
        if box:
            return box
        if self.server.profile == "courier":
            raise Refused("Mailbox doesn't exist: %s" % name)
        raise Refused("[%s] no mailbox %s" % (code, name))

    def do_list(self, r, lsub=False):
        server, options = self.server, []
        r.sp()
        if r.sees(b"("):
            if "LIST-EXTENDED" not in server.caps:
                raise Bad("LIST-EXTENDED is not offered")
            r.words()
            r.sp()
        reference = r.mailbox()
        r.sp()
        pattern = r.mailbox(pattern=True)
        if r.eat(b" RETURN "):
            if "LIST-EXTENDED" not in server.caps:
                raise Bad("LIST-EXTENDED is not offered")
            options = self.list_options(r)
        r.end()
        if not pattern:
            self.line('* LIST (\\Noselect) %s ""' % quoted(server.delimiter))
            return
        wanted = re.compile("".join(".*" if c == "*" else "[^%s]*" % re.escape(server.delimiter) if c == "%" else re.escape(c)
                                    for c in reference + pattern))
        for box in sorted(server.boxes.values(), key=lambda b: b.name):
            if not wanted.fullmatch(box.name) or (lsub and not box.subscribed):
                continue
            marks = []
            if "CHILDREN" in server.caps:
                deeper = any(n.startswith(box.name + server.delimiter) for n in server.boxes)
                marks.append("\\HasChildren" if deeper else "\\HasNoChildren")
            if box.role and ("SPECIAL-USE" in server.caps):
                marks.append("\\" + box.role)
            if "SUBSCRIBED" in options and box.subscribed:
                marks.append("\\Subscribed")
            self.line("* %s (%s) %s %s" % ("LSUB" if lsub else "LIST", " ".join(marks), quoted(server.delimiter), quoted(box.name)))
            if isinstance(options, dict) and "STATUS" in options:
                self.tell_status(box, options["STATUS"])

    def list_options(self, r):
        found = {}
        r.need(b"(")
        while not r.eat(b")"):
            if found:
                r.sp()
            word = r.word()
            found[word] = []
            if word == "STATUS":
                if "LIST-STATUS" not in self.server.caps:
                    raise Bad("LIST-STATUS is not offered")
                r.sp()
                found[word] = r.words()
            elif word not in ("SUBSCRIBED", "CHILDREN", "SPECIAL-USE"):
                raise Bad("no such return option: %s" % word)
        return found

    def do_lsub(self, r):
        self.do_list(r, lsub=True)

    def do_status(self, r):
        r.sp()
        box = self.find(r.mailbox())
        r.sp()
        self.tell_status(box, r.words())
        r.end()

    def tell_status(self, box, items):
        values = {"MESSAGES": len(box.places), "RECENT": 0, "UIDNEXT": box.uidnext, "UIDVALIDITY": box.validity,
                  "UNSEEN": sum("\\Seen" not in p.flags for p in box.places.values())}
        if "CONDSTORE" in self.server.caps:
            values["HIGHESTMODSEQ"] = box.modseq
        if any(i not in values for i in items) or not items:
            raise Bad("no such status item: %s" % items)
        self.line("* STATUS %s (%s)" % (quoted(box.name), " ".join("%s %d" % (i, values[i]) for i in items)))

    def do_create(self, r):
        r.sp()
        name = r.mailbox()
        if r.eat(b" "):
            raise Bad("CREATE-SPECIAL-USE is not offered")
        r.end()
        name = name.rstrip(self.server.delimiter)
        if name in self.server.boxes:
            raise Refused("[ALREADYEXISTS] it is there")
        if not name.startswith(self.server.prefix):
            raise Refused("[CANNOT] not outside the namespace")
        self.server.make(name, None, self.who)

    def do_delete(self, r):
        r.sp()
        box = self.find(r.mailbox())
        r.end()
        if box.name == "INBOX":
            raise Refused("[CANNOT] never the inbox")
        if any(n.startswith(box.name + self.server.delimiter) for n in self.server.boxes):
            raise Refused("[HASCHILDREN] it has children")
        if self.box is box:
            self.unselect()
        self.server.drop(self.who, box.name)

    def do_rename(self, r):
        r.sp()
        box = self.find(r.mailbox())
        r.sp()
        name = r.mailbox()
        r.end()
        if box.name == "INBOX":
            raise Refused("[CANNOT] never the inbox")
        if name in self.server.boxes:
            raise Refused("[ALREADYEXISTS] it is there")
        if not name.startswith(self.server.prefix) or name.startswith(box.name + self.server.delimiter):
            raise Refused("[CANNOT] not there")
        self.server.rename(self.who, box.name, name)

    def do_subscribe(self, r, yes=True):
        r.sp()
        self.find(r.mailbox()).subscribed = yes
        r.end()

    def do_unsubscribe(self, r):
        self.do_subscribe(r, False)

    def do_getquotaroot(self, r):
        r.sp()
        box = self.find(r.mailbox())
        r.end()
        self.line('* QUOTAROOT %s "ROOT"' % quoted(box.name))
        self.line('* QUOTA "ROOT" (STORAGE 100 1000000)')

    def do_myrights(self, r):
        r.sp()
        box = self.find(r.mailbox())
        r.end()
        self.line("* MYRIGHTS %s acdilrsw" % quoted(box.name))

    def do_append(self, r):
        r.sp()
        name, flags, when = r.mailbox(), [], int(self.server.clock)
        r.sp()
        if r.sees(b"("):
            flags = r.flags()
            r.sp()
        if r.sees(b'"'):
            when = self.date_of(r)
            r.sp()
        if not r.sees(b"\0"):
            raise Bad("a literal expected")
        raw = r.string()
        r.end()
        box = self.find(name, "TRYCREATE")
        if re.search(rb"(?<!\r)\n|\r(?!\n)", raw) or not raw:
            raise Bad("a message with bare line ends, or an empty one")
        uid = self.server.put(self.who, box, Message(key_of(raw), raw, when), flags)
        self.server.changed(box)
        return "[APPENDUID %d %d] there it is" % (box.validity, uid) if "UIDPLUS" in self.server.caps else "there it is"

    @staticmethod
    def date_of(r):
        d, m, y, hh, mm, ss, sign, zh, zm = r.match(DATE, "a date").groups()
        if m.decode() not in MONTHS:
            raise Bad("no such month")
        at = calendar.timegm((int(y), MONTHS.index(m.decode()) + 1, int(d), int(hh), int(mm), int(ss)))
        zone = (int(zh) * 60 + int(zm)) * 60
        return at - zone if sign == b"+" else at + zone

    # Selecting.

    def unselect(self):
        self.box, self.view, self.told = None, [], {}

    def do_unselect(self, r):
        r.end()
        self.unselect()

    def do_examine(self, r):
        return self.do_select(r, readonly=True)

    def do_select(self, r, readonly=False):
        server, resync = self.server, None
        self.unselect()
        self.select_failed = True
        r.sp()
        name = r.mailbox()
        if r.eat(b" ("):
            resync = self.select_parameters(r)
        r.end()
        box = self.find(name)
        self.select_failed = False
        self.box, self.readonly = box, readonly
        self.view = list(box.places)
        self.told = {u: p.modseq for u, p in box.places.items()}
        keywords = sorted({f for p in box.places.values() for f in p.flags if not f.startswith("\\")})
        self.line("* FLAGS (%s)" % " ".join(SYSTEM_FLAGS + tuple(keywords)))
        self.line("* OK [PERMANENTFLAGS (%s)] yes" % ("" if readonly else " ".join(SYSTEM_FLAGS + tuple(keywords) + ("\\*",))))
        self.line("* %d EXISTS" % len(self.view))
        self.line("* 0 RECENT")
        self.line("* OK [UIDVALIDITY %d] yes" % box.validity)
        if server.profile != "plain":
            self.line("* OK [UIDNEXT %d] yes" % box.uidnext)
        if "CONDSTORE" in server.caps:
            self.line("* OK [HIGHESTMODSEQ %d] yes" % box.modseq)
        if resync:
            self.tell_resync(box, *resync)
        return "[READ-%s] open" % ("ONLY" if readonly else "WRITE")

    def select_parameters(self, r):
        resync = None
        while True:
            word = r.word()
            if word not in self.server.caps or word not in ("CONDSTORE", "QRESYNC"):
                raise Bad("%s is not offered" % word)
            if word == "CONDSTORE":
                self.enabled.add(word)
            else:
                if "QRESYNC" not in self.enabled:
                    raise Bad("QRESYNC was not enabled")
                r.need(b" (")
                validity = r.number()
                r.sp()
                modseq, known = r.number(), None
                if not validity or not modseq:
                    raise Bad("QRESYNC with nothing")
                if r.eat(b" ") and not r.sees(b"("):
                    known = r.sequence()
                    r.eat(b" ")
                if r.eat(b"("):
                    r.sequence()
                    r.sp()
                    r.sequence()
                    r.need(b")")
                r.need(b")")
                resync = (validity, modseq, known)
            if r.eat(b")"):
                return resync
            r.sp()

    def tell_resync(self, box, validity, modseq, known):
        if validity == box.validity:
            self.tell_vanished(box, modseq, known, True)
            for seq, uid in enumerate(self.view, 1):
                p = box.places[uid]
                if p.modseq > modseq and (not known or uid in self.uids(known)):
                    self.line("* %d FETCH (UID %d FLAGS (%s) MODSEQ (%d))" % (seq, uid, " ".join(sorted(p.flags)), p.modseq))

    def tell_vanished(self, box, modseq, known, all_of=False):
        gone = {u for m, u in box.expunged if m > modseq}
        if modseq < box.forgotten:
            gone = {u for u in range(1, box.uidnext) if u not in box.places}
        if known:
            gone = {u for u in gone if self.named(known, u, box.uidnext - 1)}
        if gone:
            self.line("* VANISHED (EARLIER) %s" % ranges(gone))

    @staticmethod
    def named(text, n, most):
        for piece in text.split(","):
            ends = [most if w == "*" else int(w) for w in piece.split(":")]
            if min(ends) <= n <= max(ends):
                return True
        return False

    # Selected.

    def uids(self, text):
        """The UIDs of the view in a set of UIDs."""
        most = max(self.view, default=0)
        spans = [[most if w == "*" else int(w) for w in piece.split(":")] for piece in text.split(",")]
        if any(0 in span for span in spans) and most:
            raise Bad("UID 0")
        spans = [(min(s), max(s)) for s in spans]
        return [u for u in self.view if any(a <= u <= b for a, b in spans)]

    def numbers(self, text):
        """The UIDs at a set of sequence numbers."""
        most = len(self.view)
        found = []
        for piece in text.split(","):
            ends = [most if w == "*" else int(w) for w in piece.split(":")]
            if not min(ends) or (max(ends) > most and not (len(ends) == 2 and "*" in piece)) or not most:
                # Also from a sound client: the count may have changed since it was told.
                raise Refused("[CLIENTBUG] no such message")
            found += self.view[min(ends) - 1:max(ends)]
        return sorted(set(found))

    def do_fetch(self, r, by_uid=False):
        r.sp()
        text = r.sequence()
        r.sp()
        items = self.fetch_items(r)
        since, vanished = self.fetch_modifiers(r)
        r.end()
        uids = self.uids(text) if by_uid else self.numbers(text)
        if by_uid and ("UID",) not in items:
            items.insert(0, ("UID",))
        if since is not None and ("MODSEQ",) not in items:
            items.append(("MODSEQ",))
        if vanished:
            self.tell_vanished(self.box, since, text)
        for uid in uids:
            p = self.box.places.get(uid)
            if p and (since is None or p.modseq > since):
                self.say("* %d FETCH (" % (self.view.index(uid) + 1))
                for n, item in enumerate(items):
                    self.say(" " if n else "")
                    self.fetch_item(p, item)
                self.line(")")

    def do_uid_fetch(self, r):
        return self.do_fetch(r, True)

    def fetch_items(self, r):
        if not r.eat(b"("):
            return [self.fetch_word(r)]
        items = []
        while not r.eat(b")"):
            if items:
                r.sp()
            items.append(self.fetch_word(r))
        if not items:
            raise Bad("FETCH of nothing")
        return items

    def fetch_word(self, r):
        word = r.match(re.compile(rb"[A-Za-z0-9.]+"), "a fetch item").group().decode().upper()
        if word in ("FLAGS", "UID", "INTERNALDATE", "RFC822.SIZE", "BODYSTRUCTURE"):
            return (word,)
        if word == "MODSEQ" and "CONDSTORE" in self.server.caps:
            self.enabled.add("CONDSTORE")
            return (word,)
        if word == "BODY" and r.sees(b"["):
            raise Bad("BODY[] would set \\Seen")
        if word != "BODY.PEEK":
            raise Bad("no such fetch item: %s" % word)
        r.need(b"[")
        found = r.match(SECTION, "a section")
        section, fields = found.group(1).decode().upper(), None
        if found.group(2):
            r.need(b" (")
            fields = [r.string(ASTRING).decode("latin-1")]
            while r.eat(b" "):
                fields.append(r.string(ASTRING).decode("latin-1"))
            r.need(b")")
        r.need(b"]")
        partial = None
        if r.eat(b"<"):
            first = r.number()
            r.need(b".")
            partial = (first, r.number())
            r.need(b">")
        return ("BODY", section, fields, partial)

    def fetch_modifiers(self, r):
        since, vanished = None, False
        if not r.eat(b" ("):
            return since, vanished
        words = []
        while not r.eat(b")"):
            if words:
                r.sp()
            words.append(r.word())
            if words[-1] == "CHANGEDSINCE" and "CONDSTORE" in self.server.caps:
                r.sp()
                since = r.number()
                if not since:
                    raise Bad("CHANGEDSINCE 0")
                self.enabled.add("CONDSTORE")
            elif words[-1] == "VANISHED" and "QRESYNC" in self.enabled:
                vanished = True
            else:
                raise Bad("no such modifier: %s" % words[-1])
        if vanished and since is None:
            raise Bad("VANISHED without CHANGEDSINCE")
        return since, vanished

    def fetch_item(self, p, item):
        m = p.message
        if item[0] == "FLAGS":
            self.told[p.uid] = p.modseq
            self.say("FLAGS (%s)" % " ".join(sorted(p.flags)))
        elif item[0] == "BODY":
            _, section, fields, partial = item
            data = m.section(section)
            if data is not None and fields:
                part = m if section == "HEADER" else Part(data)
                data = part.fields(fields)
                section = "%s.FIELDS (%s)" % (section, " ".join(fields))
            origin = ""
            if data is not None and partial:
                data, origin = data[partial[0]:partial[0] + partial[1]], "<%d>" % partial[0]
            self.say("BODY[%s]%s %s" % (section, origin, "NIL" if data is None else "{%d}\r\n" % len(data)))
            self.say(data or b"")
        else:
            self.say({"UID": lambda: "UID %d" % p.uid, "INTERNALDATE": lambda: "INTERNALDATE " + internal_date(m.received),
                      "RFC822.SIZE": lambda: "RFC822.SIZE %d" % m.size, "MODSEQ": lambda: "MODSEQ (%d)" % p.modseq,
                      "BODYSTRUCTURE": lambda: "BODYSTRUCTURE " + m.structure()}[item[0]]())

    def may_write(self):
        if self.readonly:
            raise Bad("the mailbox was opened to read only")

    def do_uid_store(self, r):
        self.may_write()
        server, box = self.server, self.box
        r.sp()
        text, unchanged = r.sequence(), None
        r.sp()
        if r.eat(b"("):
            if r.word() != "UNCHANGEDSINCE" or "CONDSTORE" not in server.caps:
                raise Bad("no such store modifier")
            r.sp()
            unchanged = r.number()
            self.enabled.add("CONDSTORE")
            r.need(b") ")
        sign = "+" if r.eat(b"+") else "-" if r.eat(b"-") else ""
        r.need(b"FLAGS")
        silent = r.eat(b".SILENT")
        r.sp()
        flags = r.flags(bare=True)
        r.end()
        modified = []
        for uid in self.uids(text):
            p = box.places.get(uid)
            if not p:
                continue
            if unchanged is not None and p.modseq > unchanged:
                modified.append(uid)
                continue
            was_told = self.told.get(uid) == p.modseq
            new = p.flags | set(flags) if sign == "+" else p.flags - set(flags) if sign == "-" else set(flags)
            server.record(self.who, "stored", box, uid, p.message.key, (sign, tuple(flags)))
            server.set_flags(self.who, box, uid, new)
            if silent and was_told:
                self.told[uid] = p.modseq
                if self.enabled:
                    self.line("* %d FETCH (UID %d MODSEQ (%d))" % (self.view.index(uid) + 1, uid, p.modseq))
            else:
                self.told[uid] = 0
        server.changed(box)
        return "[MODIFIED %s] some" % ranges(modified) if modified else "stored"

    def do_uid_copy(self, r, move=False):
        server, box = self.server, self.box
        if move:
            self.may_write()
        r.sp()
        text = r.sequence()
        r.sp()
        name = r.mailbox()
        r.end()
        target = self.find(name, "TRYCREATE")
        old = [u for u in self.uids(text) if u in box.places]
        new = [server.put(self.who, target, box.places[u].message, box.places[u].flags) for u in old]
        told = "[COPYUID %d %s %s] copied" % (target.validity, ranges(old), ranges(new)) if old and "UIDPLUS" in server.caps else "copied"
        if move:
            self.line("* OK " + told)
            server.take(self.who, box, old, "moved")
            server.changed(box)
        server.changed(target)
        return "moved" if move else told

    def do_uid_move(self, r):
        return self.do_uid_copy(r, True)

    def do_uid_expunge(self, r):
        self.may_write()
        r.sp()
        text = r.sequence()
        r.end()
        doomed = [u for u in self.uids(text) if u in self.box.places and "\\Deleted" in self.box.places[u].flags]
        self.server.take(self.who, self.box, doomed)
        self.server.changed(self.box)

    # What a careful client never sends; it is carried out as a server would.

    def do_expunge(self, r):
        self.server.violate(self.who, "EXPUNGE without UIDs")
        self.may_write()
        self.server.take(self.who, self.box, [u for u, p in self.box.places.items() if "\\Deleted" in p.flags])

    def do_close(self, r):
        self.server.violate(self.who, "CLOSE")
        if not self.readonly:
            self.server.take(self.who, self.box, [u for u, p in self.box.places.items() if "\\Deleted" in p.flags])
        self.unselect()

    def do_search(self, r):
        self.server.violate(self.who, "SEARCH")
        self.line("* SEARCH")

    do_uid_search = do_search
