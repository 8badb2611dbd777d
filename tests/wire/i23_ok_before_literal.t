do connect
do select \xe9
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT {1}
S: $1 OK [CAPABILITY IMAP4rev1] in
S: $2 OK selected
E: READY
E: ERROR protocol later the server answers a command that was not sent yet
