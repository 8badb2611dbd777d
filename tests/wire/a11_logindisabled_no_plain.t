# nothing but mechanisms unknown here: no password leaves.
do connect
S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=CRAM-MD5] hi
E: ERROR lacking never the server offers no way to log in that is known here
