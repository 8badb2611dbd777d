do connect
do select INBOX
S: * OK [CAPABILITY IMAP4rev1 logindisabled Sasl-ir auth=plain] hi
C: $1 AUTHENTICATE PLAIN AGZyZWQAcGFzcyB3b3Jk
S: * CAPABILITY IMAP4rev1 UNSELECT
S: $1 OK in
E: READY
C: $2 SELECT "INBOX"
S: $2 NO [NONEXISTENT] no such mailbox
E: DONE 1 NO [NONEXISTENT] no such mailbox
is box none
