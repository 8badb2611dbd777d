do connect
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
S: $1 NO [UNAVAILABLE] Temporary authentication failure.
E: ERROR net later the server cannot log anybody in now | Temporary authentication failure.
