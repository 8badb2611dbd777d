set security starttls
do connect
do send a@b.example c@d.example 3
S: 220 hi
C: EHLO box.example
S: 250-mx
S: 250 STARTTLS
C: STARTTLS
S: 220 go
S: 250-x
S: 250 AUTH LOGIN
E: ERROR tls never the server sends data before the TLS handshake
do lost
E: DONE 1 DEFERRED login 0 net later reset
