set no-secret
set security starttls
do connect
S: * OK hi
C: $1 STARTTLS
S: $1 OK go
do tls
C: $2 CAPABILITY
S: * CAPABILITY IMAP4rev1 UIDPLUS
S: $2 OK
E: READY
is caps IMAP4rev1 UIDPLUS
do logout
C: $3 LOGOUT
S: * BYE
S: $3 OK
E: DONE 1 OK
