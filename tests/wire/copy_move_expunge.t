do connect
do select INBOX
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
S: $1 OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE] in
S: * 9 EXISTS
S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft $Forwarded Junk blue)
S: * OK [PERMANENTFLAGS (\Answered \Flagged \Seen $Forwarded Junk blue \*)] Limited
S: $2 OK [READ-WRITE]
E: READY
E: DONE 1 OK [READ-WRITE]
is permanent told a7 new +blue
do copy 304,319:320 Archive
do move 9,7:8 a"b
do expunge 30:31
C: $3 UID COPY 304,319:320 "Archive"
C: $4 UID MOVE 7:9 "a\"b"
C: $5 UID EXPUNGE 30:31
S: $3 OK [COPYUID 38505 304,319:320 3956:3958] Done
# RFC 6851 4.3: untagged, before the messages go.
S: * OK [COPYUID 5 7:9 21,23,22]
S: * 3 EXPUNGE
S: * 3 EXPUNGE
S: * 3 EXPUNGE
S: $4 OK Moved
S: * 5 EXPUNGE
S: $5 OK
E: DONE 2 OK [COPYUID] Done copied 38505 304>3956 319>3957 320>3958
E: EXPUNGE 3
E: EXPUNGE 3
E: EXPUNGE 3
E: DONE 3 OK Moved copied 5 7>21 8>23 9>22
E: EXPUNGE 5
E: DONE 4 OK
is box 5 0 0 rw
