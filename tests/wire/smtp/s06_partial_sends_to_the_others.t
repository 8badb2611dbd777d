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
do send a@b.example c@d.example,no@d.example,wait@d.example 3 partial
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<c@d.example>
C: RCPT TO:<no@d.example>
C: RCPT TO:<wait@d.example>
S: 250 ok
S: 250 ok
S: 550 no
S: 450 later
E: RECIPIENT 1.0 250 - ok
E: RECIPIENT 1.1 550 - no
E: RECIPIENT 1.2 450 - later
do feed x\r\n
C: BDAT 3 LAST
C: x
S: 250 queued
E: DONE 1 ACCEPTED end 1 250 - queued
