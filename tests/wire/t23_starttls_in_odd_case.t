set security starttls
do connect
do noop
S: * OK [CAPABILITY IMAP4rev1 StartTLS AUTH=EVIL] hi
C: $1 STARTTLS
S: $1 OK begin
do tls
C: $2 CAPABILITY
S: * CAPABILITY IMAP4rev1
S: $2 OK
C: $3 LOGIN "fred" "pass word"
C: $4 NOOP
S: $3 OK [CAPABILITY IMAP4rev1 IDLE] in
S: $4 OK
E: READY
E: DONE 1 OK
