# UTF-8 for the list, and then the difference: neither answer is taken for the other's.
set known ENABLE UTF8 UTF8_ONLY QRESYNC CONDSTORE
do connect
do list - *
do resync &APw- 7 5
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 ENABLE UTF8=ACCEPT
C: $3 LIST "" "*"
S: $1 OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ONLY QRESYNC] in
S: * ENABLED UTF8=ACCEPT
S: $2 OK
S: * LIST () "/" "\xc3\xbc"
S: $3 OK
C: $4 ENABLE QRESYNC
C: $5 SELECT "\xc3\xbc" (QRESYNC (7 5))
S: * ENABLED QRESYNC
S: $4 OK
S: * OK [UIDVALIDITY 7] v
S: * OK [HIGHESTMODSEQ 5] h
S: $5 OK
E: READY
E: LIST "&APw-" /
E: DONE 1 OK
E: DONE 2 OK
is utf8 yes
is qresync yes
is bad 
