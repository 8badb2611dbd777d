do connect
do logout
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 LOGOUT
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * BYE bye
S: $2 OK done
E: READY
E: DONE 1 OK done
do close
do eof
