do connect
S: * XYZ
E: ERROR protocol later this is no IMAP server
