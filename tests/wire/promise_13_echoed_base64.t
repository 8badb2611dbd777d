# What repeats the password in base64 is told to nobody: no alert, no words of a refusal.
do connect
S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED SASL-IR] hi
C: $1 AUTHENTICATE PLAIN AGZyZWQAcGFzcyB3b3Jk
S: * NO [ALERT] you said AGZyZWQAcGFzcyB3b3Jk
S: * NO [ALERT] be careful
S: $1 NO [AUTHENTICATIONFAILED] <cGFzcyB3b3Jk> is wrong
E: ALERT "be careful"
E: ERROR auth never the server refused the login
