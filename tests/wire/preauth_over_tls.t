do connect
do noop
S: * PREAUTH [CAPABILITY IMAP4rev1] ready
C: $1 NOOP
E: READY
S: $1 OK
E: DONE 1 OK
