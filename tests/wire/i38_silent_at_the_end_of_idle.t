# After 25 minutes the server is asked for a sign of life; it has gone without a word.
do connect
do select INBOX
do idle
S: * OK [CAPABILITY IMAP4rev1 IDLE] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 IDLE
S: $1 OK [CAPABILITY IMAP4rev1 IDLE] in
S: * 3 EXISTS
S: $2 OK
S: + idling
E: READY
E: DONE 1 OK
do wait 1500000
C: DONE
is idling no
do wait 9999
do wait 1
E: ERROR net later the server does not answer
