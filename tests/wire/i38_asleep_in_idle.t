# The machine slept: IDLE is probed at once and goes on where the server is still there.
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
do wait 600000
do doubt
C: DONE
do wait 9999
# Any sign of life is enough, then the usual deadline holds again.
S: * 4 EXISTS
E: EXISTS 4
do wait 59999
S: $3 OK done
C: $4 IDLE
S: + again
is idling yes
do wait 600000
do doubt
# The probe that cannot even be sent runs out all the same.
do wait 10000
E: ERROR net later the server does not answer
