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
is idling no
S: * 4 EXISTS
S: + idling
is idling yes
E: READY
E: DONE 1 OK
E: EXISTS 4
S: * 5 EXISTS
S: * 1 EXPUNGE
S: * 2 FETCH (FLAGS (\Seen $Forwarded blue))
E: EXISTS 5
E: EXPUNGE 1
E: FETCH 2 uid=0 flags=21 +blue
# Renewed after 25 minutes, unseen by the owner.
do wait 1499000
do wait 1000
C: DONE
S: $3 OK done
C: $4 IDLE
S: + again
is idling yes
# Another command ends it.
do noop
C: DONE
C: $5 NOOP
S: $4 OK
S: $5 OK
E: DONE 2 OK
E: DONE 3 OK
is idling no
