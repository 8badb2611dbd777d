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
S: * 1 FETCH (UID 9 BODY[1] {5}
S: wrong)
S: * 1 FETCH (UID 7 BODY[2] {5}
S: wrong)
S: * 1 FETCH (UID 7 BODY[1]<3> {5}
S: wrong)
S: * 2 FETCH (UID 7 BODY[1] {5}
S: right)
S: * 2 FETCH (UID 7 BODY[1] {5}
S: again)
S: $3 OK
E: READY
E: DONE 1 OK
E: BODY 2 uid=7 [1] total=5 "right"
E: DONE 2 OK
