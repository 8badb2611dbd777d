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
do send a@b.example no@d.example 3
do feed x\r\n
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<no@d.example>
C: BDAT 3 LAST
C: x
S: 250 ok
S: 550 5.1.1 nobody
S: 503 5.5.1 no recipient
C: RSET
E: RECIPIENT 1.0 550 5.1.1 nobody
E: DONE 1 REFUSED rcpt 0 550 5.1.1 nobody
S: 250 ok
