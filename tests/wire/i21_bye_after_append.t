do connect
do append a -1 3
do noop
S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $1 APPEND "a" {3}
S: + go
do feed abc
C: abc
C: $2 NOOP
S: * BYE falling over
E: READY
E: ERROR net later the server ended the session | falling over
do lost
E: DONE 1 LOST
E: DONE 2 LOST
