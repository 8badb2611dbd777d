do connect
do noop
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 NOOP
S: $1 NO [AUTHENTICATIONFAILED] Authentication failed.
E: ERROR auth never the server refused the login | Authentication failed.
do lost
E: DONE 1 LOST
