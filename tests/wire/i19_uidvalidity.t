do connect
do select INBOX
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * OK [UIDVALIDITY 4294967296] over
S: * OK [UIDNEXT -1] odd
S: * OK [HIGHESTMODSEQ 99999999999999999999] odd
S: $2 OK
is box 0 0 0 rw
S: * OK [UIDVALIDITY 8] changed
is box 0 8 0 rw
E: READY
E: DONE 1 OK
