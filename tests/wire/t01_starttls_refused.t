# T07: the words of the NO are not shown.
set security starttls
do connect
S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi
C: $1 STARTTLS
S: $1 NO [ALERT] Pay at http://evil
E: ERROR tls never the server refused STARTTLS: somebody may be tampering
