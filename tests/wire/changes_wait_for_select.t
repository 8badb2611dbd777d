# What changes mail is not sent before its mailbox is selected, and never into another.
do connect
do select a
do expunge 5
do noop
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "a"
S: $1 OK [CAPABILITY IMAP4rev1 UIDPLUS] in
S: $2 NO gone
C: $3 NOOP
S: $3 OK
E: READY
E: DONE 1 NO gone
E: DONE 2 NO [CLOSED]
E: DONE 3 OK
do select b
C: $4 SELECT "b"
S: * 2 EXISTS
S: $4 OK
E: DONE 4 OK
do unselect
do store 1 + \Seen
E: DONE 5 OK
E: DONE 6 NO [CLOSED]
# Also when all of it waits behind something else.
do select b
do select \xfc
do unselect
do store 1 + \Seen
C: $5 SELECT "b"
C: $6 SELECT {1}
S: $5 OK
S: + go
C: \xfc
S: * 2 EXISTS
S: $6 OK
E: DONE 7 OK
E: DONE 8 OK
E: DONE 9 OK
E: DONE 10 NO [CLOSED]
