# Greeting, EHLO, AUTH, and the whole mail: four writes.
do connect
do send a@b.example c@d.example 12
S: 220-mx.example ESMTP
S: 220 at your service
C: EHLO box.example
S: 250-mx.example hello
S: 250-PIPELINING
S: 250-CHUNKING
S: 250-size 1000
S: 250 AUTH LOGIN PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 235 2.7.0 in
E: READY
is caps PIPELINING, CHUNKING, size 1000, AUTH LOGIN PLAIN
is size 1000
is mechanism PLAIN
is room 12 of 1
do feed S:x\r\n\r\nyou\r\n
C: MAIL FROM:<a@b.example> SIZE=12
C: RCPT TO:<c@d.example>
C: BDAT 12 LAST
C: S:x
C:
C: you
S: 250 2.1.0 ok
S: 250 2.1.5 ok
S: 250 2.0.0 queued as 7
E: RECIPIENT 1.0 250 2.1.5 ok
E: DONE 1 ACCEPTED end 1 250 2.0.0 queued as 7
is commands 5
do quit
C: QUIT
S: 221 bye
is closing yes
