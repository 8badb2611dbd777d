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
do send a@b.example c@d.example 4
do send a@b.example c@d.example 4
C: MAIL FROM:<a@b.example> SIZE=4
C: RCPT TO:<c@d.example>
C: DATA
S: 250 ok
S: 250 ok
S: 354 go
E: RECIPIENT 1.0 250 - ok
do feed xx
C: xx\c
do abort
E: STOPPED
E: DONE 1 DEFERRED data 1 canceled never the sending was stopped
is closing yes
do lost
E: DONE 2 DEFERRED login 0 net later reset
