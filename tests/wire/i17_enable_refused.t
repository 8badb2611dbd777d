# ENABLE refused, and so the SELECT behind it: the next ways are taken, the reading commands behind it are asked again.
set known ENABLE QRESYNC CONDSTORE
do connect
do resync a 7 100
do changes 1 9 100
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 ENABLE QRESYNC
C: $3 SELECT "a" (QRESYNC (7 100))
C: $4 UID FETCH 1:9 (UID FLAGS) (CHANGEDSINCE 100 VANISHED)
S: $1 OK [CAPABILITY IMAP4rev1 ENABLE QRESYNC] in
S: $2 BAD what
is qresync no
S: $3 BAD QRESYNC is not enabled
C: $5 SELECT "a" (CONDSTORE)
S: * 1 FETCH (UID 1 FLAGS ())
S: $4 OK of the mailbox before, if any
C: $6 UID FETCH 1:9 (UID FLAGS) (CHANGEDSINCE 100)
S: * 3 EXISTS
S: $5 BAD nor this
C: $7 SELECT "a"
S: $6 BAD
C: $8 UID FETCH 1:9 (UID FLAGS)
S: * 3 EXISTS
S: $7 OK
S: * 1 FETCH (UID 1 FLAGS ())
S: $8 OK
E: READY
E: DONE 1 OK
E: FETCH 1 uid=1 flags=0
E: DONE 2 OK
is bad ENABLE QRESYNC CONDSTORE
is modseq 0 none
