# Where no mailbox was selected yet UTF-8 is enabled first; what goes behind waits for the answer.
set known ENABLE UTF8
do connect
do append-utf8 a -1 1
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 ENABLE UTF8=ACCEPT
S: $1 OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT] in
S: * ENABLED UTF8=ACCEPT
S: $2 OK
C: $3 APPEND "a" UTF8 (~{1}
S: + go
do feed x
C: x)
S: $3 OK
E: READY
E: DONE 1 OK
is utf8 yes
