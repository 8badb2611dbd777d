do connect
S: * PREAUTH [CAPABILITY IMAP4rev1 LITERAL-] hi
E: READY
do append a -1 4097
C: $1 APPEND "a" {4097}
is room 0
S: $1 NO [OVERQUOTA] full
E: DONE 1 NO [OVERQUOTA] full
do append a -1 4096
C: $2 APPEND "a" {4096+}
is room 4096
do lost
E: DONE 2 LOST
is room 0
