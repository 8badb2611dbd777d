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
do send ü@b.example c@d.example 3 8bit dsn
do feed x\r\n
C: MAIL FROM:<ü@b.example> SIZE=3 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb+20c
C: RCPT TO:<c@d.example> NOTIFY=SUCCESS,FAILURE
C: BDAT 3 LAST
C: x
S: 250 ok
S: 250 ok
S: 250 queued
E: RECIPIENT 1.0 250 - ok
E: DONE 1 ACCEPTED end 1 250 - queued
do send a@b.example c@d.example 3 long
do feed x\r\n
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<c@d.example>
C: BDAT 3 LAST
C: x
S: 250 ok
S: 250 ok
S: 250 queued
E: RECIPIENT 2.0 250 - ok
E: DONE 2 ACCEPTED end 1 250 - queued
