# SPDX-License-Identifier: GPL-3.0-or-later
"""A small submission server (RFC 5321, 3030, 4954), honest until told otherwise: it answers as a case of a test wants, and
remembers what it was told and what it took."""
import base64
import os
import socket
import threading
import time

CAPS = ["PIPELINING", "SIZE 10000000", "8BITMIME", "CHUNKING", "DSN", "ENHANCEDSTATUSCODES", "SMTPUTF8", "AUTH PLAIN LOGIN"]
PASSWORD = "secret"


class Letter:
    def __init__(self, sender, to, data):
        self.sender, self.to, self.data = sender, to, data


class Cut(Exception):
    pass


class Postman:
    """`answers` maps "MAIL", "RCPT", "DATA" (to the command), "END" (to the end of the data), "AUTH", "GREETING" or "EHLO" to a
    reply, or to a function of the argument that gives one; None is the honest reply, "cut" ends the connection instead of it and
    "hang" never answers. What is taken lies in `letters`."""

    def __init__(self, caps=None, answers=None):
        self.caps = list(CAPS if caps is None else caps)
        self.answers = dict(answers or {})
        self.letters, self.heard, self.logins, self.connections = [], [], 0, 0
        self.refused_logins = 0
        self.lock = threading.Lock()
        self.open = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.secret = os.path.join(os.environ["work"], "postman-secret")
        with open(os.open(self.secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as f:
            f.write(PASSWORD + "\n")
        threading.Thread(target=self.accept, daemon=True).start()

    def smtp(self):
        """Lines of an account."""
        return '  smtp     127.0.0.1:%d insecure\n  smtp-login vera\n  smtp-password file "%s"\n' % (self.port, self.secret)

    def account(self, extra="", email="vera@box.example"):
        return 'account box {\n  email    %s\n  name     "Vera Lund"\n  login    vera\n  password file "%s"\n%s%s}\n' % (
            email, self.secret, self.smtp(), extra)

    def stop(self):
        self.listener.close()
        for client in list(self.open):
            client.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def answer(self, stage, argument, honest):
        wanted = self.answers.get(stage)
        if callable(wanted):
            wanted = wanted(argument)
        if wanted == "cut":
            raise Cut
        if wanted == "hang":
            time.sleep(3600)
        return honest if wanted is None else wanted

    def serve(self, client):
        self.open.add(client)
        stream = client.makefile("rwb", buffering=0)
        reader = client.makefile("rb")
        try:
            self.talk(stream, reader)
        except (Cut, OSError, ValueError):
            pass
        finally:
            self.open.discard(client)
            client.close()

    def talk(self, stream, reader):
        sender, to, chunks, known = None, [], b"", False

        def say(reply):
            stream.write((reply.replace("\n", "\r\n") + "\r\n").encode())

        def end():
            nonlocal sender, to, chunks
            letter = Letter(sender, to, chunks)
            sender, to, chunks = None, [], b""
            reply = self.answer("END", letter, "250 2.0.0 queued")
            if reply.startswith("2"):
                with self.lock:
                    self.letters.append(letter)
            after = self.answers.get("AFTER_END")
            if after == "cut":
                raise Cut
            say(reply)

        say(self.answer("GREETING", None, "220 postman.example ESMTP"))
        while True:
            line = reader.readline()
            if not line:
                return
            command = line.decode("utf-8", "replace").rstrip("\r\n")
            self.heard.append(command)
            verb, _, rest = command.partition(" ")
            verb = verb.upper()
            if verb == "EHLO":
                say(self.answer("EHLO", rest, "\n".join(["250-postman.example"] + ["250-" + c for c in self.caps[:-1]] +
                                                        ["250 " + self.caps[-1]])))
            elif verb == "HELO":
                say("250 postman.example")
            elif verb == "AUTH":
                known = self.login(rest, stream, reader, say)
            elif verb == "MAIL":
                sender = rest[rest.index("<") + 1:rest.index(">")]
                reply = self.answer("MAIL", sender, "250 2.1.0 ok")
                to, chunks = [], b""
                if not reply.startswith("2"):
                    sender = None
                say(reply)
            elif verb == "RCPT":
                rcpt = rest[rest.index("<") + 1:rest.index(">")]
                reply = "503 5.5.1 MAIL first" if sender is None else self.answer("RCPT", rcpt, "250 2.1.5 ok")
                if reply.startswith("2"):
                    to.append(rcpt)
                say(reply)
            elif verb == "DATA":
                reply = "503 5.5.1 RCPT first" if not to else self.answer("DATA", None, "354 go on")
                say(reply)
                if not reply.startswith("354"):
                    continue
                while (text := reader.readline()) != b".\r\n":
                    if not text:
                        return
                    chunks += text[1:] if text.startswith(b".") else text
                end()
            elif verb == "BDAT" and "BDAT" in self.answers:
                say(self.answers["BDAT"])
            elif verb == "BDAT":
                n = int(rest.split()[0])
                part = b""
                while len(part) < n:
                    piece = reader.read(n - len(part))
                    if not piece:
                        return
                    part += piece
                if not to:
                    say("503 5.5.1 RCPT first")
                    continue
                chunks += part
                if rest.upper().endswith("LAST"):
                    end()
                else:
                    say("250 2.0.0 %d octets" % n)
            elif verb == "RSET":
                sender, to, chunks = None, [], b""
                say("250 2.0.0 ok")
            elif verb == "NOOP":
                say("250 2.0.0 ok")
            elif verb == "QUIT":
                say("221 2.0.0 bye")
                return
            else:
                say("502 5.5.2 what is '%s'?" % verb)

    def login(self, rest, stream, reader, say):
        way, _, initial = rest.partition(" ")
        if way.upper() != "PLAIN":
            say("504 5.5.4 not that way")
            return False
        if not initial:
            say("334 ")
            initial = reader.readline().decode().strip()
        _, login, password = base64.b64decode(initial).decode().split("\0")
        reply = self.answer("AUTH", login, "235 2.7.0 welcome" if password == PASSWORD else "535 5.7.8 no such login")
        self.logins += reply.startswith("2")
        self.refused_logins += not reply.startswith("2")
        say(reply)
        return reply.startswith("2")
