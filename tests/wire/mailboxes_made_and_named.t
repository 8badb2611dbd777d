do connect
do create Sent role
do create a"b
do rename a \xfc
do delete b
do subscribe c
do unsubscribe c
do quota INBOX
do rights INBOX
S: * PREAUTH [CAPABILITY IMAP4rev1 CREATE-SPECIAL-USE QUOTA ACL] hi
C: $1 CREATE "Sent" (USE (\Sent))
C: $2 CREATE "a\"b"
C: $3 RENAME "a" {1}
S: $1 NO [ALREADYEXISTS] there is one
S: $2 OK
S: + go
C: \xfc
C: $4 DELETE "b"
C: $5 SUBSCRIBE "c"
C: $6 UNSUBSCRIBE "c"
C: $7 GETQUOTAROOT "INBOX"
C: $8 MYRIGHTS "INBOX"
S: $3 OK
S: $4 NO [HASCHILDREN] no
S: $5 OK
S: $6 OK
S: * QUOTAROOT INBOX "user root" ""
S: * QUOTA "user root" (STORAGE 10 512 MESSAGE 20 9223372036854775807)
S: * QUOTA "" ()
S: * QUOTA {1}
S: x (STORAGE 1)
S: * QUOTA y (STORAGE -1 5)
S: $7 OK
S: * MYRIGHTS INBOX rwiptsldaex
S: * MYRIGHTS INBOX
S: * MYRIGHTS "a b" "lr"
S: $8 OK
E: READY
E: DONE 1 NO [ALREADYEXISTS] there is one
E: DONE 2 OK
E: DONE 3 OK
E: DONE 4 NO [HASCHILDREN] no
E: DONE 5 OK
E: DONE 6 OK
E: QUOTA "user root" STORAGE 10/512
E: QUOTA "user root" MESSAGE 20/9223372036854775807
E: DONE 7 OK
E: RIGHTS "INBOX" rwiptsldaex
E: RIGHTS "a b" lr
E: DONE 8 OK
# Refused: without the role; and off.
do create Trash role
do quota INBOX
C: $9 CREATE "Trash" (USE (\Sent))
C: $10 GETQUOTAROOT "INBOX"
S: $9 BAD USE
C: $11 CREATE "Trash"
S: $10 BAD what
S: $11 OK
E: DONE 10 BAD what
E: DONE 9 OK
is bad QUOTA CREATE-SPECIAL-USE
# I35: unasked.
S: * QUOTA "" (STORAGE 1 2)
S: * MYRIGHTS INBOX lr
S: * LSUB () "/" a
