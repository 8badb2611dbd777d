do connect
do select INBOX
do part 1 1
do part 2 1
do part 3 1
do part 4 1
do part 5 1
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 UID FETCH 1 (UID BODY.PEEK[1])
C: $4 UID FETCH 2 (UID BODY.PEEK[1])
C: $5 UID FETCH 3 (UID BODY.PEEK[1])
C: $6 UID FETCH 4 (UID BODY.PEEK[1])
C: $7 UID FETCH 5 (UID BODY.PEEK[1])
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * 5 EXISTS
S: $2 OK
S: * 1 FETCH (UID 1 BODY[1] {0}
S: )
S: $3 OK
S: * 2 FETCH (UID 2 BODY[1] NIL)
S: $4 OK
S: * 3 FETCH (UID 3 BODY[1] "" BODY[1] "second")
S: $5 OK
S: * 4 FETCH (UID 4)
S: $6 OK
S: * 5 FETCH (UID 5 BODY[1] {2}
S: 
S: )
S: $7 OK
E: READY
E: DONE 1 OK
E: BODY 2 uid=1 [1] total=0 ""
E: DONE 2 OK
E: BODY 3 uid=2 [1] total=0 "" nil
E: DONE 3 OK
E: BODY 4 uid=3 [1] total=0 ""
E: DONE 4 OK
E: DONE 5 OK
E: BODY 6 uid=5 [1] total=2 "\r\n"
E: DONE 6 OK
