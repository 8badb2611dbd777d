set security starttls
do connect
do select INBOX
S: * PREAUTH ready
E: ERROR tls never the server skips STARTTLS: somebody may be tampering
