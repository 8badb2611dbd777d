# Nothing is under way when the machine wakes: NOOP asks whether the server is still there.
do connect
do select INBOX
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
S: $1 OK [CAPABILITY IMAP4rev1] in
S: $2 OK
E: READY
E: DONE 1 OK
do doubt
C: $3 NOOP
do wait 9999
S: $3 OK
do wait 3600000
# What waits for an answer already needs no other question.
do status Sent
C: $4 STATUS "Sent" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)
do doubt
do wait 10000
E: ERROR net later the server does not answer
