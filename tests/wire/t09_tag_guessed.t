set security starttls
do connect
S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi
C: $1 STARTTLS
S: $2 OK done
E: ERROR protocol later the server answers a command that was not sent
