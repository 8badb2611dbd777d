# By tag, whatever the order.
do connect
do noop
do namespace
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 NOOP
C: $3 NAMESPACE
S: $1 OK [CAPABILITY IMAP4rev1] in
S: $3 OK
S: $2 OK
E: READY
E: DONE 2 OK
E: DONE 1 OK
