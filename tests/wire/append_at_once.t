# LITERAL+: a small one goes with the rest; a large one waits for the server's word all the same.
do connect
do append a -1 3
S: * OK [CAPABILITY IMAP4rev1 LITERAL+] hi
C: $1 LOGIN "fred" "pass word"
C: $2 APPEND "a" {3}
S: $1 OK [CAPABILITY IMAP4rev1 LITERAL+ APPENDLIMIT=100000] in
S: + the capability was told before the login only
E: READY
is room 3
do feed abc
C: abc
S: $2 OK
E: DONE 1 OK limit=100000
do append a -1 3
is room 3
do feed xyz
do noop
C: $3 APPEND "a" {3+}
C: xyz
C: $4 NOOP
S: $3 OK
S: $4 OK
E: DONE 2 OK limit=100000
E: DONE 3 OK
do append a -1 65537
C: $5 APPEND "a" {65537}
is room 0
S: $5 NO [TOOBIG] no
E: DONE 4 NO [TOOBIG] no limit=100000
# Never begun.
do append a -1 100001
E: DONE 5 NO [TOOBIG] limit=100000
# I23: an answer before it was there.
do append a -1 9
C: $6 APPEND "a" {9+}
S: $6 OK
E: ERROR protocol later the server answers a command that was not sent yet
do lost
E: DONE 6 LOST limit=100000
