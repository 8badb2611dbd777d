# Known to open nothing before: it is enabled before the first question, whatever that is.
set known ENABLE UTF8 UTF8_ONLY
do connect
do status &APw-
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 ENABLE UTF8=ACCEPT
S: $1 OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ONLY] in
S: * ENABLED UTF8=ACCEPT
S: $2 OK
C: $3 STATUS "\xc3\xbc" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)
S: $3 NO [UNAVAILABLE] later
E: READY
E: DONE 1 NO [UNAVAILABLE] later
# One that cannot do it after all is told nothing twice.
do select a
C: $4 SELECT "a"
S: $4 NO no
E: DONE 2 NO no
