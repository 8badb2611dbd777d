# CONDSTORE alone; with caps that came too late for ENABLE.
do connect
do resync INBOX 7 9 1 5
S: * OK [CAPABILITY IMAP4rev1 ENABLE] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
S: $1 OK [CAPABILITY IMAP4rev1 ENABLE QRESYNC] in
S: * 4 EXISTS
S: * OK [HIGHESTMODSEQ 12]
S: $2 OK
E: READY
E: DONE 1 OK
is qresync no
is modseq 12
do changes 1 0 9
C: $3 UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 9)
S: * VANISHED (EARLIER) 1:3
S: * 2 FETCH (UID 2 FLAGS (\Seen) MODSEQ (10))
S: * 3 FETCH (UID 3 FLAGS () MODSEQ (99999999999999999999))
S: * 4 FETCH (UID 4 MODSEQ (11))
S: $3 OK
E: FETCH 2 uid=2 flags=1 modseq=10
E: FETCH 3 uid=3 flags=0
E: DONE 2 OK
do resync b
C: $4 SELECT "b" (CONDSTORE)
S: * OK [NOMODSEQ] none here
S: $4 OK
E: DONE 3 OK
is modseq 0 none
# I17: 0 is never asked, and a mailbox without modification sequences is asked for all.
do changes 1 5 9
do resync b
do changes 1 5 0
C: $5 UID FETCH 1:5 (UID FLAGS)
C: $6 SELECT "b" (CONDSTORE)
C: $7 UID FETCH 1:5 (UID FLAGS)
S: $5 OK
S: $6 OK
S: $7 OK
E: DONE 4 OK
E: DONE 5 OK
E: DONE 6 OK
is modseq 0 none
