# SPDX-License-Identifier: GPL-3.0-or-later
"""Letters as somebody means them, and the messages that are made of them."""
import hashlib
import os
import subprocess
import tempfile

PEER = os.environ["PEER"]  # what tests/compose/peer.c became
work = tempfile.TemporaryDirectory(prefix="boxwood-peers.")
ME = ("Vera Lund", "vera@box.example")


def keep(name, content):
    path = os.path.join(work.name, name)
    with open(path, "wb") as f:
        f.write(content)
    return path


def idna(addr):
    local, _, domain = addr.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}" if not domain.startswith("[") else addr


def without_bcc(message):
    lines = message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.startswith(b"Bcc:"))


SCRIPTS = {
    "latin": "Åsa Öberg-Müller",
    "greek": "Γιώργος Παπαδόπουλος",
    "cyrillic": "Владимир Щербаков",
    "arabic": "محمد عبد الله",
    "hebrew": "יוסף כהן",
    "devanagari": "आरती शर्मा",
    "han": "王小明",
    "kana": "やまだ たろう",
    "hangul": "김철수",
}
ODD_NAMES = {
    "comma": "Doe, John",
    "quote": 'John "Jack" Doe',
    "backslash": "back\\slash",
    "parens": "Vera (sales)",
    "dot": "John Q. Public",
    "at": "vera@home",
    "angle": "a <b> c",
    "colon": "Team: blue; red",
    "encoded_word": "=x?= is no word",
    "apostrophe": "O'Neill",
    "long": "A very long display name, with commas, that goes on and on until it cannot stand on one line any more",
    "long_han": "王小明" * 30,
}
SUBJECTS = {
    "empty": "",
    "plain": "Lunch",
    "umlaut": "Grüße aus Köln",
    "mixed": "Re: [list] Zażółć gęślą jaźń: a plain tail (with = and ? and _)",
    "looks_encoded": "this =?utf-8?q?is?= plain text",
    "blanks": "two  blanks   and four    here",
    "blanks_round_letters": "a  é  b   ü    c",
    "emoji": "👍🏽 family 👨‍👩‍👧‍👦 done",
    "long_words": "word " * 1000,
    "one_long_word": "x" * 5000,
    "url": "https://box.example/" + "a" * 300,
    "long_cyrillic": "Очень длинная тема письма " * 20,
    "han_998": "长" * 400,
    "rtl": "שלום עולם hello مرحبا",
}
TEXTS = {
    "empty": "",
    "one_line": "Hello\n",
    "no_end": "no line end",
    "long_paragraph": "lorem ipsum dolor sit amet " * 60 + "\n\nVera\n",
    "from_line": "From here on\n From there\n>From quoted\n",
    "dots": ".\n..\n. x\n",
    "signature": "text\n\n-- \nVera\nhttps://box.example/\n",
    "quotes": "> one\n>> two\n>> " + "deep words " * 30 + "\nanswer\n",
    "umlauts": "Grüße, schöne Straße, weiß\n" * 20,
    "cyrillic": "Съешь ещё этих мягких французских булок, да выпей чаю\n" * 20,
    "han": "长" * 2000 + "\n",
    "word_998": "y" * 998 + "\n",
    "word_3000": "z" * 3000 + "\n",
    "tabs": "a\tb\n\tindented\n",
    "equals": "a=3D b=C3 =\n=?utf-8?q?x?=\n",
    "controls": "bell \x07 escape \x1b[0m\n",
}
FILES = {
    "plain": "report.pdf",
    "blanks": "my report final.pdf",
    "umlaut": "Übersicht für März.pdf",
    "han_long": "非常长的文件名" * 12 + ".pdf",
    "quote": 'say "hi".txt',
    "backslash": "c:\\temp\\x.txt",
    "semicolon": "a;b=c.txt",
    "percent": "100%.txt",
    "star": "name*0*=x.txt",
    "apostrophe": "it's''here.txt",
    "encoded_word": "=?utf-8?q?x?=.txt",
    "leading_dot": ".profile",
    "long_ascii": "a-long-name-" * 15 + ".bin",
    "emoji": "👍🏽.png",
}


class Composition:
    def __init__(self, name, to=None, cc=(), bcc=(), subject="x", text="Hello\n", files=(), options=(), extra=(), sender=ME, inner=()):
        self.name, self.to, self.cc, self.bcc = name, to or [("", "a@b.example")], list(cc), list(bcc)
        self.subject, self.text, self.files, self.options = subject, text, list(files), list(options)
        self.extra, self.sender = list(extra), sender
        self.inner = list(inner)  # NAME, TYPE, CONTENT of files in the messages that go along

    def own_files(self):
        return [(n, m, d) for k, n, m, d, *_ in self.files if k != "message"]

    def editor_text(self):
        def one(name, addr):
            quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
            return f"{quoted} <{addr}>" if name else addr

        lines = [f"From: {one(*self.sender)}"]
        for field, addrs in (("To", self.to), ("Cc", self.cc), ("Bcc", self.bcc)):
            lines.append(f"{field}: " + ",\n  ".join(one(*a) for a in addrs))
        lines.append(f"Subject: {self.subject}")
        lines += [f"{name}: {value}" for name, value in self.extra]
        return ("\n".join(lines) + "\n\n" + self.text).encode()

    def build(self):
        args = list(self.options)
        for kind, name, mime, content, *cid in self.files:
            path = keep(hashlib.sha256(name.encode() + content).hexdigest(), content)
            args += [kind, path] if kind == "message" else [kind, name, mime, path, *cid]
        done = subprocess.run([PEER, "build", *args], input=self.editor_text(), capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        self.notes = done.stderr.decode()
        return done.stdout


BINARY = bytes(range(256)) * 40
SAMPLE = (
    "From: =?utf-8?q?J=C3=BCrgen?= <j@x.example>\r\nTo: vera@box.example\r\nBcc: secret@x.example\r\n"
    "Subject: inner\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\ninner text\r\n"
).encode()
EIGHT_BIT = SAMPLE.replace(b"us-ascii", b"utf-8").replace(b"inner text", "innerer Gruß".encode())
LONG_INNER = SAMPLE.replace(b"inner text", b"q" * 2000)


def nest(message, depth):
    for i in range(depth):
        message = (
            f"From: a@x.example\r\nSubject: level {i}\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
        ).encode() + message
    return message


def forward(name, depth):
    """A letter with a file, forwarded with one more, and that again."""
    inner = [(f"{i} {FILES['umlaut']}", "application/pdf", BINARY[i:]) for i in range(depth + 1)]
    c = None
    for i, (file_name, mime, content) in enumerate(inner):
        files = [("message", "letter.eml", "message/rfc822", c.build())] if c else []
        c = Composition(name, to=[("Vera Lund", "vera@box.example")], subject=f"Übersicht {i}", text=f"{i} Grüße\n",
                        files=files + [("file", file_name, mime, content)], inner=inner[:i])
    return c


compositions = (
    [Composition(f"script_{k}", to=[(v, f"{k}@x.example")], sender=(v, "vera@box.example")) for k, v in SCRIPTS.items()]
    + [Composition(f"name_{k}", to=[(v, "a@x.example"), ("", "b@x.example")]) for k, v in ODD_NAMES.items()]
    + [Composition(f"subject_{k}", subject=v.strip()) for k, v in SUBJECTS.items()]
    + [Composition(f"text_{k}", text=v) for k, v in TEXTS.items()]
    + [Composition(f"text_hard_{k}", text=TEXTS[k], options=["hard"]) for k in ("word_3000", "han", "quotes", "umlauts")]
    + [Composition(f"file_{k}", files=[("file", v, "application/pdf", BINARY)]) for k, v in FILES.items()]
    + [
        Composition("many_recipients", to=[(f"Person {i}", f"p{i}@x.example") for i in range(2000)]),
        Composition("all_scripts_at_once", to=[(v, f"{k}@x.example") for k, v in SCRIPTS.items()]),
        Composition("quoted_local_part", to=[("", '"john doe"@x.example')]),
        Composition("address_literal", to=[("", "a@[192.0.2.1]")]),
        Composition("idn", to=[("Jürgen", "j@bücher.example")]),
        Composition("bcc_goes_nowhere", bcc=[("", "secret@x.example")]),
        Composition("bcc_is_kept", bcc=[("Secret", "secret@x.example")], options=["bcc"]),
        Composition("extra_fields", extra=[("X-Über".replace("Ü", "U"), "Wörter im Feld"), ("Keywords", "a, b")]),
        Composition("two_files", files=[("file", "a.bin", "application/octet-stream", BINARY), ("file", "b.txt", "text/plain", b"a\nb\r\nc\rd")]),
        Composition("empty_file", files=[("file", "empty", "application/octet-stream", b"")]),
        Composition("text_file_utf8", files=[("file", "ü.txt", "text/plain", "Grüße\n".encode())]),
        Composition("text_file_latin1", files=[("file", "l.txt", "text/plain", "Grüße\n".encode("latin-1"))]),
        Composition("forward", files=[("message", "inner.eml", "message/rfc822", SAMPLE)]),
        Composition("forward_8bit", files=[("message", "inner.eml", "message/rfc822", EIGHT_BIT)]),
        Composition("forward_nested", files=[("message", "level 5.eml", "message/rfc822", nest(SAMPLE, 6))]),
        forward("forward_of_forwards", 3),
        Composition("forward_with_lf", files=[("message", "inner.eml", "message/rfc822", SAMPLE.replace(b"\r\n", b"\n"))]),
        Composition("forward_long_lines", files=[("message", "inner.eml", "message/rfc822", LONG_INNER)]),
        Composition(
            "html",
            options=["html", keep("a.html", "<p>Grüße</p>\n".encode())],
            files=[("inline", "logo.png", "image/png", BINARY, "logo@box"), ("file", "z.bin", "application/zip", BINARY)],
        ),
    ]
)
