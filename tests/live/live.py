# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Python tests of tests/live stand on: TAP, runs of the program, a second mail client, a proxy that counts.

Each test file starts its servers with lib.sh and then runs Python, which finds $work and $boxwood in the environment.
"""
import base64
import contextlib
import imaplib
import itertools
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time

WORK = os.environ["work"]
BOXWOOD = os.environ["boxwood"]
SERVER = os.environ["server"]
HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE = 20
READ_BY_A_PERSON = 0.4  # a question takes no answer before somebody can have read it
FAULTS = re.compile(rb"-CRITICAL|-WARNING|Sanitizer|runtime error:")
cases = []
homes = itertools.count(1)


def case(f):
    cases.append(f)
    return f


class Skipped(Exception):
    pass


def main():
    """Runs the cases in their order, prints TAP and exits. Arguments name the only ones to run."""
    chosen = [f for f in cases if len(sys.argv) < 2 or f.__name__ in sys.argv[1:]]
    print("1..%d" % len(chosen), flush=True)
    failed = 0
    for n, f in enumerate(chosen, 1):
        try:
            f()
            print("ok %d - %s" % (n, f.__name__), flush=True)
        except Skipped as why:
            print("ok %d - %s # SKIP %s" % (n, f.__name__, why), flush=True)
        except Exception as why:  # a case that breaks must not hide the others
            failed += 1
            print("not ok %d - %s" % (n, f.__name__))
            place = "line %d" % why.__traceback__.tb_next.tb_lineno if why.__traceback__.tb_next else "here"
            for line in ("%s: %s: %s" % (place, type(why).__name__, why)).splitlines()[:30]:
                print("# " + line[:1000])
            sys.stdout.flush()
    stop_children()
    Screen.end_all()
    sys.exit(1 if failed else 0)


def same(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError("%s\n  got: %r\n  wanted: %r" % (what, got, wanted))


def eventually(what, condition, seconds=PATIENCE):
    """Polls until condition() is true and returns what it gave."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError("it never happened: " + what)
        time.sleep(0.02)


# --- the program ---

children = []


def stop_children():
    for child in children:
        if child.poll() is None:
            child.kill()
            child.wait()


def parse(line):
    def pairs(found):
        same(len({k for k, _ in found}), len(found), "keys that differ in %s" % line[:300])
        return dict(found)

    return json.loads(line, object_pairs_hook=pairs)


class Result:
    def __init__(self, args, code, out, err):
        self.args, self.code, self.raw, self.err = args, code, out, err

    @property
    def out(self):
        return self.raw.decode("utf-8", "replace")

    @property
    def text(self):
        return self.err.decode("utf-8", "replace")

    @property
    def records(self):
        return [parse(line) for line in self.raw.decode("utf-8").split("\n") if line]

    @property
    def errors(self):
        """The error records on standard error, where notes may stand between them."""
        return [parse(line) for line in self.text.splitlines() if line.startswith("{")]

    def ended(self, code):
        if self.code != code:
            raise AssertionError("%s\n  ended with %s, not %s\n%s\n%s" % (
                " ".join(self.args), self.code, code, self.out[:600], self.text[:2000]))
        return self


class Home:
    """A user's own directories, and a mailrc for one server."""

    def __init__(self, mailrc=None):
        self.dir = os.path.join(WORK, "home%d" % next(homes))
        os.mkdir(self.dir, 0o700)
        self.mailrc = os.path.join(self.dir, "mailrc")
        if mailrc is not None:
            self.configure(mailrc)

    def configure(self, text):
        with open(self.mailrc, "w", encoding="utf-8") as f:
            f.write(text)
        return self

    @property
    def cache(self):
        return os.path.join(self.dir, ".cache", "boxwood")

    @property
    def state(self):
        return os.path.join(self.dir, ".local", "state", "boxwood")

    def environment(self, **more):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "LC_", "LANG", "BOXWOOD"))}
        env.update(HOME=self.dir, BOXWOOD_MAILRC=self.mailrc, LC_ALL="C.UTF-8", TZ="UTC")
        env.update(more)
        return {k: v for k, v in env.items() if v is not None}

    def start(self, *args, env=None, prefix=(), **options):
        """In a session of its own: nobody is at a terminal."""
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("cwd", self.dir)
        child = subprocess.Popen([*prefix, BOXWOOD, *args], env=self.environment(**(env or {})),
                                 start_new_session=True, **options)
        children.append(child)
        return child

    def run(self, *args, input=None, timeout=PATIENCE, **options):
        options.setdefault("stdout", subprocess.PIPE)
        child = self.start(*args, stderr=subprocess.PIPE,
                           stdin=subprocess.DEVNULL if input is None else subprocess.PIPE, **options)
        try:
            out, err = child.communicate(input, timeout)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            raise AssertionError("%s hangs\n%s" % (" ".join(args), err.decode("utf-8", "replace")[-2000:])) from None
        children.remove(child)
        bad = FAULTS.search(err)
        if bad:
            raise AssertionError("%s: %s" % (" ".join(args), err[bad.start():bad.start() + 300].decode("utf-8", "replace")))
        return Result(args, child.returncode, out or b"", err)

    def json(self, *args, **options):
        """The records of a run that must succeed."""
        return self.run("--json", *args, **options).ended(0).records

    def sync(self, *args, **options):
        return self.json("sync", *args, **options)


class Drafter:
    """A front that saves one draft: see drafter.c."""

    def __init__(self, home):
        self.child = subprocess.Popen([os.path.join(os.environ["TOP_BUILDDIR"], "tests/live/drafter"), home.mailrc, home.cache,
                                       home.state], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        children.append(self.child)

    def do(self, line):
        """What was told until it ended."""
        self.child.stdin.write(line + "\n")
        told = []
        while True:
            answer = self.child.stdout.readline().rstrip("\n")
            assert answer, "it died"
            if answer.startswith("ended"):
                same(answer, "ended none", line)
                return told
            told.append(answer)

    def end(self):
        self.child.stdin.close()
        same(self.child.wait(PATIENCE), 0)
        children.remove(self.child)


class Screen:
    """The screens on a pty in tmux."""
    count = itertools.count(1)

    def __init__(self, home, *args, columns=80, rows=24, term="screen-256color", job=False, env=None):
        """job: it can be stopped; then the screen says so, and Enter goes on with it."""
        self.name = "s%d" % next(self.count)
        words = ["%s=%s" % kv for kv in home.environment(TERM=term, TMUX=None, TMUX_PANE=None, **(env or {})).items()]
        stoppable = """set -m
            env -i "$@"
            echo stopped
            read -r line
            fg >/dev/null"""
        shell = """trap "" INT
            %s
            code=$?
            stty -a | grep -q " icanon" && stty -a | grep -q " echo " && tty=sane
            echo "code=$code $tty"
            exec cat""" % (stoppable if job else 'env -i "$@"')
        self.tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), "-s", self.name, "-c", home.dir,
                  "sh", "-c", shell, "sh", *words, BOXWOOD, *args)

    @staticmethod
    def tmux(*args):
        return subprocess.run(["tmux", "-f", "/dev/null", "-S", os.path.join(WORK, "tmux"), *args], check=True,
                              capture_output=True, text=True, timeout=PATIENCE).stdout

    @staticmethod
    def end_all():
        with contextlib.suppress(subprocess.CalledProcessError, FileNotFoundError):
            Screen.tmux("kill-server")

    def keys(self, *keys):
        self.tmux("send-keys", "-t", self.name, *keys)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-t", self.name, "-x", str(columns), "-y", str(rows))

    def text(self):
        return self.tmux("capture-pane", "-t", self.name, "-p")

    def wait(self, *words, seconds=PATIENCE):
        """Until the screen has all of these; what it shows then."""
        shown = ""

        def look():
            nonlocal shown
            shown = self.text()
            return all(re.search(word, shown) for word in words)

        try:
            eventually("", look, seconds)
        except AssertionError:
            raise AssertionError("never came: %s\n%s" % (words, shown)) from None
        return shown

    def answer(self, question, *keys):
        """What it shows when the question stands there; then the keys, as a person types them who has read it."""
        shown = self.wait(question)
        time.sleep(READ_BY_A_PERSON)
        self.keys(*keys)
        return shown

    def pid(self):
        pane = int(self.tmux("list-panes", "-t", self.name, "-F", "#{pane_pid}"))
        return int(subprocess.run(["pgrep", "-P", str(pane), "-x", os.path.basename(BOXWOOD)], capture_output=True, text=True,
                                  check=True).stdout)

    def quit(self, keys="q", code=0):
        """Leaves within the two seconds it may take, and the terminal is as it was."""
        began = time.monotonic()
        while "code=" not in self.text():
            assert time.monotonic() - began < 10, "it does not quit\n" + self.text()
            self.keys(keys)
            time.sleep(0.05)
        self.wait("code=%d sane" % code)
        assert time.monotonic() - began < 3, "quitting took %.1f s" % (time.monotonic() - began)


# --- servers ---

class Dovecot:
    """A server that lib.sh has started in DIR."""

    def __init__(self, name):
        self.dir = os.path.join(WORK, name)
        self.maildir = os.path.join(self.dir, "mail", "Maildir")
        with open(os.path.join(self.dir, "ports"), encoding="ascii") as f:
            self.ports = {k: int(v) for k, v in (line.strip().split("=") for line in f)}
        with open(os.path.join(self.dir, "password"), encoding="ascii") as f:
            self.password = f.readline().rstrip("\n")

    def mailrc(self, host="localhost", port=None, security="tls", extra="", name="box", password=None):
        password = password or 'password file "%s/password"' % self.dir
        if "submissions" in self.ports:
            extra = "smtp localhost:%d tls\n  %s" % (self.ports["submissions"], extra)
        return account(host, port or self.ports["imaps"], security, self.dir + "/ca.pem", password, extra, name)

    def stop(self):
        subprocess.run([SERVER, "stop", self.dir], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self, *options):
        subprocess.run([SERVER, "start", self.dir, *options], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def client(self):
        """A second mail client, logged in."""
        imaplib._MAXLINE = 100_000_000
        trust = ssl.create_default_context(cafile=self.dir + "/ca.pem")
        trust.check_hostname = False  # by its number: a machine as small as can be knows no "localhost"
        c = imaplib.IMAP4_SSL("127.0.0.1", self.ports["imaps"], ssl_context=trust)
        c.login("vera%box.example", self.password)
        return c

    def rows(self, folder="INBOX"):
        """What the server says: UID to its set of flags."""
        c = self.client()
        _, answer = c.select(quote(folder), readonly=True)
        found = {}
        if int(answer[0]):
            for line in c.fetch("1:*", "(UID FLAGS)")[1]:
                uid = int(re.search(rb"UID (\d+)", line).group(1))
                flags = re.search(rb"FLAGS \(([^)]*)\)", line).group(1).decode().split()
                found[uid] = frozenset(flags) - {"\\Recent"}
        c.logout()
        return found


def account(host, port, security, cafile, password, extra="", name="box"):
    return """account %s {
  email    vera@box.example
  login    vera%%box.example
  %s
  imap     %s:%d %s
  cafile   "%s"
%s
}
""" % (name, password, host, port, security, cafile, extra)


def quote(folder):
    return '"%s"' % folder.replace("\\", "\\\\").replace('"', '\\"')


def listed(home, folder=".", *options):
    """What the program says: UID to its set of flags. No UID may come twice."""
    found = {}
    for m in home.json("list", folder, "-n", "0", "--offline", *options):
        assert m["uid"] not in found, "UID %d comes twice" % m["uid"]
        found[m["uid"]] = frozenset(m["flags"])
    return found


def agree(home, server, folder="INBOX", shown="."):
    got, wanted = listed(home, shown), server.rows(folder)
    if got == wanted:
        return
    lacking = sorted(set(wanted) - set(got))[:20]
    stale = sorted(set(got) - set(wanted))[:20]
    differ = [(u, sorted(got[u]), sorted(wanted[u])) for u in sorted(set(got) & set(wanted)) if got[u] != wanted[u]]
    raise AssertionError("the cache differs: %d rows for %d\n lacking: %s\n stale: %s\n flags: %s" % (
        len(got), len(wanted), lacking, stale, differ[:10]))


def letter(subject="A letter", body="Good day.\r\n", n=[0], **fields):
    n[0] += 1
    head = {"From": "Jonas Example <jonas@post.example>", "To": "Vera Lund <vera@box.example>", "Subject": subject,
            "Date": "Sat, 21 Nov 2026 10:00:00 +0000", "Message-ID": "<live.%d@post.example>" % n[0]}
    head.update({k.replace("_", "-"): v for k, v in fields.items()})
    return "".join("%s: %s\r\n" % kv for kv in head.items() if kv[1] is not None).encode() + b"\r\n" + (
        body if isinstance(body, bytes) else body.encode())


def S(text):
    """The server says this; $name are the script's variables."""
    return 'S "%s"\n' % "".join({"\r": "\\r", "\n": "\\n", "\0": "\\0", '"': '\\"', "\\": "\\\\"}.get(c, c) for c in text)


def C(command, name):
    """The client says TAG and this; its tag is kept as $name."""
    return "C /^(\\S+) %s/ -> %s\n" % (command, name)


class Hostile:
    """A run of hostile.py; `ended` gives what it printed of each connection."""

    def __init__(self, script, times=1, certs=None, limit=120):
        options = ["--times", str(times), "--limit", str(limit), "--certs", certs or os.path.join(WORK, "certs")]
        self.child = subprocess.Popen([sys.executable, os.path.join(HERE, "hostile.py"), *options, "-e", script],
                                      stdout=subprocess.PIPE, text=True)
        children.append(self.child)
        self.port = int(self.child.stdout.readline().split()[1])

    def mailrc(self, security="tls", **words):
        words.setdefault("host", "localhost")
        words.setdefault("cafile", os.path.join(WORK, "certs", "ca.pem"))
        words.setdefault("password", 'password file "%s/secret"' % WORK)
        return account(port=self.port, security=security, **words)

    def ended(self):
        """All went by the script, --times connections came: its lines. Else it fails with them."""
        out, _ = self.child.communicate(timeout=60)
        if self.child.returncode:
            raise AssertionError("the server's script failed: %s" % out)
        return out.splitlines()

    def stop(self):
        """For connections that need not come: the lines so far."""
        self.child.kill()
        out = self.child.communicate()[0].splitlines()
        bad = [line for line in out if line.startswith("FAIL")]
        if bad:
            raise AssertionError("the server's script failed: %s" % bad)
        return out


class Proxy:
    """Stands before a server's port and counts connections and octets; may cut the n-th octet off, or lose
    what belongs to the connections there are."""

    def __init__(self, target):
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections = self.bytes_in = self.bytes_out = 0
        self.cut_after = None  # octets to the client of one connection
        self.hold_after = None  # octets to all clients: what comes then waits
        self.lost = 0  # connections whose octets vanish on the way: the first so many
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                upstream = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            for pair in ((client, upstream, "bytes_out"), (upstream, client, "bytes_in")):
                threading.Thread(target=self.pump, args=(self.connections, *pair), daemon=True).start()

    def room(self, counter):
        while counter == "bytes_in" and self.hold_after is not None and self.bytes_in >= self.hold_after:
            time.sleep(0.005)
        return min(65536, self.hold_after - self.bytes_in) if counter == "bytes_in" and self.hold_after is not None else 65536

    def pump(self, number, source, sink, counter):
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(self.room(counter)):
                if counter == "bytes_in" and self.cut_after is not None:
                    data = data[:max(0, self.cut_after - passed)]
                passed += len(data)
                setattr(self, counter, getattr(self, counter) + len(data))
                if number > self.lost:
                    sink.sendall(data)
                if counter == "bytes_in" and self.cut_after is not None and passed >= self.cut_after:
                    break
        for s in (source, sink):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # or its number might be another's while accept() still waits on it
        self.thread.join(PATIENCE)
        self.listener.close()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def trace(result):
    """The protocol trace of a run with -vv: (side, text) in order."""
    return [m.groups() for m in re.finditer(r"^\S+ \S+ ([CS]): (.*)$", result.text, re.M)]


def flights(lines):
    """Waits for the server after the TLS handshake: the greeting, then each write that an answer followed."""
    sides = [side for side, _ in itertools.groupby(lines, key=lambda line: line[0])]
    return sides.count("S")


def forms(secret):
    """It, and what base64 makes of it whatever stands before and behind."""
    secret = secret.encode()
    yield secret
    for shift in range(3):
        code = base64.b64encode(b"\0" * shift + secret)
        yield code[-(-8 * shift // 6):8 * (shift + len(secret)) // 6]


def copy_home(home):
    """The same user with the same cache, on a branch of time."""
    other = Home()
    shutil.copytree(home.dir, other.dir, dirs_exist_ok=True)
    return other
