set security starttls
do connect
do send a@b.example c@d.example 3
S: 220 hi
C: EHLO box.example
S: 250-mx
S: 250 STARTTLS
C: STARTTLS
S: 220 go\r\n\x16\c
E: ERROR tls never the server sends data before the TLS handshake
do lost
E: DONE 1 DEFERRED login 0 net later reset
