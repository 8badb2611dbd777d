set no-secret
do connect
do send a@b.example c@d.example 3
S: 220 old
C: EHLO box.example
S: 502 what
C: HELO box.example
S: 250 hi
C: MAIL FROM:<a@b.example>
E: READY
S: 250 ok
C: RCPT TO:<c@d.example>
S: 250 ok
C: DATA
E: RECIPIENT 1.0 250 - ok
S: 554 no
C: RSET
E: DONE 1 REFUSED data 1 554 - no
S: 250 ok
