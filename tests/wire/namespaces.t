do connect
do namespace
do namespace
do namespace
S: * PREAUTH [CAPABILITY IMAP4rev1 NAMESPACE] hi
C: $1 NAMESPACE
C: $2 NAMESPACE
C: $3 NAMESPACE
S: * NAMESPACE (("INBOX." ".")("#mh/" NIL)) (("~" "/" "X" ("a"))) (("#shared/" "/") ("#public/" "/"))
S: $1 OK
S: * NAMESPACE NIL NIL (("" "."))
S: $2 OK
S: * NAMESPACE (("" "/")
S: * NAMESPACE (("" "/"))
S: * NAMESPACE
S: $3 OK
E: READY
E: NAMESPACE "INBOX." .
E: NAMESPACE "#mh/" -
E: NAMESPACE other "~" /
E: NAMESPACE shared "#shared/" /
E: NAMESPACE shared "#public/" /
E: DONE 1 OK
E: NAMESPACE shared "" .
E: DONE 2 OK
E: NAMESPACE "" /
E: NAMESPACE "" /
E: DONE 3 OK
