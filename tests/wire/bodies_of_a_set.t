# Several parts of many messages by one command: streamed or quoted, in any order. A second one of the same name does
# not count; without a UID before it nobody knows whose it is.
do connect
do select INBOX
do structures 3:5,9
do parts 3:5,9 HEADER 1.2
do parts 1 HEADER 1 2 3 4 5 6 7 8
do parts 1 1]
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 UID FETCH 3:5,9 (UID BODYSTRUCTURE)
C: $4 UID FETCH 3:5,9 (UID BODY.PEEK[HEADER] BODY.PEEK[1.2])
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * 4 EXISTS
S: $2 OK
S: $3 OK
S: * 1 FETCH (UID 3 BODY[HEADER] {4}
S: A: b BODY[1.2] {3}
S: 
S: c)
S: * 2 FETCH (UID 4 BODY[1.2] {2}
S: no BODY[HEADER] {4}
S: D: e BODY[1.2] {5}
S: twice)
S: * 3 FETCH (UID 5 BODY[HEADER] "F: g" BODY[1.2] NIL BODY[7] {3}
S: not)
S: * 4 FETCH (BODY[HEADER] {4}
S: H: i UID 9)
S: * 5 FETCH (UID 10 BODY[HEADER] "J: k")
S: $4 OK
E: READY
E: DONE 1 OK
E: DONE 2 OK
E: BODY 3 uid=3 [HEADER] total=4 "A: b"
E: BODY 3 uid=3 [1.2] total=3 "\r\nc"
E: BODY 3 uid=4 [1.2] total=2 "no"
E: BODY 3 uid=4 [HEADER] total=4 "D: e"
E: BODY 3 uid=5 [HEADER] total=4 "F: g"
E: BODY 3 uid=5 [1.2] total=0 "" nil
E: DONE 3 OK
E: DONE 4 BAD
E: DONE 5 BAD
