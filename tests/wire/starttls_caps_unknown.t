set security starttls
do connect
S: * OK hi
C: $1 STARTTLS
S: $1 OK begin
do tls
C: $2 CAPABILITY
S: * CAPABILITY IMAP4rev1 LOGINDISABLED
S: $2 OK
E: ERROR lacking never the server offers no way to log in that is known here
