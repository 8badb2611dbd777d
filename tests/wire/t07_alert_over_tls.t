do connect
S: * OK [ALERT] Maintenance at \x1b[31mnoon
C: $1 CAPABILITY
S: * CAPABILITY IMAP4rev1
S: $1 OK
C: $2 LOGIN "fred" "pass word"
S: $2 OK [CAPABILITY IMAP4rev1] in
S: * NO [alert] over quota
E: ALERT "Maintenance at \x1b[31mnoon"
E: READY
E: ALERT "over quota"
