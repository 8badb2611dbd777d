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
do send a@b.example c@d.example,e@d.example 3
do send a@b.example f@d.example 3
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<c@d.example>
C: RCPT TO:<e@d.example>
S: 250 ok
S: 421 4.3.2 going down
E: ERROR net later the server ended the session | going down
do lost
E: DONE 1 DEFERRED rcpt 0 421 4.3.2 going down
E: DONE 2 DEFERRED login 0 421 4.3.2 going down
