# NO to the message itself: nothing was replaced. Where only reading is allowed it is not sent.
do connect
do select Drafts
S: * PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS REPLACE] hi
C: $1 SELECT "Drafts"
S: * 3 EXISTS
S: $1 OK [READ-WRITE]
E: READY
E: DONE 1 OK [READ-WRITE]
do replace 4 Drafts -1 3
C: $2 UID REPLACE 4 "Drafts" {3}
S: + go
do feed abc
C: abc
S: $2 NO [CANNOT] not here
E: DONE 2 NO [CANNOT] not here
is bad REPLACE
do examine Drafts
do replace 4 Drafts -1 3
C: $3 EXAMINE "Drafts"
S: * 3 EXISTS
S: $3 OK [READ-ONLY]
E: DONE 3 OK [READ-ONLY]
E: DONE 4 NO [CLOSED]
