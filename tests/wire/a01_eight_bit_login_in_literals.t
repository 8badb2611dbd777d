# no quoted string and no PLAIN: synchronising literals, one at a time, the queue after the OK.
set secret pässe
do connect
do noop
S: * OK [CAPABILITY IMAP4rev1 LITERAL+] hi
C: $1 LOGIN {4}
S: + go on
C: fred {6}
S: +
C: p\xc3\xa4sse
S: $1 OK [CAPABILITY IMAP4rev1] in
E: READY
C: $2 NOOP
S: $2 OK
E: DONE 1 OK
