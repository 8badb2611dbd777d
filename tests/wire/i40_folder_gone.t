do connect
do select INBOX.Old
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX.Old"
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * 3 EXISTS
S: $2 OK
do flags 1 9
C: $3 UID FETCH 1:9 (UID FLAGS)
S: $3 NO [NONEXISTENT] Mailbox was deleted
do select INBOX.Old
C: $4 SELECT "INBOX.Old"
S: $4 NO Unable to open this mailbox.
E: READY
E: DONE 1 OK
E: DONE 2 NO [NONEXISTENT] Mailbox was deleted
E: DONE 3 NO Unable to open this mailbox.
is box none
