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
do send a@b.example c@d.example 3
C: MAIL FROM:<a@b.example> SIZE=3
C: RCPT TO:<c@d.example>
C: DATA
S: 250 ok
S: 250 ok
S: 354 go
E: RECIPIENT 1.0 250 - ok
do feed x\r\n
C: x
C: .
S: 554-5.7.1 spam
S: 554 5.7.1 says the filter
C: RSET
E: DONE 1 REFUSED end 1 554 5.7.1 spam|says the filter
S: 250 ok
