# SPDX-License-Identifier: GPL-3.0-or-later
"""Many repeatable letters in an mbox, for a server to import."""
import random
import time

NEWEST = 1_790_000_000  # the moment of the last letter
STEP_S = 61             # between two
BLOCKS = 300

SYLLABLES = [a + b for a in "b d f g k l m n p r s t v z st tr".split() for b in "a e i o u ai ea".split()]


def lines_of(dice, words, octets):
    out, left = [], octets
    while left > 0:
        out.append(" ".join(dice.choices(words, k=9)) + "\n")
        left -= len(out[-1])
    return "".join(out)


def write_mbox(path, count, low, high):
    """So many letters with bodies of low to high octets. Seven of ten are read, one of fifty is flagged, every seventh
    answers the one before it."""
    dice = random.Random(7)
    words = ["".join(dice.choices(SYLLABLES, k=dice.choice((1, 2, 2, 3)))) for _ in range(5000)]
    blocks = [lines_of(dice, words, 2 * high) for _ in range(BLOCKS)]
    with open(path, "w", encoding="ascii") as out:
        for i in range(1, count + 1):
            when = time.gmtime(NEWEST - (count - i) * STEP_S)
            who = words[i * 7 % 400]
            start = dice.randrange(high)
            body = dice.choice(blocks)[start:start + dice.randint(low, high)]
            parent = f"<bench.{i - 1}@post.example>"
            thread = f"In-Reply-To: {parent}\nReferences: {parent}\n" if i % 7 == 0 else ""
            state = ("Status: RO\n" if i % 10 < 7 else "") + ("X-Status: F\n" if i % 50 == 0 else "")
            out.write(f"From {who}@post.example {time.strftime('%a %b %d %H:%M:%S %Y', when)}\n"
                      f"Received: from out.post.example (out.post.example [198.51.100.7]) by mx.box.example with ESMTPS id q{i}\n"
                      f"\tfor <vera@box.example>; {time.strftime('%a, %d %b %Y %H:%M:%S +0000', when)}\n"
                      f"From: {who.title()} Example <{who}@post.example>\nTo: Vera Lund <vera@box.example>\n"
                      f"Subject: {' '.join(dice.choices(words, k=4))} {i}\n"
                      f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', when)}\n"
                      f"Message-ID: <bench.{i}@post.example>\n{thread}{state}MIME-Version: 1.0\n"
                      "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n"
                      f"Message number {i}.\n{body}\n\n")
