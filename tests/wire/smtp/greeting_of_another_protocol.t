do connect
S: * OK IMAP4rev1
E: ERROR protocol later the server sends something that is no reply
