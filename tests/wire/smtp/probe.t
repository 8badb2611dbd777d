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
do send a@b.example me@b.example 0 probe
C: MAIL FROM:<a@b.example>
C: RCPT TO:<me@b.example>
S: 250 ok
S: 550 5.7.1 not yours
C: RSET
E: RECIPIENT 1.0 550 5.7.1 not yours
E: DONE 1 REFUSED rcpt 0 550 5.7.1 not yours
S: 250 ok
do send a@b.example me@b.example 0 probe
C: MAIL FROM:<a@b.example>
C: RCPT TO:<me@b.example>
do lost
E: DONE 2 DEFERRED mail 0 net later reset
