# What nobody can tell whose it is, is passed over, not taken for an empty part.
do connect
do select INBOX
do part 7 1
do part 8 1
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 UID FETCH 7 (UID BODY.PEEK[1])
C: $4 UID FETCH 8 (UID BODY.PEEK[1])
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * 3 EXISTS
S: $2 OK
S: * 2 FETCH (BODY[1] {5}
S: hello UID 7)
S: $3 OK
S: * 3 FETCH (BODY[1] {5}
S: world UID 8)
S: $4 OK
E: READY
E: DONE 1 OK
E: DONE 2 OK
E: BODY 3 uid=8 [1] total=5 "world"
E: DONE 3 OK
