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
do send a@b>#NOTIFY=NEVER c@d.example 3
do send a@b.example c@d>\x0d\x0aRCPT#TO:<x@y 3
do send a@b.example -oQ/tmp 3
do send a@b.example <> 3
do send a@b.example c#d@e.example 3
E: DONE 1 REFUSED login 0 input never 'a@b>#NOTIFY=NEVER' is no address that mail can go by
E: DONE 2 REFUSED login 0 input never 'c@d>\x0d\x0aRCPT TO:<x@y' is no address that mail can go by
E: DONE 3 REFUSED login 0 input never '-oQ/tmp' is no address that mail can go by
E: DONE 4 REFUSED login 0 input never '<>' is no address that mail can go by
E: DONE 5 REFUSED login 0 input never 'c d@e.example' is no address that mail can go by
do send <> "c#d"@[192.0.2.1] 0 probe
C: MAIL FROM:<>
C: RCPT TO:<"c d"@[192.0.2.1]>
S: 250 ok
S: 250 ok
C: RSET
E: RECIPIENT 6.0 250 - ok
E: DONE 6 ACCEPTED rcpt 1 250 - ok
S: 250 ok
