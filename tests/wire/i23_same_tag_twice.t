do connect
do noop
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 NOOP
S: $1 OK [CAPABILITY IMAP4rev1] in
S: $2 OK
S: $2 OK
E: READY
E: DONE 1 OK
E: ERROR protocol later the server answers a command that was not sent
