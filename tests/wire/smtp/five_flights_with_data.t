do connect
S: 220 mx.example ESMTP
C: EHLO box.example
S: 250-mx.example hello
S: 250-PIPELINING
S: 250-8BITMIME
S: 250-SIZE 1000000
S: 250 AUTH PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 235 2.7.0 in
E: READY
do send a@b.example c@d.example 5
C: MAIL FROM:<a@b.example> SIZE=5
C: RCPT TO:<c@d.example>
C: DATA
is room 0 of 0
S: 250 ok
S: 251 will forward
S: 354 go
E: RECIPIENT 1.0 251 - will forward
is room 5 of 1
do feed .hi
do feed \r\n
C: ..hi
C: .
S: 250 2.0.0 queued
E: DONE 1 ACCEPTED end 1 250 2.0.0 queued
is transcript S: 220 mx.example ESMTP|C: EHLO box.example|S: 250-mx.example hello|S: 250-PIPELINING|S: 250-8BITMIME|S: 250-SIZE 1000000|S: 250 AUTH PLAIN|C: AUTH PLAIN ****|S: 235 2.7.0 in|C: MAIL FROM:<a@b.example> SIZE=5|C: RCPT TO:<c@d.example>|C: DATA|S: 250 ok|S: 251 will forward|S: 354 go|C: .|S: 250 2.0.0 queued|
