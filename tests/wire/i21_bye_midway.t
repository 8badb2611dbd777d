do connect
do noop
do namespace
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 NOOP
C: $3 NAMESPACE
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * BYE shutting down
E: READY
E: ERROR net later the server ended the session | shutting down
do lost
E: DONE 1 LOST
E: DONE 2 LOST
