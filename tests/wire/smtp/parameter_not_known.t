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
# A parameter that was offered and is not known after all is not used again.
do send a@b.example c@d.example,e@d.example 3 dsn
C: MAIL FROM:<a@b.example> SIZE=3 RET=HDRS ENVID=a+2Bb+20c
C: RCPT TO:<c@d.example> NOTIFY=SUCCESS,FAILURE
C: RCPT TO:<e@d.example> NOTIFY=SUCCESS,FAILURE
S: 555 5.5.4 what
S: 503 no
S: 503 no
C: RSET
E: DONE 1 DEFERRED mail 0 555 5.5.4 what
is bad DSN
S: 250 ok
