do connect
do select INBOX
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
S: $1 OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE] in
S: * 9 EXISTS
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft $Forwarded Junk blue)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Seen $Forwarded Junk blue)] Limited
S: $2 OK [READ-WRITE]
E: READY
E: DONE 1 OK [READ-WRITE]
# \Deleted, $MDNSent and other keywords are not kept here; Junk is how this mailbox spells $Junk.
is permanent told a7 +blue
do store 1:2,9 + \Seen \Deleted $Junk blue green
C: $3 UID STORE 1:2,9 +FLAGS.SILENT (\Seen Junk blue)
S: * 1 FETCH (FLAGS (\Seen) UID 1)
S: $3 OK
E: FETCH 1 uid=1 flags=1
E: DONE 2 OK
do store 5 - \Flagged $Junk $Forwarded
C: $4 UID STORE 5 -FLAGS.SILENT (\Flagged $Forwarded Junk)
S: $4 NO [CANNOT] not today
E: DONE 3 NO [CANNOT] not today
do store 5 =
C: $5 UID STORE 5 FLAGS.SILENT ()
S: $5 OK
E: DONE 4 OK
do store 5 + \Deleted green
do store 5 = \Deleted
do store 5 + \Recent
E: DONE 5 NO [CANNOT]
E: DONE 6 NO [CANNOT]
E: DONE 7 NO [CANNOT]
