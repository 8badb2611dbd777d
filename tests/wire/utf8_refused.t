# I24: ENABLE says OK and enables only one of both; names stay as they were.
set known ENABLE UTF8 QRESYNC CONDSTORE
do connect
do resync INBOX 7 5
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 ENABLE QRESYNC UTF8=ACCEPT
C: $3 SELECT "INBOX" (QRESYNC (7 5))
S: $1 OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT QRESYNC] in
S: * ENABLED QRESYNC
S: $2 OK
S: * 0 EXISTS
S: * OK [UIDVALIDITY 7] v
S: * OK [HIGHESTMODSEQ 5] h
S: $3 OK
E: READY
E: DONE 1 OK
is bad UTF8
do select &APw-
C: $4 SELECT "&APw-"
S: $4 OK
do append-utf8 a -1 1
C: $5 APPEND "a" {1}
S: $5 NO no
E: DONE 2 OK
E: DONE 3 NO no
