set security starttls
do connect
do send a@b.example c@d.example 3
S: 220 hi
C: EHLO box.example
S: 250-mx
S: 250 STARTTLS
C: STARTTLS
S: 454 pay at http://evil
E: ERROR tls never the server refused STARTTLS: somebody may be tampering
do lost
E: DONE 1 DEFERRED login 0 net later reset
