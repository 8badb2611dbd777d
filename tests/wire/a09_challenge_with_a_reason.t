# A challenge with text in it is no more than "go on"; what follows a refusal is the reason, once.
set auth plain
do connect
S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi
C: $1 AUTHENTICATE PLAIN
S: + eyJzdGF0dXMiOiI0MDAifQ==
C: AGZyZWQAcGFzcyB3b3Jk
S: $1 NO refused
E: ERROR auth never the server refused the login | refused
