# A command ends IDLE: DONE alone shows within 10 s whether anybody listens.
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
do wait 300000
do noop
C: DONE
C: $4 NOOP
do wait 10000
E: ERROR net later the server does not answer
