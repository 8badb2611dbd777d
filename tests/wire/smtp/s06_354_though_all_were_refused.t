do connect
S: 220 mx.example ESMTP
C: EHLO box.example
S: 250-mx.example hello
S: 250-PIPELINING
S: 250-8BITMIME
S: 250-SIZE 1000000
S: 250 AUTH PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 235 2.7.0 in
E: READY
# 354 though the only recipient was refused: a lone dot, never the message.
do send a@b.example no@d.example 3
do send a@b.example c@d.example 3
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<no@d.example>
C: DATA
S: 250 ok
S: 550 5.1.1 nobody
E: RECIPIENT 1.0 550 5.1.1 nobody
is room 0 of 0
S: 354 go
C: .
S: 250 what
C: RSET
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<c@d.example>
C: DATA
E: DONE 1 REFUSED rcpt 0 550 5.1.1 nobody
S: 250 ok
S: 250 ok
S: 250 ok
S: 354 go
E: RECIPIENT 2.0 250 - ok
do feed x\r\n
C: x
C: .
S: 250 queued
E: DONE 2 ACCEPTED end 1 250 - queued
