do connect
do noop
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 NOOP
S: * LIST () "/" before-login
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * LIST () "/" unasked
S: * STATUS x ()
S: * NAMESPACE NIL NIL NIL
S: * ID ("name" "x")
S: * METADATA "" (/shared/comment {3}
S: a\x0db)
S: * SEARCH 1 2 3
S: * VANISHED 1:4294967295
S: * 5 FETCH (FLAGS ())
S: * 3 EXPUNGE
S: * 7 EXISTS
S: * ESEARCH (TAG "x") UID COUNT 1
S: * OK [COPYUID 0 1:2 3] unasked
S: * WHATEVER (((
S: $2 OK
E: READY
E: DONE 1 OK
