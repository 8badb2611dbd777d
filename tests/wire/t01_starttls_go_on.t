set security starttls
do connect
S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi
C: $1 STARTTLS
S: + go on
E: ERROR tls never the server does not start TLS: somebody may be tampering
