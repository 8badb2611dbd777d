#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scripted server for tests: it says what a script says, also what no sound server would.

    hostile.py [options] SCRIPT        SCRIPT is a file, or the script itself with -e

It listens on loopback, prints "PORT n", and runs the script once for each connection. Scripts divided by a
line "---" belong to the first, second, .. connection; the last one also to all that follow. For each connection
it prints "DONE k in=N out=N" (octets on the socket) or "FAIL k line L: why", in the order of their ends.
It exits after --times connections, with its parent, or after --limit seconds; status 0 if no script failed.

Words, one a line; # starts a comment; $name is a variable (in strings too, \\$ is a dollar sign):
    S "text"                 send; \\r \\n \\t \\0 \\xHH \\" \\\\ \\$
    C /regex/ [-> name]      read a line that must match; name is the first group, or all of it
    TAG                      read a line; $TAG is its first word, $LINE the rest
    LITERAL n [-> name]      read n octets
    ECHO n                   read n octets and send them back as they come
    STREAM n 'A'             send n octets of one kind
    REPEAT n .. END          the lines between, n times; $i counts from 1
    TLS cert [key=value..]   TLS from here on with cert.pem of --certs; min=1.0 max=1.1 refused=yes
    STARTTLS [cert] [..]     the same, after a line STARTTLS was read and "go ahead" was sent
    INJECT "text"            what follows the answer to STARTTLS in the same segment
    DEFLATE ["a" ["b"]]      a goes out, and from there on both ways are compressed; b follows in the same segment
    SPLIT every k            each S goes out in pieces of k octets (each its own TLS record)
    SPLIT at k               once after k octets;  SPLIT crlf: at each CR and LF;  SPLIT random SEED
    SPLIT off                and whole again
    DRIP n ms                the socket gets n octets each ms milliseconds, TLS handshakes too; DRIP off
    SLEEP ms
    NOCLOSENOTIFY            TLS will end without close_notify
    FIN                      end our side in good form (but see above)
    RST                      reset the connection; ends the script
    EXPECT-CLOSE 2s [any]    the client closes in that time and sends nothing before (or anything)
    EXPECT-NO-PLAINTEXT s    s, or its base64, was never sent in the clear (looked at when the script ends)
    LOG "text"               a line "LOG k text" on standard output
"""
import argparse
import base64
import ctypes
import errno
import os
import random
import re
import shlex
import signal
import socket
import ssl
import struct
import sys
import threading
import time
import warnings
import zlib

PATIENCE = 20
printing = threading.Lock()


class Failed(Exception):
    pass


def say(text):
    with printing:
        print(text, flush=True)


def unescape(text):
    plain = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0"}

    def one(m):
        word = m.group(1)
        if word[0] == "x":
            return bytes([int(word[1:], 16)]).decode("latin-1")
        return plain.get(word, word.encode()).decode("latin-1")

    return re.sub(r"\\(x[0-9a-fA-F]{2}|.)", one, text).encode("latin-1")


class Stream:
    """A socket, TLS over it once asked for, and what was seen of both."""

    def __init__(self, sock, certs):
        self.sock, self.certs = sock, certs
        self.tls = self.tls_in = self.tls_out = None
        self.packer = self.unpacker = None
        self.buffer = bytearray()
        self.ended = False
        self.clear = bytearray()
        self.n_in = self.n_out = 0
        self.split, self.drip, self.close_notify = None, None, True

    # the socket

    def raw_send(self, data):
        step, pause = self.drip or (len(data) or 1, 0)
        for at in range(0, len(data), step):
            piece = data[at:at + step]
            self.sock.sendall(piece)
            self.n_out += len(piece)
            if pause:
                time.sleep(pause)

    def raw_recv(self, until):
        self.sock.settimeout(max(0.01, until - time.monotonic()))
        try:
            data = self.sock.recv(65536)
        except socket.timeout:
            raise Failed("the client was silent") from None
        finally:
            self.sock.settimeout(PATIENCE)
        self.n_in += len(data)
        return data

    # the stream

    def flush(self):
        data = self.tls_out.read()
        if data:
            self.raw_send(data)

    def pieces(self, data):
        if not self.split:
            return [data]
        kind, n = self.split
        if kind == "every":
            return [data[i:i + n] for i in range(0, len(data), n)]
        if kind == "at":
            return [p for p in (data[:n], data[n:]) if p]
        if kind == "crlf":
            return re.findall(rb"[^\r\n]+|\r|\n", data)
        out = []
        while data:
            k = n.randint(1, max(1, min(len(data), 40)))
            out.append(data[:k])
            data = data[k:]
        return out

    def pack(self, data):
        return self.packer.compress(data) + self.packer.flush(zlib.Z_SYNC_FLUSH)

    def deflate(self, before, behind):
        self.packer = zlib.compressobj(wbits=-15)
        self.unpacker = zlib.decompressobj(wbits=-15)
        first, self.packer, packer = before + (self.pack(behind) if behind else b""), None, self.packer
        self.send(first)
        self.packer = packer

    def send(self, data):
        if self.packer:
            data = self.pack(data)
        for piece in self.pieces(data):
            if not self.tls:
                self.raw_send(piece)
                continue
            while piece:
                piece = piece[self.tls.write(piece):]
                self.flush()

    def fill(self, until):
        """More in the buffer, or the end is known."""
        if self.tls:
            try:
                data = self.tls.read(65536)
                self.buffer += self.unpacker.decompress(data) if self.unpacker else data
                self.ended = not data
                return
            except ssl.SSLWantReadError:
                self.flush()
        data = self.raw_recv(until)
        if self.tls:
            self.tls_in.write(data)
            self.ended = not data
        else:
            self.buffer += self.unpacker.decompress(data) if self.unpacker else data
            self.clear += data
            self.ended = not data

    def take(self, n, seconds=PATIENCE):
        until = time.monotonic() + seconds
        while len(self.buffer) < n:
            self.fill(until)
            if self.ended:
                raise Failed("the client closed the connection")
        data = bytes(self.buffer[:n])
        del self.buffer[:n]
        return data

    def line(self):
        until = time.monotonic() + PATIENCE
        while b"\n" not in self.buffer:
            self.fill(until)
            if self.ended:
                raise Failed("the client closed the connection after %r" % bytes(self.buffer[-200:]))
        line = self.take(self.buffer.index(b"\n") + 1)[:-1]
        return line.rstrip(b"\r").decode("latin-1")

    def expect_close(self, seconds, anything):
        until = time.monotonic() + seconds
        while not self.ended:
            try:
                self.fill(until)
            except (ConnectionError, ssl.SSLError):
                self.ended = True
            if self.buffer and not anything:
                raise Failed("the client sent %r" % bytes(self.buffer[:200]))
        self.close_notify = False  # nobody is there to read it

    def start_tls(self, cert, options):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        for name, bound in (("min", "minimum_version"), ("max", "maximum_version")):
            if name in options:
                setattr(context, bound, getattr(ssl.TLSVersion, "TLSv" + options[name].replace(".", "_")
                                                .replace("1_0", "1")))
        context.load_cert_chain(os.path.join(self.certs, cert + ".pem"))
        self.tls_in, self.tls_out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.tls_in, self.tls_out, server_side=True)
        if self.buffer:
            del self.clear[-len(self.buffer):]
        self.tls_in.write(bytes(self.buffer))
        self.buffer.clear()
        until = time.monotonic() + PATIENCE
        refused = None
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as why:
                refused = str(why)
                break
            try:
                self.flush()
                data = self.raw_recv(until)
            except ConnectionError as why:
                refused = str(why)
                break
            if not data:
                refused = "closed"
                break
            self.tls_in.write(data)
        try:
            self.flush()
        except OSError:
            pass
        if ("refused" in options) != bool(refused):
            raise Failed("TLS: " + (refused or "the client accepts the certificate"))
        if refused:
            self.tls = None
            self.close_notify = False

    def fin(self):
        if self.tls and self.close_notify:
            try:
                self.tls.unwrap()
            except ssl.SSLError:
                pass
            self.flush()
        self.close_notify = False
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError as e:
            # The client was faster: it has closed already.
            if e.errno != errno.ENOTCONN:
                raise

    def drain(self):
        """Reads what still comes, so that closing resets nothing and the count is whole."""
        until = time.monotonic() + PATIENCE
        try:
            self.fin()
        except OSError:
            pass
        try:
            while self.raw_recv(until):
                pass
        except (OSError, Failed):
            pass

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Play:
    """One script on one connection."""

    def __init__(self, number, stream, lines):
        self.number, self.stream, self.lines = number, stream, lines
        self.variables, self.secrets, self.injected = {}, [], b""
        self.at, self.over = 0, False

    def expand(self, text):
        def value(m):
            if m.group(1) is None:
                return m.group(0)
            if m.group(1) not in self.variables:
                raise Failed("no variable $%s" % m.group(1))
            return self.variables[m.group(1)].replace("\\", "\\\\")

        return re.sub(r"\\.|\$(\w+)", value, text)

    def text(self, rest):
        m = re.fullmatch(r'\s*"((?:[^"\\]|\\.)*)"\s*', rest)
        if not m:
            raise Failed("a string is missing: " + rest)
        return unescape(self.expand(m.group(1)))

    def run(self, first, last):
        at = first
        while at < last and not self.over:
            number, line = self.lines[at]
            self.at = number
            word, _, rest = line.partition(" ")
            if word == "REPEAT":
                stop = self.block_end(at, last)
                for i in range(int(self.expand(rest))):
                    self.variables["i"] = str(i + 1)
                    self.run(at + 1, stop)
                at = stop
            else:
                action = getattr(self, "do_" + word.lower().replace("-", "_"), None)
                if not action:
                    raise Failed("no such word: " + word)
                action(rest)
            at += 1

    def block_end(self, at, last):
        depth = 0
        for i in range(at, last):
            word = self.lines[i][1].split(" ")[0]
            depth += (word == "REPEAT") - (word == "END")
            if depth == 0:
                return i
        raise Failed("REPEAT without END")

    def do_s(self, rest):
        self.stream.send(self.text(rest))

    def do_c(self, rest):
        m = re.fullmatch(r"\s*/(.*)/\s*(?:->\s*(\w+))?\s*", rest)
        if not m:
            raise Failed("a /regex/ is missing: " + rest)
        line = self.stream.line()
        found = re.search(m.group(1), line)
        if not found:
            raise Failed("the client sent %r, not /%s/" % (line[:300], m.group(1)))
        if m.group(2):
            self.variables[m.group(2)] = found.group(1) if found.re.groups else found.group(0)

    def do_tag(self, _rest):
        self.variables["TAG"], _, self.variables["LINE"] = self.stream.line().partition(" ")

    def do_literal(self, rest):
        n, _, name = rest.partition("->")
        data = self.stream.take(int(self.expand(n)))
        if name.strip():
            self.variables[name.strip()] = data.decode("latin-1")

    def do_echo(self, rest):
        left = int(self.expand(rest))
        while left:
            if not self.stream.buffer:
                self.stream.fill(time.monotonic() + PATIENCE)
            if self.stream.ended:
                raise Failed("the client closed, %d octets short" % left)
            data = self.stream.take(min(left, len(self.stream.buffer)))
            self.stream.send(data)
            left -= len(data)

    def do_stream(self, rest):
        n, octet = shlex.split(self.expand(rest))
        left, block = int(n), unescape(octet)[:1] * 65536
        while left > 0:
            self.stream.send(block[:left])
            left -= len(block)

    def do_tls(self, rest):
        words = self.expand(rest).split()
        self.stream.start_tls(words[0], dict(w.partition("=")[::2] for w in words[1:]))

    def do_starttls(self, rest):
        line = self.stream.line()
        m = re.fullmatch(r"(\S+) STARTTLS", line, re.I)
        if not m:
            raise Failed("the client sent %r, not STARTTLS" % line[:300])
        self.stream.raw_send(m.group(1).encode("latin-1") + b" OK go ahead\r\n" + self.injected)
        if rest.strip():
            self.do_tls(rest)

    def do_inject(self, rest):
        self.injected = self.text(rest)

    def do_deflate(self, rest):
        words = re.findall(r'"(?:[^"\\]|\\.)*"', rest)
        before, behind = ([self.text(w) for w in words] + [b"", b""])[:2]
        self.stream.deflate(before, behind)

    def do_split(self, rest):
        kind, *more = self.expand(rest).split()
        if kind == "random":
            self.stream.split = (kind, random.Random(int(more[0]) if more else 1))
        else:
            self.stream.split = None if kind == "off" else (kind, int(more[0]) if more else 0)

    def do_drip(self, rest):
        words = self.expand(rest).split()
        self.stream.drip = None if words[0] == "off" else (int(words[0]), int(words[1]) / 1000)

    def do_sleep(self, rest):
        time.sleep(int(self.expand(rest)) / 1000)

    def do_noclosenotify(self, _rest):
        self.stream.close_notify = False

    def do_fin(self, _rest):
        self.stream.fin()

    def do_rst(self, _rest):
        self.stream.reset()
        self.over = True

    def do_expect_close(self, rest):
        words = self.expand(rest).split()
        self.stream.expect_close(float(words[0].rstrip("s")), "any" in words[1:])

    def do_expect_no_plaintext(self, rest):
        self.secrets.append(unescape(self.expand(rest.strip().strip('"'))))

    def do_log(self, rest):
        say("LOG %d %s" % (self.number, self.text(rest).decode("latin-1")))

    def look_for_secrets(self):
        for secret in self.secrets:
            forms = [secret]
            for shift in range(3):
                # What base64 gives whatever stands before and behind.
                code = base64.b64encode(b"\0" * shift + secret)
                forms.append(code[-(-8 * shift // 6):8 * (shift + len(secret)) // 6])
            if any(form and form in self.stream.clear for form in forms):
                raise Failed("the secret %r was sent in the clear" % secret)


def play(number, sock, lines, options, failed):
    stream = Stream(sock, options.certs)
    show = Play(number, stream, lines)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(PATIENCE)
    if options.split:
        show.do_split(options.split)
    why = None
    try:
        show.run(0, len(lines))
    except (Failed, OSError, ssl.SSLError, ValueError, IndexError) as e:
        why = str(e) or type(e).__name__
    if not show.over:
        if not why:
            stream.drain()
        sock.close()
    try:
        show.look_for_secrets()
    except Failed as e:
        why = str(e)
    if why:
        failed.append(number)
        say("FAIL %d line %d: %s" % (number, show.at, why))
    else:
        say("DONE %d in=%d out=%d" % (number, stream.n_in, stream.n_out))


def read_scripts(text):
    scripts = [[]]
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line == "---":
            scripts.append([])
        elif line and not line.startswith("#"):
            scripts[-1].append((number, line))
    return scripts


def die_with_parent(limit):
    parent = os.getppid()
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    except (OSError, AttributeError):
        pass

    def watch():
        until = time.monotonic() + limit
        while os.getppid() == parent and time.monotonic() < until:
            time.sleep(0.5)
        os._exit(3)

    threading.Thread(target=watch, daemon=True).start()


def main():
    warnings.simplefilter("ignore", DeprecationWarning)
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("-e", action="store_true", help="SCRIPT is the script itself")
    p.add_argument("--host", default="127.0.0.1")
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--certs", default=".", help="the directory certs.sh has filled")
    p.add_argument("--times", type=int, default=1, help="connections to serve; 0: no end")
    p.add_argument("--limit", type=float, default=120, help="seconds")
    p.add_argument("--split", default="", help="begin each script with SPLIT of this")
    p.add_argument("script")
    options = p.parse_args()
    die_with_parent(options.limit)
    text = options.script if options.e else open(options.script, encoding="utf-8").read()
    scripts = read_scripts(text)
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listener = socket.create_server((options.host, options.port), family=family)
    say("PORT %d" % listener.getsockname()[1])
    failed, threads, served = [], [], 0
    while not options.times or served < options.times:
        sock, _ = listener.accept()
        lines = scripts[min(served, len(scripts) - 1)]
        served += 1
        t = threading.Thread(target=play, args=(served, sock, lines, options, failed), daemon=True)
        t.start()
        threads.append(t)
    for t in threads:
        t.join()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
