# Backwards, 0, past 2^63, of another UIDVALIDITY: no resync.
set known ENABLE QRESYNC
do connect
do resync a 7 100
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 ENABLE QRESYNC
C: $3 SELECT "a" (QRESYNC (7 100))
S: $1 OK [CAPABILITY IMAP4rev1 ENABLE QRESYNC] in
S: * ENABLED QRESYNC
S: $2 OK
S: * OK [UIDVALIDITY 7]
S: * OK [HIGHESTMODSEQ 99]
S: $3 OK
E: READY
E: DONE 1 OK
is modseq 99
do resync a 7 9223372036854775808
C: $4 SELECT "a"
S: * OK [CLOSED]
S: * OK [UIDVALIDITY 7]
S: * OK [HIGHESTMODSEQ 9223372036854775808]
S: $4 OK
E: DONE 2 OK
is modseq 0 none
do resync a 7 5
C: $5 SELECT "a" (QRESYNC (7 5))
S: * OK [CLOSED]
S: * OK [UIDVALIDITY 8]
S: * OK [HIGHESTMODSEQ 6]
S: $5 OK
E: DONE 3 OK
is modseq 6
do resync a 7 5
C: $6 SELECT "a" (QRESYNC (7 5))
S: * OK [CLOSED]
S: * OK [UIDVALIDITY 7]
S: * OK [HIGHESTMODSEQ 0]
S: $6 OK
E: DONE 4 OK
is modseq 0 none
