do connect
do select INBOX
do part 7 1.2
do part 7 - 100 10
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 UID FETCH 7 (UID BODY.PEEK[1.2])
C: $4 UID FETCH 7 (UID BODY.PEEK[]<100.10>)
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * 3 EXISTS
S: $2 OK
S: * 2 FETCH (UID 7 BODY[1.2] {27}
S: one
S: $3 OK not yet
S: )(}\c
S:  FLAGS (\Seen))
S: $3 OK
S: * 2 FETCH (UID 7 BODY[]<100> {10}
S: 0123456789)
S: $4 OK
E: READY
E: DONE 1 OK
E: BODY 2 uid=7 [1.2] total=27 "one\r\nAAAAA3 OK not yet\r\n)(}"
E: FETCH 2 uid=7 flags=1
E: DONE 2 OK
E: BODY 3 uid=7 [] total=10 "0123456789"
E: DONE 3 OK
