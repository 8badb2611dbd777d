# Octets that leave are progress; silence behind them is none.
do connect
do append a -1 4
S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $1 APPEND "a" {4}
S: + go
E: READY
do wait 50000
do feed ab
C: ab\c
do wait 50000
do feed cd
C: cd
do wait 59000
do wait 1000
E: ERROR net later the server does not answer
do lost
E: DONE 1 LOST
