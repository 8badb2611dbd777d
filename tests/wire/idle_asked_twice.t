# Under way or waiting already: it is the same one.
do connect
do select INBOX
do idle
do idle
S: * OK [CAPABILITY IMAP4rev1 IDLE] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 IDLE
do idle
S: $1 OK [CAPABILITY IMAP4rev1 IDLE] in
S: $2 OK
S: +
do idle
do noop
do idle
C: DONE
C: $4 NOOP
do idle
S: $3 OK
C: $5 IDLE
S: $4 OK
S: + 
is idling yes
do done
C: DONE
S: $5 OK
E: READY
E: DONE 1 OK
E: DONE 2 OK
E: DONE 3 OK
E: DONE 4 OK
