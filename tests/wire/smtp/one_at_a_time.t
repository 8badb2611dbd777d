do connect
S: 220 mx.example ESMTP
C: EHLO box.example
S: 250-mx.example hello
S: 250-8BITMIME
S: 250 AUTH PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 235 2.7.0 in
E: READY
# Without PIPELINING one command at a time, and no chunks.
do send a@b.example c@d.example,e@d.example 3
C: MAIL FROM:<a@b.example>
S: 250 ok
C: RCPT TO:<c@d.example>
S: 250 ok
C: RCPT TO:<e@d.example>
E: RECIPIENT 1.0 250 - ok
S: 250 ok
C: DATA
E: RECIPIENT 1.1 250 - ok
S: 354 go
do feed x\r\n
C: x
C: .
S: 250 queued
E: DONE 1 ACCEPTED end 2 250 - queued
