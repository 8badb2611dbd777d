# LSUB and LIST in one write; what is only on the way to a subscribed one is not subscribed.
do connect
do list-all - counts
S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $1 LSUB "" "*"
C: $2 LIST "" "*"
S: * LSUB () "." INBOX
S: * LSUB (\Noselect) "." a
S: * LSUB () "." "a.b"
S: * LSUB ( "." junk
S: $1 OK
S: * LIST (\HasNoChildren) "." INBOX
S: * LIST (\HasChildren) "." a
S: * LIST () "." a.b
S: * LIST () "." c
S: $2 OK
E: READY
E: LIST "INBOX" . hasnochildren subscribed
E: LIST "a" . haschildren
E: LIST "a.b" . subscribed
E: LIST "c" .
E: DONE 1 OK
# An ordinary LIST says nothing of it; a name that needs a literal waits before each of both.
do list-all \xfc
do list - %
C: $3 LSUB {1}
S: + go
C: \xfc "*"
C: $4 LIST {1}
S: $3 OK
S: + go
C: \xfc "*"
C: $5 LIST "" "%"
S: * LIST () "." d
S: $4 OK
S: * LIST (\Subscribed) "." INBOX
S: $5 OK
E: LIST "d" .
E: DONE 2 OK
E: LIST "INBOX" .
E: DONE 3 OK
