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
do send a@b.example c@d.example 3
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<c@d.example>
C: DATA
do wait 59999
do wait 1
E: ERROR net later the server does not answer
do lost
E: DONE 1 DEFERRED mail 0 net later reset
