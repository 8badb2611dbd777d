# The name is refused instead of asked for; what waited behind it goes on.
do connect
do select \xe9
do noop
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT {1}
S: $1 OK [CAPABILITY IMAP4rev1] in
S: $2 BAD no literals here
C: $3 NOOP
S: $3 OK
E: READY
E: DONE 1 BAD no literals here
E: DONE 2 OK
