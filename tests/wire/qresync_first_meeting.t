# Nothing is known of the server: ENABLE goes with the commands behind the login's answer, if no mailbox was selected.
do connect
do noop
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 NOOP
S: $1 OK [CAPABILITY IMAP4rev1 ENABLE QRESYNC] in
S: $2 OK
E: READY
E: DONE 1 OK
do resync INBOX 7 0
C: $3 ENABLE QRESYNC
C: $4 SELECT "INBOX"
S: * ENABLED QRESYNC
S: $3 OK
S: * OK [HIGHESTMODSEQ 5]
S: $4 OK
E: DONE 2 OK
is modseq 5
