# SPDX-License-Identifier: GPL-3.0-or-later
"""The screens on a pty of our own: every octet they write is kept, and told apart into text and sequences."""
import ast
import ctypes
import ctypes.util
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

from live import BOXWOOD, PATIENCE

QUIET = 0.03  # nothing more comes

# What a terminal description may contain that a painter sends: capabilities without parameters, and with numbers.
NAMES = ("smcup rmcup clear el el1 ed home civis cnorm cvvis sgr0 bold dim rev smul rmul smso rmso smacs rmacs enacs op "
         "oc cr ind ri ht cbt cub1 cuf1 cuu1 cud1 il1 dl1 ich1 dch1 smkx rmkx is1 is2 is3 rs1 rs2 rs3 smam rmam smir "
         "rmir nel bel flash sc rc sitm ritm tbc cup csr hpa vpa cub cuf cuu cud il dl ich dch ech indn rin setaf setab "
         "setf setb rep invis blink smxx rmxx").split()
# .. and what it may not: ours, which ask a terminal for more.
OURS = (rb"\033\[\?2004[hl]"  # bracketed paste
        rb"|\033\[\?100[26][hl]"  # the mouse
        rb"|\033\]11;\?\a"  # which background?
        rb"|\033\]52;c;[A-Za-z0-9+/]*=*\a"
        rb"|\033\]2;[^\0-\x1f\x7f]*\a|\033\[2[23];2t"  # the title, kept and put back
        rb"|\033\]9;[^\0-\x1f\x7f]*\a|\033\]777;notify;Boxwood;[^\0-\x1f\x7f]*\a")


def capability(value):
    """A pattern for what it makes: its octets, with numbers where parameters stand."""
    value = re.sub(rb"\$<\d+[*/]*>", b"", value)
    if b"%?" in value:  # conditions: a colour or attributes
        return rb"\033\[[0-9;:]*m" if value.endswith((b"m", b"%;m")) else None
    out = b""
    for literal, parameter in re.findall(rb"([^%]+)|(%(?:[0-9]*d|c|s|%|i|p\d|\+.|\{\d+\}|[-+*/m&|^=<>AO!~]|'.'|[Pg].))", value):
        if literal:
            out += re.escape(literal)
        elif parameter.endswith(b"d"):
            out += rb"[0-9]+"
        elif parameter == b"%c":
            out += rb"[ -\xff]"
        elif parameter == b"%s":
            out += rb"[^\0-\x1f]*"
        elif parameter == b"%%":
            out += rb"%"
    return out


def painter(term):
    """Matches one sequence of that terminal's description, or one of ours."""
    ask = "import curses, os, sys; curses.setupterm(sys.argv[1], os.open(os.devnull, os.O_WRONLY)); " \
          "print({n: curses.tigetstr(n) for n in sys.argv[2:]})"  # it can be asked about one only
    values = ast.literal_eval(subprocess.run([sys.executable, "-c", ask, term, *NAMES, "sgr"], check=True,
                                             capture_output=True, text=True).stdout)
    sgr = values.pop("sgr")
    found = {capability(v) for v in values.values() if v}
    words = sorted((w for w in found if w), key=len, reverse=True)
    if sgr:  # what it makes of all attributes: SGR, and the change of character sets where the terminal has one
        words += [rb"\033\[[0-9;]*m[\x0e\x0f]?", rb"\033\([0B]"]
    return re.compile(b"|".join(words) + b"|" + OURS, re.DOTALL)


def strange(octets, term, charset="utf-8"):
    """What is neither text nor a sequence of the painter; empty: nothing."""
    allowed = painter(term)
    text, at, odd = b"", 0, []
    while at < len(octets):
        if octets[at] >= 0x20 and octets[at] != 0x7f:
            text += octets[at:at + 1]
            at += 1
            continue
        found = allowed.match(octets, at)
        if found and found.end() > at:
            text += b"\n"
            at = found.end()
        elif octets[at] in b"\r\n\b":
            text += b"\n"
            at += 1
        else:
            odd.append(octets[at:at + 40])
            at += 1
    shown = text.decode(charset, "surrogateescape")
    bad = re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff].{0,20}", shown)
    return odd + bad


class Pty:
    def __init__(self, home, *args, rows=24, columns=80, term="xterm-256color", answer=b"", program=BOXWOOD, **env):
        """answer: to the question for the background."""
        self.octets, self.answer, self.answered, self.code = b"", answer, False, None
        words = home.environment(**{"TMUX": None, "TMUX_PANE": None, "COLORTERM": None, "NO_COLOR": None, "TERM": term, **env})
        self.child, self.fd = pty.fork()
        if not self.child:
            os.chdir(home.dir)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(program, [program, *args], words)
        self.resize(rows, columns)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def take(self, seconds):
        """What comes within that time; False: nothing, or the other side is gone."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            got = os.read(self.fd, 65536)
        except OSError:
            return False
        self.octets += got
        if self.answer and not self.answered and b"\033]11;?" in self.octets:
            self.answered = True
            os.write(self.fd, self.answer)
        return bool(got)

    def settle(self, quiet=QUIET):
        until = time.monotonic() + PATIENCE
        while self.take(quiet):
            assert time.monotonic() < until, "it does not stop writing"

    def keys(self, *keys):
        for k in keys:
            os.write(self.fd, k.encode() if isinstance(k, str) else k)
            self.settle()

    def wait(self, word):
        until = time.monotonic() + PATIENCE
        while not re.search(word, self.octets):
            self.take(0.1)
            assert time.monotonic() < until, "never came: %r\n%r" % (word, self.octets[-2000:])
        self.settle()

    def quit(self, keys="q"):
        until = time.monotonic() + PATIENCE
        while True:
            done, status = os.waitpid(self.child, os.WNOHANG)
            if done:
                break
            if time.monotonic() > until:
                os.kill(self.child, signal.SIGKILL)
                raise AssertionError("it does not quit")
            try:
                os.write(self.fd, keys.encode())
            except OSError:
                pass
            self.take(0.05)
        while self.take(0.05):
            pass
        os.close(self.fd)
        self.code = os.waitstatus_to_exitcode(status)
        return self.code


class Rect(ctypes.Structure):
    _fields_ = [(n, ctypes.c_int) for n in ("start_row", "end_row", "start_col", "end_col")]


class Vterm:
    """A terminal of libvterm, which can be asked for its cells. BOXWOOD_LIBVTERM: where it lies, if it is not installed."""

    @staticmethod
    def library():
        return os.environ.get("BOXWOOD_LIBVTERM") or ctypes.util.find_library("vterm")

    def __init__(self, rows, columns):
        self.lib = ctypes.CDLL(self.library())
        self.lib.vterm_new.restype = self.lib.vterm_obtain_screen.restype = ctypes.c_void_p
        self.lib.vterm_screen_get_text.restype = self.lib.vterm_input_write.restype = ctypes.c_size_t
        self.term = ctypes.c_void_p(self.lib.vterm_new(rows, columns))
        self.lib.vterm_set_utf8(self.term, 1)
        self.screen = ctypes.c_void_p(self.lib.vterm_obtain_screen(self.term))
        self.lib.vterm_screen_enable_altscreen(self.screen, 1)
        self.lib.vterm_screen_reset(self.screen, 1)

    def feed(self, octets):
        self.lib.vterm_input_write(self.term, octets, ctypes.c_size_t(len(octets)))

    def text(self, row, column, columns):
        room = ctypes.create_string_buffer(4096)
        n = self.lib.vterm_screen_get_text(self.screen, room, ctypes.c_size_t(4096), Rect(row, row + 1, column, column + columns))
        return room.raw[:n].decode()
