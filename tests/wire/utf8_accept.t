# ENABLE leaves in the first SELECT's write; from then on names are UTF-8 on the wire and modified UTF-7 here.
set known ENABLE UTF8
do connect
do select INBOX
do list-all -
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 ENABLE UTF8=ACCEPT
C: $3 SELECT "INBOX"
C: $4 LSUB "" "*"
C: $5 LIST "" "*"
S: $1 OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT NAMESPACE ACL] in
# What is spelled otherwise from then on waits for the answer.
do rename Entw&APw-rfe R&-D
S: * ENABLED UTF8=ACCEPT
S: $2 OK
C: $6 RENAME "Entw\xc3\xbcrfe" "R&D"
S: $3 OK
S: $4 OK
S: * LIST () "/" "Entw\xc3\xbcrfe"
S: * LIST () "/" R&D
S: * LIST () "/" &APw-
S: * LIST () "/" "\xff"
S: $5 OK
S: $6 OK
E: READY
E: DONE 1 OK
E: LIST "Entw&APw-rfe" /
E: LIST "R&-D" /
E: LIST "&-APw-" /
E: LIST "\xff" /
E: DONE 2 OK
E: DONE 3 OK
do select &-APw-
C: $7 SELECT "&APw-"
S: $7 OK
do select \xff
C: $8 SELECT {1}
S: + go
C: \xff
S: $8 OK
do rights &APw-
C: $9 MYRIGHTS "\xc3\xbc"
S: * MYRIGHTS "\xc3\xbc" lr
S: $9 OK
do namespace
C: $10 NAMESPACE
S: * NAMESPACE (("" "/")) NIL (("\xc3\xbc/" "/"))
S: $10 OK
E: DONE 4 OK
E: DONE 5 OK
E: RIGHTS "&APw-" lr
E: DONE 6 OK
E: NAMESPACE "" /
E: NAMESPACE shared "&APw-/" /
E: DONE 7 OK
# A letter with a UTF-8 header; one without.
do append-utf8 &APw- -1 3
C: $11 APPEND "\xc3\xbc" UTF8 (~{3}
S: + go
do feed abc
C: abc)
S: $11 OK
E: DONE 8 OK
do append &APw- -1 3
C: $12 APPEND "\xc3\xbc" {3}
S: + go
do feed abc
C: abc
S: $12 OK
E: DONE 9 OK
# I24: refused in this form: the next one goes in the plain one.
do append-utf8 a -1 3
C: $13 APPEND "a" UTF8 (~{3}
S: $13 BAD what is UTF8
do append-utf8 a -1 3
C: $14 APPEND "a" {3}
S: $14 NO [UNAVAILABLE] later
E: DONE 10 BAD what is UTF8
E: DONE 11 NO [UNAVAILABLE] later
