set security starttls
do connect
S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi
E: ERROR tls never the server offers no STARTTLS: somebody may be tampering
