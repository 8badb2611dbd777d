#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What showing HTML costs, from the start of the program to its end: `make bench-html`. Prints a table, asserts nothing.
usage: html.py BOXWOOD"""
import os, subprocess, sys, tempfile, time

ROW = ('<tr><td class="c%d" style="padding:0 12px;font-family:Arial,sans-serif;font-size:14px;color:#333333">'
       '<a href="http://shop.example/r/%d?utm_source=letter&amp;id=%d" target="_blank"><img src="http://img.example/%d.png" '
       'width="300" alt="Picture %d" style="display:block"></a><p>Number %d is <b>new</b> &ndash; only this week&hellip;</p>'
       '</td></tr>\n')


def newsletter(octets):
    head = ('<!DOCTYPE html><html><head><style>.pre{display:none}@media screen{.c1{width:100%}}</style></head><body>'
            '<div class="pre">What it is about</div><table role="presentation" width="600">')
    rows, n = [], 0
    while sum(map(len, rows[-1:])) * n < octets:
        rows.append(ROW % ((n % 40,) + (n,) * 5))
        n += 1
    return head + ''.join(rows) + '</table></body></html>'


PAGES = {
    'newsletter of 50 KB': newsletter(50 << 10),
    'newsletter of 1 MB': newsletter(1 << 20),
    '100,000 nested elements': '<div>' * 50000 + '<span>' * 50000 + 'x' + '</span>' * 50000 + '</div>' * 50000,
    '2,000 nested tables': '<table><tr><td>x' * 2000 + '</td></tr></table>' * 2000,
    'table of 10,000 rows': '<table border=1>' + '<tr><td>a<td>some words<td align=right>1.00' * 10000 + '</table>',
}


def measure(program, page):
    with tempfile.NamedTemporaryFile('w', suffix='.eml', encoding='utf-8') as f:
        f.write('Content-Type: text/html; charset=utf-8\n\n' + page)
        f.flush()
        best = None
        for _ in range(5):
            began = time.monotonic()
            child = subprocess.Popen([program, 'show', '--text', f.name], stdout=subprocess.DEVNULL)
            _, status, used = os.wait4(child.pid, 0)
            took = time.monotonic() - began
            if status:
                sys.exit('it failed')
            if not best or took < best[0]:
                best = (took, used.ru_utime + used.ru_stime, used.ru_maxrss)
        return best


print('| page | octets | time | processor, with the helper | peak memory of the larger process |')
print('|---|---|---|---|---|')
for name, page in PAGES.items():
    took, cpu, peak = measure(sys.argv[1], page)
    print('| %s | %s | %.0f ms | %.0f ms | %.1f MB |' % (name, format(len(page), ','), took * 1e3, cpu * 1e3, peak / 1024))
