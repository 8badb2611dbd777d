# Refused, it is off for the session, and what follows is told to go the next way; it is never sent twice.
do connect
do select Drafts
S: * PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS REPLACE] hi
C: $1 SELECT "Drafts"
S: * 3 EXISTS
S: $1 OK [READ-WRITE]
E: READY
E: DONE 1 OK [READ-WRITE]
do replace 4 Drafts -1 5
C: $2 UID REPLACE 4 "Drafts" {5}
S: $2 BAD what
is room 0
E: DONE 2 BAD what
is bad REPLACE
do append Drafts -1 1
C: $3 APPEND "Drafts" {1}
S: + go
do feed a
C: a
S: $3 OK
E: DONE 3 OK
