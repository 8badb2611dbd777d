do connect
do select INBOX
S: HTTP/1.1 400 Bad Request
E: ERROR protocol later this is no IMAP server
