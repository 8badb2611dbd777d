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
# The data waits until every recipient is answered; then the next mail goes in the same session, without RSET.
do send a@b.example c@d.example,e@d.example 3
do send a@b.example f@d.example 3
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<c@d.example>
C: RCPT TO:<e@d.example>
S: 250 ok
S: 250 ok
is room 0 of 0
S: 250 ok
E: RECIPIENT 1.0 250 - ok
E: RECIPIENT 1.1 250 - ok
is room 3 of 1
do feed x\r\n
C: BDAT 3 LAST
C: x
S: 250 one
E: DONE 1 ACCEPTED end 2 250 - one
is room 3 of 2
do feed y\r\n
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<f@d.example>
C: BDAT 3 LAST
C: y
S: 250 ok
S: 250 ok
S: 250 two
E: RECIPIENT 2.0 250 - ok
E: DONE 2 ACCEPTED end 1 250 - two
is busy no
