# SPDX-License-Identifier: GPL-3.0-or-later
"""Things deleted or damaged before and under the running program, and clocks that lie: nothing is done to the server that
nobody asked for, what was durable is done once, and in the end all agree."""
import glob
import os
import shutil
import struct
import sys
import tempfile
import traceback

from crash import (FOLDERS, SCENARIO, Failure, Home, Program, check_cache, check_disk, check_none_lost, check_once, keys_in,
                   places, settle, sync)

DESTRUCTIVE = ("STORE", "UID STORE", "EXPUNGE", "UID EXPUNGE", "CLOSE", "COPY", "UID COPY", "MOVE", "UID MOVE", "APPEND", "DELETE",
               "RENAME", "CREATE")
STEPS = {step.name: step for step in SCENARIO}
CASES = []


def case(run):
    CASES.append(run)
    return run


def same(got, wanted, what):
    if got != wanted:
        raise Failure("%s: %r, wanted %r" % (what, got, wanted))


def sent(home):
    return [c.text for c in home.server.commands if c.name in DESTRUCTIVE]


def synced(home):
    """A program that has all in its cache."""
    program = Program(home)
    same(sync(home, program)[0][0], "ok", "the first sync")
    # Its reader has opened what may be deleted next.
    same(program.ask("folders")[0][0], "ok", "the folders")
    return program


def queued(home, *names):
    """What these steps do waits in the queue: nothing of it was sent."""
    program = synced(home)
    home.queues = True
    for name in names:
        end, _ = STEPS[name].ask(home, program)
        same((end[0], program.durable), ("ok", 1), name)
    home.queues = False
    same(program.close(), 0, "exit")
    same(sent(home), [], "sent while it was only queued")


def all_agree(home, *names, once=True):
    """The program runs again: what was durable is done, and once, unless it was asked for more often."""
    program = Program(home)
    same(program.opened[0], "ok", "the store opens")
    settle(home, program)
    for name in names:
        if not STEPS[name].done(home):
            raise Failure("'%s' was called durable and is not done" % name)
    check_none_lost(home.server)
    if once:
        check_once(home.server)
    check_cache(home, program)
    same(program.close(), 0, "exit")
    check_disk(home)
    return program


def newest(where, kind):
    found = [p for p in glob.glob("%s/%s-*.db" % (where, kind))]
    return max(found, key=lambda p: int(p.rsplit("-", 1)[1][:-3]))


def overwrite(path, at, data):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(data)


# --- the cache ---

@case
def d06_cache_deleted_under_the_program_costs_time_only(home):
    program = synced(home)
    shutil.rmtree(home.cache)
    for name in FOLDERS:
        program.ask("sync", name)
        program.ask("dump", name)
    program.close()
    same(sent(home), [], "sent because the cache is gone")
    all_agree(home)
    same(sent(home), [], "sent because the cache is gone")


@case
def d06_cache_deleted_between_two_runs_costs_time_only(home):
    synced(home).close()
    shutil.rmtree(home.cache)
    all_agree(home)
    same(sent(home), [], "sent because the cache is gone")


@case
def d06_cache_that_is_a_link_to_nothing_much(home):
    synced(home).close()
    shutil.rmtree(home.cache)
    empty = os.path.join(home.path, "empty")
    os.mkdir(empty, 0o700)
    os.symlink(empty, home.cache)
    all_agree(home)
    same(sent(home), [], "sent because the cache is gone")


@case
def promise_5_queue_survives_the_cache(home):
    names = ("move", "delete", "flag", "keyword", "append")
    queued(home, *names)
    shutil.rmtree(home.cache)
    all_agree(home, *names)


@case
def promise_5_changes_made_while_the_cache_is_deleted(home):
    """They are refused, or they are done; never said and forgotten."""
    program = synced(home)
    shutil.rmtree(home.cache)
    told = {}
    for name in ("move", "flag", "append"):
        end, _ = STEPS[name].ask(home, program)
        told[name] = program.durable
        if end[0] == "ok" and not program.durable:
            raise Failure("'%s' was called done and not durable" % name)
    program.close()
    all_agree(home, *[name for name, durable in told.items() if durable])


@case
def d08_cache_damaged_under_the_program_is_synced_again(home):
    program = synced(home)
    path = newest(home.cache, "cache")
    for suffix in ("", "-wal"):
        size = os.path.getsize(path + suffix) if os.path.exists(path + suffix) else 0
        if size > 32768:
            overwrite(path + suffix, 32768, b"\xa5" * (size - 32768))
    for name in FOLDERS:
        program.ask("sync", name)
        program.ask("dump", name)
    program.close()
    same(sent(home), [], "sent because the cache is damaged")
    # The first run may find the damage only; the one behind it mends.
    Program(home).close()
    for _ in range(2):
        program = Program(home)
        end = sync(home, program)[0]
        program.close()
        if end[0] == "ok":
            break
    all_agree(home)
    same(sent(home), [], "sent because the cache is damaged")


@case
def d08_cache_cut_to_every_length(home):
    synced(home).close()
    for part in (0, 1, 99, 100, 512, 16383, 16384, 50000):
        path = newest(home.cache, "cache")
        with open(path, "r+b") as f:
            f.truncate(part)
        all_agree(home)
    same(sent(home), [], "sent because the cache is cut")


# --- the state ---

@case
def d07_state_deleted_under_the_program_is_heard_of(home):
    """What is asked for then is not called durable."""
    program = synced(home)
    shutil.rmtree(home.state)
    for name in ("move", "flag", "append"):
        end, _ = STEPS[name].ask(home, program)
        if program.durable:
            raise Failure("'%s' was called durable in a file that is gone: %s" % (name, end))
        if end[:2] != ["err", "local"]:
            raise Failure("'%s' ended with the wrong cause: %s" % (name, end))
    program.close()
    same(sent(home), [], "sent without being written down")
    all_agree(home)


@case
def d07_queue_that_is_lost_is_told(home):
    queued(home, "move", "flag")
    shutil.rmtree(home.state)
    program = Program(home)
    settle(home, program)
    program.close()
    if not any("lost" in text for text in program.notices):
        raise Failure("nobody says that changes are lost: %s" % program.notices)
    same(sent(home), [], "sent without being written down")
    all_agree(home)


@case
def d08_damaged_state_is_kept_and_told(home):
    for harm in ("head", "middle", "cut", "all"):
        queued(home, "flag")
        path = newest(home.state, "state")
        size = os.path.getsize(path)
        if harm == "cut":
            with open(path, "r+b") as f:
                f.truncate(size // 2 + 77)
        else:
            overwrite(path, size // 2 if harm == "middle" else 0, b"no database " * (size // 12 if harm == "all" else 1000))
        program = Program(home)
        if program.opened[0] == "ok":
            sync(home, program)
        program.close()
        told = bool(program.notices) or program.opened[0] == "err"
        if harm != "middle" and not told:
            raise Failure("%s: nothing is told" % harm)
        if harm != "middle" and not glob.glob(home.state + "/*.corrupt-*"):
            raise Failure("%s: the damaged state is not kept: %s" % (harm, os.listdir(home.state)))
        check_none_lost(home.server)
        if home.server.violations:
            raise Failure("violations: %s" % home.server.violations)
        all_agree(home)
        home.server.records.clear()
        home.server.commands.clear()


@case
def d08_state_damaged_under_the_program_does_no_harm(home):
    program = synced(home)
    path = newest(home.state, "state")
    size = os.path.getsize(path)
    overwrite(path, 0, b"\x5a" * size)
    for name in ("move", "flag"):
        STEPS[name].ask(home, program)
    program.close()
    check_none_lost(home.server)
    check_once(home.server)
    Program(home).close()
    all_agree(home)


@case
def d12_spool_file_lost_holds_nothing_up(home):
    queued(home, "append", "flag")
    for path in glob.glob(home.state + "/spool/*"):
        os.unlink(path)
    program = Program(home)
    sync(home, program)
    end, lines = program.ask("flush")
    program.close()
    if not STEPS["flag"].done(home):
        raise Failure("the change behind it is not done: %s" % end)
    failed = [w for w in lines if w[0] == "changed" and w[3] == "append" and w[4] == "failed"]
    if end[0] == "ok" and not failed:
        program = Program(home)
        _, changes = program.ask("changes")
        program.close()
        failed = [w for w in changes if w[0] == "change" and w[3] == "append" and w[4] == "failed"]
    if not failed:
        raise Failure("nobody says that the message is lost: %s %s" % (end, lines))
    same(keys_in(home, "Archive", "LETTER"), False, "a message out of nothing")


# --- many questions at once ---

@case
def d29_questions_at_random_end_each_once(home):
    """Folders opened and closed, messages read, flagged and moved, all of it canceled now and then, and nobody waits."""
    program = synced(home)
    for seed in range(4):
        same(program.ask("storm", seed, 250, "Inbox", 9, "Archive")[0], ["ok"], "storm %d" % seed)
    same(program.close(), 0, "exit")
    all_agree(home, once=False)


# --- clocks ---

class Clock:
    """Of the program under the shim, wrong by so many seconds."""

    def __init__(self, home):
        self.home = home

    def set(self, seconds):
        with open(self.home.counts, "r+b") as f:
            f.seek(32)
            f.write(struct.pack("=q", seconds))


@case
def promise_27_clock_set_back_between_two_runs(home):
    names = ("move", "delete", "flag", "keyword", "append")
    queued(home, *names)
    program = Program(home, extra={"CRASH_CLOCK": str(-20 * 365 * 86400)})
    settle(home, program)
    same(program.close(), 0, "exit")
    all_agree(home, *names)


@case
def promise_27_clock_jumps_under_the_program(home):
    """Backward and forward by years: nothing expires, nothing is forgotten, undo still knows what was last."""
    program = synced(home)
    clock = Clock(home)
    done = []
    for name, seconds in (("move", -30 * 365 * 86400), ("delete", 30 * 365 * 86400), ("flag", -86400), ("append", 86400)):
        clock.set(seconds)
        end, _ = STEPS[name].ask(home, program)
        same(end[0], "ok", name)
        same(sync(home, program)[0][0], "ok", "sync after %s" % name)
        done.append(name)
    clock.set(-3600)
    same(program.ask("undo")[0][0], "ok", "undo")
    same(places(home, "Archive", ("LETTER",)), [], "the last change is taken back")
    program.close()
    all_agree(home, *[name for name in done if name != "append"])


@case
def promise_27_clock_of_1970_makes_state_and_cache(home):
    program = Program(home, extra={"CRASH_CLOCK": str(-1790000000)})
    same(sync(home, program)[0][0], "ok", "the first sync")
    for name in ("move", "flag"):
        same(STEPS[name].ask(home, program)[0][0], "ok", name)
    program.close()
    all_agree(home, "move", "flag")


def main():
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else os.environ.get("TMPDIR", "/tmp")
    wanted = [c for c in CASES if (os.environ.get("CRASH_KIND") or "") in c.__name__]
    profiles = (os.environ.get("CRASH_PROFILE") or "courier qresync plain").split()
    bad = number = 0
    print("1..%d" % (len(wanted) * len(profiles)), flush=True)
    with tempfile.TemporaryDirectory(prefix="boxwood-crash.", dir=base) as work:
        for profile in profiles:
            for run in wanted:
                number += 1
                home = Home(os.path.join(work, str(number)), profile)
                why = None
                try:
                    run(home)
                except Exception:  # pylint: disable=broad-except
                    why = "%s\nstderr: %s\n%s" % (traceback.format_exc(), home.complaints()[-2000:],
                                                 "\n".join(list(home.server.transcript)[-40:]))
                finally:
                    home.close()
                print("%sok %d - %s_%s" % ("not " if why else "", number, run.__name__, profile))
                if why:
                    bad = 1
                    print("# " + why.replace("\n", "\n# "))
                sys.stdout.flush()
    sys.exit(bad)


if __name__ == "__main__":
    main()
