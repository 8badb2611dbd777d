do connect-plain
S: * OK [CAPABILITY IMAP4rev1] hi
E: ERROR tls never the connection is not encrypted
