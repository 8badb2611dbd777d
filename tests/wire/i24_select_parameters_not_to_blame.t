# The plain SELECT is refused as well: the capabilities were not to blame.
do connect
S: * PREAUTH [CAPABILITY IMAP4rev1 CONDSTORE] hi
E: READY
do resync a
C: $1 SELECT "a" (CONDSTORE)
S: $1 BAD no
C: $2 SELECT "a"
is bad CONDSTORE
S: $2 BAD no
E: DONE 1 BAD no
is bad
is box none
