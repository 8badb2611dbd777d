# SPDX-License-Identifier: GPL-3.0-or-later
"""Compositions, and what two readers find in the messages made of them."""
import email
import email.policy
import hashlib
import os
import subprocess
import sys
import tempfile
from email.header import decode_header
from email.utils import getaddresses

peer = sys.argv[1]
work = tempfile.TemporaryDirectory(prefix="boxwood-peers.")
ME = ("Vera Lund", "vera@box.example")


def keep(name, content):
    path = os.path.join(work.name, name)
    with open(path, "wb") as f:
        f.write(content)
    return path


# --- what is written ---

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
    def __init__(self, name, to=None, cc=(), bcc=(), subject="x", text="Hello\n", files=(), options=(), extra=(), sender=ME):
        self.name, self.to, self.cc, self.bcc = name, to or [("", "a@b.example")], list(cc), list(bcc)
        self.subject, self.text, self.files, self.options = subject, text, list(files), list(options)
        self.extra, self.sender = list(extra), sender

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
        done = subprocess.run([peer, "build", *args], input=self.editor_text(), capture_output=True)
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
        Composition("forward_with_lf", files=[("message", "inner.eml", "message/rfc822", SAMPLE.replace(b"\r\n", b"\n"))]),
        Composition("forward_long_lines", files=[("message", "inner.eml", "message/rfc822", LONG_INNER)]),
        Composition(
            "html",
            options=["html", keep("a.html", "<p>Grüße</p>\n".encode())],
            files=[("inline", "logo.png", "image/png", BINARY, "logo@box"), ("file", "z.bin", "application/zip", BINARY)],
        ),
    ]
)

# --- what is read ---

cases = []


def case(name):
    def add(f):
        cases.append((name, f))

    return add


def unflow(text):
    out, open_line, depth = [], None, 0
    for line in text.split("\n"):
        marks = len(line) - len(line.lstrip(">"))
        line = line[marks:]
        line = line[1:] if line.startswith(" ") else line
        soft = line.endswith(" ") and line != "-- "
        if open_line is not None and marks == depth and line != "-- ":
            open_line += line
        else:
            if open_line is not None:
                out.append((depth, open_line))
            open_line, depth = line, marks
        if not soft:
            out.append((depth, open_line))
            open_line = None
    if open_line is not None:
        out.append((depth, open_line))
    return [(">" * d + " " if d else "") + line.rstrip(" ") if line != "-- " else line for d, line in out]


def wanted_lines(text):
    text = text if text.endswith("\n") or not text else text + "\n"
    out = []
    for line in text.split("\n"):
        marks = len(line) - len(line.lstrip(">"))
        rest = line[marks:]
        rest = rest[1:] if marks and rest.startswith(" ") else rest
        out.append((">" * marks + " " if marks else "") + rest.rstrip(" ") if rest != "-- " else rest)
    return out


def idna(addr):
    local, _, domain = addr.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}" if not domain.startswith("[") else addr


def decoded_addrs(message, field):
    found = getaddresses([v.replace("\r\n", "") for v in message.get_all(field, [])])
    return [("".join(t.decode(c or "ascii") if isinstance(t, bytes) else t for t, c in decode_header(n)), a) for n, a in found]


def check_wire(raw, notes):
    lines = raw.split(b"\r\n")
    assert lines[-1] == b"", "the last line is not ended"
    assert b"\r" not in raw.replace(b"\r\n", b"") and b"\n" not in raw.replace(b"\r\n", b""), "a bare line end"
    longest = max(map(len, lines))
    assert longest <= 998, longest
    assert f"longest {longest} " in notes, notes
    head = raw.split(b"\r\n\r\n", 1)[0]
    for line in head.split(b"\r\n"):
        assert line.strip(), "an empty folded line"
        assert len(line) <= 78 or b" " not in line.strip() or line.count(b" ") <= 1, line
    for secret in (b"boxwood", b"@" + os.uname().nodename.encode(), b"X-Mailer", b"User-Agent"):
        assert secret.lower() not in head.lower(), secret


def files_of(c):
    return [(n, m, d) for k, n, m, d, *_ in c.files if k != "message"]


def without_bcc(message):
    lines = message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.startswith(b"Bcc:"))


def check_python(c, raw):
    m = email.message_from_bytes(raw, policy=email.policy.compat32)
    modern = email.message_from_bytes(raw, policy=email.policy.default)
    assert decoded_addrs(m, "From") == [c.sender], decoded_addrs(m, "From")
    for field, addrs in (("To", c.to), ("Cc", c.cc)):
        got = decoded_addrs(m, field)
        assert got == [(n, idna(a)) for n, a in addrs], (field, got)
        if "long" not in c.name and "local" not in c.name and addrs:
            found = [(a.display_name, a.addr_spec) for a in modern[field].addresses]
            assert found == [(n, idna(a)) for n, a in addrs], (field, found)
    keeps = "bcc" in c.options
    assert decoded_addrs(m, "Bcc") == (c.bcc if keeps else []), "Bcc"
    subject = "".join(t.decode(k or "ascii") if isinstance(t, bytes) else t for t, k in decode_header(m["Subject"].replace("\r\n", "")))
    assert subject == c.subject, (subject, c.subject)
    assert str(modern["Subject"]) == c.subject, (modern["Subject"], c.subject)
    for name, value in c.extra:
        assert str(modern[name]) == value, modern[name]
    assert not modern.defects and not any(p.defects for p in modern.walk()), [p.defects for p in modern.walk()]
    text = next(p for p in m.walk() if p.get_content_type() == "text/plain")
    got = text.get_payload(decode=True).decode(text.get_content_charset()).replace("\r\n", "\n")
    if "hard" in c.options:
        assert got == c.text, got
    elif c.name == "text_word_3000":
        assert "".join(unflow(got)).replace(" ", "") == c.text.strip(), got
    elif c.name == "text_han":
        assert "".join(unflow(got)).replace(" ", "") == c.text.strip(), got
    else:
        assert unflow(got) == wanted_lines(c.text), (unflow(got), wanted_lines(c.text))
    leaves = [p for p in modern.walk() if p.get_filename() and p.get_content_type() != "message/rfc822"]
    got = {(p.get_filename(), p.get_payload(decode=True)) for p in leaves}
    wanted = {(n.replace("/", "_"), d) for n, _, d in files_of(c)}
    wanted |= {(n, without_bcc(d)) for k, n, m_, d, *_ in c.files if k == "message" and c.name == "forward_long_lines"}
    assert got == wanted, ([n for n, _ in got], [n for n, _ in wanted])
    for k, n, _, d, *_ in c.files:
        if k == "message" and c.name != "forward_long_lines":
            part = next(p for p in m.walk() if p.get_content_type() == "message/rfc822")
            assert part.get_filename() is not None
            inner = without_bcc(d) if c.name != "forward_nested" else d
            assert inner in raw, "the message within was changed"
            assert b"Bcc: secret" not in raw or c.name == "forward_nested"


def check_gmime(c, raw):
    done = subprocess.run([peer, "gmime"], input=raw, capture_output=True, check=True)
    found = {}
    for line in done.stdout.decode().rstrip("\n").split("\n"):
        key, _, value = line.partition(" ")
        found.setdefault(key, []).append(value)
    assert found["subject"] == [c.subject], found["subject"]
    for field, addrs in (("from", [c.sender]), ("to", c.to), ("cc", c.cc)):
        wanted = [f"{n}|{idna(a)}" for n, a in addrs]
        assert found.get(field, []) == wanted, (field, found.get(field))
    sums = {line.rsplit("|", 1)[1] for line in found.get("part", [])}
    names = {line.split("|")[1] for line in found.get("part", [])}
    for name, _, content in files_of(c):
        assert hashlib.sha256(content).hexdigest() in sums, name
        assert name in names, (name, names)


def add_composition(c):
    @case(c.name)
    def run():
        raw = c.build()
        check_wire(raw, c.notes)
        check_python(c, raw)
        check_gmime(c, raw)


for composition in compositions:
    add_composition(composition)


@case("promise_20_bcc_is_nowhere_in_any_way_of_sending")
def _():
    bounce = keep("bounce", b"Return-Path: <x>\r\nBcc: secret@x.example,\r\n more@x.example\r\nbCC : again@x.example\r\n" + SAMPLE)
    hidden = [("", "secret@x.example")]
    for options in ([], ["hard"], ["bounce", bounce], ["message", bounce]):
        raw = Composition("bcc", bcc=hidden, options=options).build()
        assert b"secret@" not in raw and b"more@" not in raw and b"again@" not in raw, raw
        assert b"bcc" not in raw.lower(), raw


@case("bounce_changes_nothing_else")
def _():
    original = without_bcc(SAMPLE)
    raw = Composition("bounce", options=["bounce", keep("plain", original)]).build()
    assert raw.endswith(original), raw
    block = email.message_from_bytes(raw[: -len(original)] + b"\r\n")
    assert block.keys() == ["Resent-Date", "Resent-From", "Resent-To", "Resent-Message-ID"], block.keys()


@case("smtputf8_headers_hold_the_address_as_it_is")
def _():
    raw = Composition("eai", to=[("Дарья", "дарья@почта.example")], options=["utf8"]).build()
    assert "<дарья@почта.example>\r\n".encode() in raw, raw


print(f"1..{len(cases)}")
for number, (name, run) in enumerate(cases, 1):
    try:
        run()
        print(f"ok {number} - {name}")
    except Exception as e:  # a case of any fault is a failed case
        why = f"{type(e).__name__}: {e}"[:2000]
        print(f"not ok {number} - {name}")
        print("# " + why.encode("ascii", "backslashreplace").decode().replace("\n", "\n# "))
