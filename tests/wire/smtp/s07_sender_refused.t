do connect
S: 220 mx.example ESMTP
C: EHLO box.example
S: 250-mx.example hello
S: 250-PIPELINING
S: 250-CHUNKING
S: 250-8BITMIME
S: 250-SIZE 1000000
S: 250-SMTPUTF8
S: 250-DSN
S: 250-ENHANCEDSTATUSCODES
S: 250 AUTH PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 235 2.7.0 in
E: READY
# The sender is refused: what was written behind it is refused too, and says nothing of its own.
do send a@b.example c@d.example,e@d.example 3
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<c@d.example>
C: RCPT TO:<e@d.example>
S: 553 5.7.1 <a@b.example>: Sender address rejected: not owned by user
S: 503 5.5.1 no mail
S: 503 5.5.1 no mail
C: RSET
E: DONE 1 REFUSED mail 0 553 5.7.1 <a@b.example>: Sender address rejected: not owned by user
S: 250 ok
