# SPDX-License-Identifier: GPL-3.0-or-later
"""Misfortune at every point: the engine goes through a scripted scenario against the simulated server, and is killed, or its
disk fails, at the n-th call; then it runs again, finishes, and must have come to the same end as without.

Of every kind of misfortune as many points are tried as the time allows, spread evenly; CRASH_ALL=1 tries every one,
CRASH_SECONDS=n gives that many to all, CRASH_ONLY="courier disk kill 17" plays one again with the transcript shown.
"""
import collections
import concurrent.futures
import contextlib
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "model"))
from server import LOGIN, PASSWORD, Message, Server, compose  # noqa: E402

PROFILES = ("courier", "qresync", "plain")
PATIENCE = 30
BUILD = os.environ["TOP_BUILDDIR"]
CLIENT = os.path.join(BUILD, "tests/model/client")
LOOK = os.path.join(BUILD, "tests/crash/look")
SHIM = os.path.join(BUILD, "tests/crash/shim.so")
FOLDERS = ("Inbox", "Archive", "Trash", "Sent")
COMPLAINTS = re.compile("CRITICAL|WARNING|Sanitizer|runtime error|Assertion")


class Failure(Exception):
    pass


class Died(Exception):
    """The program ended before it answered."""


# --- the program ---

Plan = collections.namedtuple("Plan", "of how at")  # as in shim.c
Counts = collections.namedtuple("Counts", "disk wire read sync open name struck link")


class Program:
    """One process of the engine, asked line by line."""

    def __init__(self, home, plan=None, extra=()):
        env = dict(os.environ, LD_PRELOAD=SHIM, CRASH_UNDER="%s:%s" % (home.cache, home.state), CRASH_COUNTS=home.counts,
                   CLIENT_CHANGE_MS=str(PATIENCE * 300),
                   ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(home.counts)
        if plan:
            env.update(CRASH_CLASS=plan.of, CRASH_HOW=plan.how, CRASH_AT=str(plan.at))
        env.update(extra)
        self.home = home
        self.errors = open(home.errors, "ab")
        self.child = subprocess.Popen([CLIENT, home.mailrc, home.cache, home.state, "leave"], env=env,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        self.alarm = threading.Timer(PATIENCE, self.child.kill)
        self.alarm.start()
        self.notices, self.durable = [], 0
        try:
            self.opened = self.end([])
        except Died:
            self.gone()
            raise

    def end(self, lines):
        while True:
            line = self.child.stdout.readline()
            if not line.endswith(b"\n"):
                raise Died
            words = line.decode("utf-8", "replace")[:-1].split("\t")
            if words[0] in ("ok", "err"):
                return words
            words[0] = words[0][2:]
            self.durable += words[0] == "durable"
            if words[0] == "notice":
                self.notices.append(words[1])
            lines.append(words)

    def ask(self, *words):
        """Its end, and the lines before it. .durable counts what was called durable meanwhile, also if it dies."""
        lines, self.durable = [], 0
        try:
            self.child.stdin.write(("\t".join(str(w) for w in words) + "\n").encode())
            self.child.stdin.flush()
        except BrokenPipeError as why:
            raise Died from why
        end = self.end(lines)
        if end[0] == "err" and end[1] in ("hang", "bug", "usage"):
            raise Failure("%s: %s" % (" ".join(map(str, words)), end))
        return end, lines

    def close(self):
        """Its exit code."""
        with contextlib.suppress(BrokenPipeError):
            self.child.stdin.close()
        self.child.stdout.read()
        return self.gone()

    def gone(self):
        code = self.child.wait()
        timely = self.alarm.is_alive()
        self.alarm.cancel()
        with contextlib.suppress(BrokenPipeError):
            self.child.stdin.close()
        self.child.stdout.close()
        self.errors.close()
        if not timely:
            raise Failure("the program did not answer or end within %d s" % PATIENCE)
        return code


class Home:
    """The user's directories, and the server."""

    def __init__(self, path, profile):
        self.path, self.server, self.queues = path, Server(profile, 7), False
        self.cache, self.state = os.path.join(path, "cache"), os.path.join(path, "state")
        self.mailrc, self.counts = os.path.join(path, "mailrc"), os.path.join(path, "counts")
        self.errors, self.letter = os.path.join(path, "errors"), os.path.join(path, "letter")
        os.makedirs(path, mode=0o700)
        secret = os.path.join(path, "password")
        with open(self.mailrc, "w", encoding="utf-8") as f:
            f.write("account box {\n  email vera@box.example\n  login %s\n  password file %s\n  imap 127.0.0.1:%d insecure\n}\n"
                    % (LOGIN.decode(), secret, self.server.port))
        with open(secret, "wb") as f:
            f.write(PASSWORD)
        os.chmod(secret, 0o600)
        with open(self.letter, "wb") as f:
            f.write(compose("LETTER", 1760000000))
        for name, keys in (("INBOX", 9), ("Archive", 2), ("Sent", 2)):
            for _ in range(keys):
                self.server.deliver(self.raw(name))

    def verb(self, name):
        """Asked for now, or only queued."""
        return name + "&" if self.queues else name

    def raw(self, shown):
        return "INBOX" if shown in ("Inbox", "INBOX") else self.server.prefix + shown

    def box(self, shown):
        return self.server.boxes.get(self.raw(shown))

    def count(self):
        with open(self.counts, "rb") as f:
            return Counts(*struct.unpack("=7I", f.read(28)), len(self.server.commands))

    def age(self):
        """A day later: what is left over is not about to be used any more."""
        for top in (self.cache, self.state):
            for where, _, names in os.walk(top):
                for name in names:
                    os.utime(os.path.join(where, name), (time.time() - 90000,) * 2)

    def complaints(self):
        with open(self.errors, "rb") as f:
            return f.read().decode("utf-8", "replace")

    def close(self):
        self.server.close()
        shutil.rmtree(self.path, ignore_errors=True)


# --- the scenario ---

def places(home, folder, keys):
    """UIDs of the messages with these keys, that are not marked as deleted."""
    box = home.box(folder)
    return [uid for uid, p in sorted(box.places.items()) if p.message.key in keys and "\\Deleted" not in p.flags] if box else []


def keys_in(home, folder, *keys):
    return len(places(home, folder, keys)) == len(keys)


class Step:
    """What is asked of the program, and whether the server shows that it was done."""

    def __init__(self, name, ask, done=None):
        self.name, self.ask, self.done = name, ask, done


def move(name, folder, keys, verb, target):
    where = target or "Trash"

    def ask(home, program):
        uids = ",".join(str(u) for u in places(home, folder, keys))
        return program.ask(home.verb(verb), folder, uids, *([target] if target else []))
    return Step(name, ask, lambda home: keys_in(home, where, *keys) and not places(home, folder, keys))


def flag(name, keys, words, flags):
    def ask(home, program):
        return program.ask(home.verb("flag"), "Inbox", ",".join(str(u) for u in places(home, "Inbox", keys)), words)

    def done(home):
        return all(flags <= p.flags for p in home.box("Inbox").places.values() if p.message.key in keys)
    return Step(name, ask, done)


def group_of_move(home, program):
    """The change that is to be taken back, as the program knows it."""
    _, lines = program.ask("changes")
    for words in lines:
        if words[0] == "change" and words[3] == "move" and words[6] == home.raw("Archive") and words[10] == "0":
            return words[2]
    return None


def undo(home, program):
    group = group_of_move(home, program)
    if group is None:
        return ["err", "missing", "there is nothing to undo", ""], []
    return program.ask("undo", group)


def sync(home, program):
    """Everything agrees with the server; what goes wrong first is the answer."""
    for words in [("list",)] + [("sync", name) for name in FOLDERS]:
        end, lines = program.ask(*words)
        if end[0] != "ok":
            return end, lines
    return ["ok"], []


SCENARIO = (
    Step("first sync", sync),
    move("move", "Inbox", ("K00001", "K00002"), "move", "Archive"),
    move("delete", "Inbox", ("K00003",), "delete", None),
    flag("flag", ("K00004", "K00005", "K00006"), "+\\Flagged +\\Seen", {"\\Flagged", "\\Seen"}),
    flag("keyword", ("K00007",), "+todo", {"todo"}),
    Step("append", lambda home, program: program.ask(home.verb("append"), "Archive", home.letter, "+\\Seen"),
         lambda home: keys_in(home, "Archive", "LETTER")),
    Step("create", lambda home, program: program.ask(home.verb("create"), "Work"),
         lambda home: home.box("Work") is not None or home.box("Work2") is not None),
    Step("rename", lambda home, program: program.ask("rename", "Work", "Work2"), lambda home: home.box("Work2") is not None),
    Step("undo", undo, lambda home: keys_in(home, "Inbox", "K00001", "K00002") and not places(home, "Archive", ("K00001", "K00002"))),
    Step("last sync", sync),
)
# All of it in the queue first, but for what needs the one before to be done.
QUEUED = [s for s in SCENARIO[:-1] if s.name not in ("rename", "undo")] + \
    [Step("flush", lambda home, program: program.ask("flush")), SCENARIO[-1]]


# --- the books ---

def picture(server):
    """What lies on the server, but for its numbers."""
    return {name: sorted((key, tuple(sorted(flags))) for key, flags in found.values()) for name, (_, found) in server.state().items()}


def check_once(server):
    """Nothing the program did was done twice, and nothing but what was asked."""
    did = collections.Counter((r.what, r.name, r.key, r.detail if r.what == "renamed" else None) for r in server.records
                              if r.who != "hand" and r.what in ("born", "died", "created", "renamed", "deleted"))
    twice = [str(what) for what, n in did.items() if n > 1]
    if twice:
        raise Failure("done more than once: %s" % ", ".join(twice))
    if server.violations:
        raise Failure("violations: %s" % "; ".join(server.violations))


def check_none_lost(server):
    keys = {p.message.key for box in server.boxes.values() for p in box.places.values() if "\\Deleted" not in p.flags}
    lost = {"K%05d" % n for n in range(1, server.keys + 1)} - keys
    if lost:
        raise Failure("lost: %s" % sorted(lost))


def check_cache(home, program):
    for name in sorted({box.name for box in home.server.boxes.values()}):
        shown = "Inbox" if name == "INBOX" else name[len(home.server.prefix):]
        if shown not in FOLDERS:
            continue
        end, lines = program.ask("dump", shown)
        got = sorted((int(w[1]), w[6].split(" ")[0], tuple(sorted(w[7][1:-1].split())), int(w[4])) for w in lines if w[0] == "row")
        wanted = sorted((p.uid, p.message.key, tuple(sorted(p.flags)), p.message.size)
                        for p in home.server.boxes[name].places.values())
        if end[0] != "ok" or got != wanted:
            raise Failure("%s: cache and server differ (%s)\n  cache:  %s\n  server: %s" % (shown, end[0], got, wanted))
    _, lines = program.ask("folders")
    got = sorted(w[2] for w in lines if w[0] == "folder" and not int(w[4]) & 8)
    if got != sorted(home.server.boxes):
        raise Failure("folders: cache %s\n  server %s" % (got, sorted(home.server.boxes)))


def check_disk(home):
    told = subprocess.run([LOOK, home.cache, home.state], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=PATIENCE)
    if told.returncode or told.stdout:
        raise Failure("the store: %d %s" % (told.returncode, told.stdout.decode("utf-8", "replace")))


def check_left_over(home):
    spool = os.path.join(home.state, "spool")
    left = os.listdir(spool) if os.path.isdir(spool) else []
    left += [name for where in (home.cache, home.state) for name in os.listdir(where) if name.startswith(".boxwood-")]
    if left:
        raise Failure("files left over: %s" % left)


def settle(home, program):
    """Until nothing waits any more, and all agrees."""
    for _ in range(3):
        end, lines = sync(home, program)
        flushed, more = program.ask("flush")
        if end[0] == "ok" and flushed[0] == "ok":
            break
    else:
        raise Failure("no end though nothing is wrong: %s, %s %s" % (end, flushed, lines + more))
    end, lines = sync(home, program)
    _, changes = program.ask("changes")
    waiting = [w for w in changes if w[0] == "change" and w[4] not in ("done", "undone")]
    if end[0] != "ok" or waiting:
        raise Failure("not quiet: %s %s" % (end, waiting))


# --- one run ---

MORTAL = ("kill", "after", "torn", "power")


class Run:
    def __init__(self, path, profile, plan=None, queued=False):
        self.home, self.plan, self.scenario = Home(path, profile), plan, QUEUED if queued else SCENARIO
        self.home.queues = queued
        if plan and plan.of == "link":
            self.home.server.faults.arm({plan.at: plan.how})
        self.answers = {}  # step -> (end, told durable)
        self.died_at = None

    def first_life(self):
        """Through the scenario, until misfortune strikes."""
        program = step = None
        try:
            program = Program(self.home, self.plan if self.plan and self.plan.of != "link" else None)
            if program.opened[0] != "ok":
                self.answers["open"] = (program.opened, 0)
            else:
                for step in self.scenario:
                    end, _ = step.ask(self.home, program)
                    # A person tries again what did not come about, and without folders nothing can be done.
                    if end[0] != "ok" and not step.done:
                        end, _ = step.ask(self.home, program)
                    self.answers[step.name] = (end, program.durable)
        except Died:
            self.died_at = step.name if step else "start"
            if step:
                self.answers[step.name] = (None, program.durable)
        finally:
            code = program.close() if program else -9
        self.home.queues = False
        self.home.server.faults.arm({})
        killed = self.plan and self.plan.how in MORTAL and self.plan.of != "link" and self.home.count().struck
        if code != (-9 if killed else 0):
            raise Failure("the program ended with %d at '%s'" % (code, self.died_at))
        return self.home.count()

    def check_words(self):
        """What it said of itself while its disk failed."""
        for name, (end, durable) in self.answers.items():
            change = any(s.name == name and s.done for s in self.scenario)
            if end and end[0] == "ok" and change and not durable:
                raise Failure("'%s' was called done and not durable" % name)
            causes = ("net", "missing") if self.plan and self.plan.of == "link" else ("local", "create", "missing")
            if self.died_at is None and end[0] == "err" and end[1] not in causes:
                raise Failure("'%s' ended with the wrong cause: %s" % (name, end))

    def second_life(self):
        """Nothing is wrong any more: what was durable is done, and what was not is asked for again."""
        home = self.home
        home.age()
        program = Program(home)
        try:
            if program.opened[0] != "ok":
                raise Failure("the store does not open: %s" % program.opened)
            settle(home, program)
            check_none_lost(home.server)
            check_cache(home, program)
            for step in self.scenario:
                if not step.done or self.passed(step):
                    continue
                if self.answers.get(step.name, (None, 0))[1]:
                    raise Failure("'%s' was called durable and is not done" % step.name)
                end, lines = step.ask(home, program)
                if end[0] != "ok" or not step.done(home):
                    raise Failure("'%s' cannot be done again: %s %s" % (step.name, end, lines))
            settle(home, program)
            check_cache(home, program)
        except Died as why:
            raise Failure("the program died in its second life") from why
        finally:
            code = program.close()
        if code:
            raise Failure("the second life ended with %d" % code)

    def passed(self, step):
        """Done, or done and taken back by now."""
        if step.name == "move" and self.scenario is SCENARIO and SCENARIO[-2].done(self.home):
            return any(r.what == "born" and r.name == self.home.raw("Archive") and r.key == "K00001" and r.who != "hand"
                       for r in self.home.server.records)
        return step.done(self.home)

    def play(self, wanted=None):
        home = self.home
        counts = self.first_life()
        self.check_words()
        self.second_life()
        check_once(home.server)
        check_none_lost(home.server)
        check_disk(home)
        check_left_over(home)
        found = picture(home.server)
        if wanted is not None and found != wanted:
            raise Failure("another end than without misfortune:\n  %s\n  wanted %s" % (found, wanted))
        if COMPLAINTS.search(home.complaints()):
            raise Failure("on standard error")
        return counts, found


# --- all runs ---

KINDS = (  # test's name, class, how; q: all changes wait in the queue first
    ("d01_killed_at_a_disk_call", "disk", "kill"),
    ("d01_killed_in_the_midst_of_a_write", "disk", "torn"),
    ("d12_killed_before_a_command_leaves", "wire", "kill"),
    ("d12_killed_in_the_midst_of_a_command", "wire", "torn"),
    ("d14_killed_behind_a_command", "wire", "after"),
    ("d14_killed_before_an_answer_is_read", "read", "kill"),
    ("d02_power_lost_with_what_is_not_synced", "disk", "power"),
    ("d03_sync_fails_once_and_loses_what_it_was_for", "sync", "lost"),
    ("d03_sync_fails_once", "sync", "EIO"),
    ("d03_disk_call_fails_once", "disk", "EIO"),
    ("d03_disk_fails_for_good", "disk", "EIO+"),
    ("d04_disk_is_full_once", "disk", "ENOSPC"),
    ("d04_disk_is_full_from_then_on", "disk", "ENOSPC+"),
    ("d05_short_write", "disk", "short"),
    ("d05_interrupted_call", "disk", "EINTR"),
    ("d05_no_name_can_be_made_once", "name", "EROFS"),
    ("d05_disk_can_only_be_read_from_then_on", "disk", "EROFS+"),
    ("d05_name_is_forbidden_once", "name", "EACCES"),
    ("d05_directory_is_none_once", "name", "ENOTDIR"),
    ("d05_renaming_crosses_devices_once", "name", "EXDEV"),
    ("d05_process_has_too_many_files_once", "open", "EMFILE"),
    ("d05_process_has_too_many_files_from_then_on", "open", "EMFILE+"),
    ("d05_system_has_too_many_files_once", "open", "ENFILE"),
    ("i21_bye_in_place_of_an_answer", "link", "bye"),
    ("i25_link_lost_before_a_command", "link", "before"),
    ("i25_link_lost_behind_a_command", "link", "after"),
    ("i25_link_lost_in_an_answer", "link", "middle"),
    ("d13_queue_cut_before_a_command", "qlink", "before"),
    ("d13_queue_cut_behind_a_command", "qlink", "after"),
    ("d12_queue_killed_behind_a_command", "qwire", "after"),
    ("d01_queue_killed_at_a_disk_call", "qdisk", "kill"),
)


class Bench:
    """Runs by number, in directories of their own."""

    def __init__(self, work):
        self.work, self.runs, self.lock = work, 0, threading.Lock()
        self.calm = {}  # (profile, queued) -> (Counts, picture)

    def path(self):
        with self.lock:
            self.runs += 1
            return os.path.join(self.work, str(self.runs))

    def play(self, profile, plan=None, show=False, queued=False):
        """What the run found, or why it failed."""
        if plan and plan.of[0] == "q":
            plan, queued = plan._replace(of=plan.of[1:]), True
        run = Run(self.path(), profile, plan, queued)
        try:
            return run.play(self.calm[profile, queued][1] if plan else None), None
        except Failure as why:
            return None, "%s\nkilled at: %s\nsaid: %s\nstderr: %s\n%s" % (
                why, run.died_at, run.answers, run.home.complaints()[-2000:],
                "\n".join(list(run.home.server.transcript)[-int(os.environ.get("CRASH_TAIL", 150)):]) if show else "")
        finally:
            run.home.close()


def spread(n, seed):
    """1..n in an order of which every beginning is spread evenly."""
    at, order, taken = random.Random(seed).random(), [], set()
    while len(order) < n:
        at = (at + 0.6180339887498949) % 1
        point = int(at * n) + 1
        if point not in taken:
            taken.add(point)
            order.append(point)
        elif len(taken) > n * 0.9:
            order += [p for p in range(1, n + 1) if p not in taken]
    return order


def one_kind(bench, pool, profile, kind, seconds, seed):
    """Tries points until the time is over: (tried, of how many, struck, failures)."""
    _, of, how = kind
    total = getattr(bench.calm[profile, of[0] == "q"][0], of.lstrip("q"))
    until = time.monotonic() + seconds
    tried, struck, failures = 0, 0, []
    waiting, order = set(), iter(spread(total, "%d %s %s %s" % (seed, profile, of, how)))
    over = False
    while True:
        while not over and len(waiting) < pool.workers:
            at = next(order, None)
            over = at is None or time.monotonic() >= until or len(failures) >= 3
            if not over:
                waiting.add(pool.submit(lambda at=at: (at, bench.play(profile, Plan(of, how, at)))))
        if not waiting:
            return tried, total, struck, failures
        done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
        for future in done:
            at, (found, why) = future.result()
            tried += 1
            if why:
                failures.append("CRASH_ONLY=\"%s %s %s %d\"\n%s" % (profile, of, how, at, why))
            else:
                struck += found[0].struck > 0 or of.endswith("link")


def play_one(bench, words):
    profile, of, how, at = words.split()
    _, why = bench.play(profile, Plan(of, how, int(at)), show=True)
    print("1..1\n%sok 1 - %s" % ("not " if why else "", words))
    if why:
        print("# " + why.replace("\n", "\n# "))
    return bool(why)


def play_all(bench, profiles, kinds):
    jobs = int(os.environ.get("CRASH_JOBS") or min(4, os.cpu_count() or 1))
    seconds = float("inf") if os.environ.get("CRASH_ALL") else float(os.environ.get("CRASH_SECONDS") or 80)
    seed = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(1 << 30))
    print("# CRASH_SEED=%d\n1..%d" % (seed, len(profiles) * len(kinds)), flush=True)
    bad = number = 0
    until = time.monotonic() + seconds
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        pool.workers = jobs
        for profile in profiles:
            for kind in kinds:
                share = (until - time.monotonic()) / (len(profiles) * len(kinds) - number)
                number += 1
                tried, total, struck, failures = one_kind(bench, pool, profile, kind, share, seed)
                bad += bool(failures)
                print("%sok %d - %s_%s" % ("not " if failures else "", number, kind[0], profile))
                print("# %d of %d points, %d struck" % (tried, total, struck))
                for why in failures:
                    print("# " + why.replace("\n", "\n# "))
                sys.stdout.flush()
    return bad


def main():
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else os.environ.get("TMPDIR", "/tmp")
    profiles = (os.environ.get("CRASH_PROFILE") or " ".join(PROFILES)).split()
    kinds = [k for k in KINDS if re.search(os.environ.get("CRASH_KIND") or "", k[0])]
    only = os.environ.get("CRASH_ONLY")
    with tempfile.TemporaryDirectory(prefix="boxwood-crash.", dir=base) as work:
        bench = Bench(work)
        for profile in [only.split()[0]] if only else profiles:
            for queued in (False, True):
                found, why = bench.play(profile, show=True, queued=queued)
                if why:
                    print("Bail out! %s fails though nothing is wrong\n# %s" % (profile, why.replace("\n", "\n# ")))
                    sys.exit(1)
                bench.calm[profile, queued] = found
                print("# %s%s: %d disk, %d wire, %d read, %d sync, %d open, %d name calls, %d commands" % (
                    profile, ", queued" if queued else "", *found[0][:6], found[0].link))
        bad = play_one(bench, only) if only else play_all(bench, profiles, kinds)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
