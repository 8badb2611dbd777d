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
# Lengths that differ, UID 0, what was not asked for, one UID twice, *, bombs, garbage.
do copy 5:7 a
C: $3 UID COPY 5:7 "a"
S: $3 OK [COPYUID 1 5:7 8:9]
E: DONE 2 OK [COPYUID]
do copy 5:7 a
C: $4 UID COPY 5:7 "a"
S: $4 OK [COPYUID 1 5:7 0:2]
E: DONE 3 OK [COPYUID]
do copy 5:7 a
C: $5 UID COPY 5:7 "a"
S: $5 OK [COPYUID 1 6:8 10:12]
E: DONE 4 OK [COPYUID]
do copy 5:7 a
C: $6 UID COPY 5:7 "a"
S: $6 OK [COPYUID 1 5:7 10,11,10]
E: DONE 5 OK [COPYUID]
do copy 5:7 a
C: $7 UID COPY 5:7 "a"
S: $7 OK [COPYUID 0 5:7 10:12]
E: DONE 6 OK [COPYUID]
do copy 1:4294967295 a
C: $8 UID COPY 1:4294967295 "a"
S: $8 OK [COPYUID 1 1:4294967295 1:4294967295]
E: DONE 7 OK [COPYUID]
do copy 5:7 a
C: $9 UID COPY 5:7 "a"
S: * OK [COPYUID 1 5:6 1:2] of nobody knows what
S: * OK [COPYUID 1 9 1] not asked
S: $9 OK [COPYUID 1 7,* 3,4]
E: DONE 8 OK [COPYUID] copied 1 5>1 6>2
# The same UIDs told twice: which of them is right?
do copy 5:6 a
C: $10 UID COPY 5:6 "a"
S: * OK [COPYUID 1 5:6 1:2]
S: $10 OK [COPYUID 1 5:6 3:4]
E: DONE 9 OK [COPYUID]
# Of another command.
do noop
C: $11 NOOP
S: $11 OK [COPYUID 1 5:6 3:4]
E: DONE 10 OK [COPYUID]
