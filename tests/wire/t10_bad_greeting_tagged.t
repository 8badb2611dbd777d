do connect
S: $1 OK
E: ERROR protocol later this is no IMAP server
