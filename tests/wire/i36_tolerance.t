do connect
do status x
do select INBOX
S: * OK
C: $1 CAPABILITY
S: * CAPABILITY IMAP4rev1 
S: $1 OK
C: $2 LOGIN "fred" "pass word"
C: $3 STATUS "x" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)
C: $4 SELECT "INBOX"
S: $2 OK
S: * STATUS x (MESSAGES 1) 
S: $3 OK
S: * 2 EXISTS \n\c
S: * OK [HIGHESTMODSEQ 5]
S: $4 OK [READ-WRITE]\r
C: $5 CAPABILITY
S: $5 OK
E: READY
E: STATUS "x" messages=1 uidnext=0 uidvalidity=0
E: DONE 1 OK
E: DONE 2 OK [READ-WRITE]
is box 2 0 0 rw
