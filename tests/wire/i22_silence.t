# An octet a minute is no progress; a finished response is.
do connect
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
do wait 59000
S: * OK still here
do wait 59000
S: * \c
do wait 2000
E: ERROR net later the server does not answer
