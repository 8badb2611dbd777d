do connect
S: 220 mx.example ESMTP
C: EHLO box.example
S: 250-mx.example hello
S: 250-PIPELINING
S: 250 AUTH PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 235 2.7.0 in
E: READY
do send a@b.example c@d.example 3 8bit
do send a@b.example c@d.example 3 utf8
do send \xc3\xbc@b.example c@d.example 3
do send ü@b.example c@d.example 3
E: DONE 1 REFUSED login 0 lacking never the server takes no 8-bit text (8BITMIME)
E: DONE 2 REFUSED login 0 lacking never the server takes no addresses or headers in UTF-8 (SMTPUTF8)
E: DONE 3 REFUSED login 0 input never '\xc3\xbc@b.example' is no address that mail can go by
E: DONE 4 REFUSED login 0 lacking never the server takes no addresses or headers in UTF-8 (SMTPUTF8)
