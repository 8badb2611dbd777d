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
# None is sent where one recipient is refused for good; every answer is told first.
do send a@b.example c@d.example,no@d.example,wait@d.example 3
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<c@d.example>
C: RCPT TO:<no@d.example>
C: RCPT TO:<wait@d.example>
S: 250 ok
S: 250 2.1.5 ok
S: 550-5.1.1 nobody
S: 550 5.1.1 of this name
S: 450 4.2.0 later
C: RSET
E: RECIPIENT 1.0 250 2.1.5 ok
E: RECIPIENT 1.1 550 5.1.1 nobody|of this name
E: RECIPIENT 1.2 450 4.2.0 later
E: DONE 1 REFUSED rcpt 1 550 5.1.1 nobody|of this name
S: 250 ok
