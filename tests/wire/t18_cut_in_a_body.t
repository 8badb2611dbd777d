do connect
do select INBOX
do part 7 1
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 UID FETCH 7 (UID BODY.PEEK[1])
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * 3 EXISTS
S: $2 OK
S: * 2 FETCH (UID 7 BODY[1] {5}
S: hel\c
do eof
do lost
E: READY
E: DONE 1 OK
E: BODY 2 uid=7 [1] total=5 "hel" ..
E: ERROR net later the server closed the connection
E: DONE 2 LOST
