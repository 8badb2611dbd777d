set security insecure
do connect
S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi
C: $1 LOGIN "fred" "pass word"
S: * OK [ALERT] disk full
S: $1 OK [CAPABILITY IMAP4rev1] in
E: ALERT "disk full"
E: READY
