# In its turn, without a word to the server.
do connect
do select INBOX
do flags 1 0
do unselect
do select Sent
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 UID FETCH 1:* (UID FLAGS)
C: $4 SELECT "Sent"
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * 1 EXISTS
S: $2 OK [READ-WRITE] one
is box 1 0 0 rw
S: * 1 FETCH (UID 5 FLAGS ())
S: $3 OK
is box none
S: * 9 EXISTS
S: $4 OK [READ-ONLY] two
is box 9 0 0 ro
E: READY
E: DONE 1 OK [READ-WRITE] one
E: FETCH 1 uid=5 flags=0
E: DONE 2 OK
E: DONE 3 OK
E: DONE 4 OK [READ-ONLY] two
