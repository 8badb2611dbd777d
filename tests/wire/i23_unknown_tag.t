do connect
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
S: $1 OK [CAPABILITY IMAP4rev1] in
S: XXXXX9 OK what
E: READY
E: ERROR protocol later the server answers a command that was not sent
