do connect
S: * OK ready
C: $1 CAPABILITY
S: * CAPABILITY IMAP4rev1 IDLE
S: $1 OK
C: $2 LOGIN "fred" "pass word"
S: * CAPABILITY IMAP4rev1 IDLE MOVE
S: $2 OK
E: READY
is caps IMAP4rev1 IDLE MOVE
