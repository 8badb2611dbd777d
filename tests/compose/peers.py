# SPDX-License-Identifier: GPL-3.0-or-later
"""What two readers find in the messages that are made of the compositions."""
import email
import email.policy
import hashlib
import os
import subprocess
from email.header import decode_header
from email.utils import getaddresses

from compositions import *

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
    wanted = {(n.replace("/", "_"), d) for n, _, d in c.own_files()}
    wanted |= {(n, d) for n, _, d in c.inner}
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
    done = subprocess.run([PEER, "gmime"], input=raw, capture_output=True, check=True)
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
    for name, _, content in c.own_files():
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
