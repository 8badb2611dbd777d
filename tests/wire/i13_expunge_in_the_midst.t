do connect
do select INBOX
do flags 1 0
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "INBOX"
C: $3 UID FETCH 1:* (UID FLAGS)
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * 3 EXISTS
S: $2 OK
S: * 1 FETCH (UID 10 FLAGS ())
S: * 2 EXPUNGE
S: * 2 FETCH (UID 30 FLAGS (\Seen))
S: * 3 FETCH (UID 40 FLAGS ())
S: $3 OK
E: READY
E: DONE 1 OK
E: FETCH 1 uid=10 flags=0
E: EXPUNGE 2
E: FETCH 2 uid=30 flags=1
E: DONE 2 OK
is box 2 0 0 rw
