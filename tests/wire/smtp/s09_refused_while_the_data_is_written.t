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
# 552 while the message is still written: no more of it.
do send a@b.example c@d.example 900000
do send a@b.example c@d.example 3
C: MAIL FROM:<a@b.example> SIZE=900000
C: RCPT TO:<c@d.example>
C: DATA
S: 250 ok
S: 250 ok
S: 354 go
E: RECIPIENT 1.0 250 - ok
is room 65536 of 1
do feed xxxx
C: xxxx\c
S: 552 5.3.4 too much
E: DONE 1 REFUSED data 1 552 5.3.4 too much
is room 0 of 0
is closing yes
do lost
E: DONE 2 DEFERRED login 0 net later reset
