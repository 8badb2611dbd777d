set security starttls
do connect
S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi
C: $1 STARTTLS
S: $1 OK go
S: * CAPABILITY IMAP4rev1 AUTH=PLAIN
S: $2 OK
E: ERROR tls never the server sends data before the TLS handshake
