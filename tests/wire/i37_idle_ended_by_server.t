do connect
do select INBOX
do idle
S: * OK [CAPABILITY IMAP4rev1 IDLE] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 IDLE
S: $1 OK [CAPABILITY IMAP4rev1 IDLE] in
S: $2 OK
S: + 
S: $3 OK enough
E: READY
E: DONE 1 OK
E: DONE 2 OK enough
is idling no
