# IDLE and UNSELECT are offered and refused: off from then on.
do connect
do select INBOX
do idle
S: * OK [CAPABILITY IMAP4rev1 IDLE UNSELECT] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 IDLE
S: $1 OK [CAPABILITY IMAP4rev1 IDLE UNSELECT] in
S: $2 OK
S: $3 BAD unknown command
E: READY
E: DONE 1 OK
E: DONE 2 BAD unknown command
do unselect
C: $4 UNSELECT
S: $4 BAD unknown command
E: DONE 3 BAD unknown command
do unselect
E: DONE 4 OK
is box none
