set login o"neil\q
set secret a"b\q d
do connect
S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi
C: $1 LOGIN "o\"neil\\q" "a\"b\\q d"
S: $1 OK [CAPABILITY IMAP4rev1] in
E: READY
