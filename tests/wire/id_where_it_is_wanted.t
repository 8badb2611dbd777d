set id
set known ENABLE QRESYNC
do connect
do noop
do resync INBOX
do select b
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 NOOP
C: $3 ID NIL
C: $4 ENABLE QRESYNC
C: $5 SELECT "INBOX"
C: $6 SELECT "b"
S: $1 OK [CAPABILITY IMAP4rev1 ID] in
S: $2 OK
S: * ID ("name" "Cyrus" "version" NIL)
S: $3 OK
S: * ENABLED
S: $4 OK
S: $5 OK
S: $6 OK
S: * ID ("name" "unasked")
E: READY
E: DONE 1 OK
E: ID "(\"name\" \"Cyrus\" \"version\" NIL)"
E: DONE 2 OK
E: DONE 3 OK
is qresync no
is bad QRESYNC
