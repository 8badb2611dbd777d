set security starttls
do connect
do send a@b.example c@d.example 3
S: 220 hi
C: EHLO box.example
S: 250-mx
S: 250-CHUNKING
S: 250-PIPELINING
S: 250-AUTH PLAIN
S: 250-SIZE 1
S: 250 STARTTLS
C: STARTTLS
S: 220 go
do tls
C: EHLO box.example
S: 250-mx
S: 250 AUTH=PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
is size 0
is caps AUTH=PLAIN
S: 235 in
C: MAIL FROM:<a@b.example>
E: READY
do lost
E: DONE 1 DEFERRED mail 0 net later reset
