do connect
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
S: $1 BAD LOGIN not allowed
E: ERROR auth never the server refused the login | LOGIN not allowed
