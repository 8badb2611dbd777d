# The server offers SASL-IR and asks all the same: once more, and no more than once.
set auth plain
do connect
S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi
C: $1 AUTHENTICATE PLAIN AGZyZWQAcGFzcyB3b3Jk
S: +
C: AGZyZWQAcGFzcyB3b3Jk
S: + again
E: ERROR protocol later the server asks for more than the login
