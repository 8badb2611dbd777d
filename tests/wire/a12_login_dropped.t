do connect
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
do eof
E: ERROR net later the server closed the connection
