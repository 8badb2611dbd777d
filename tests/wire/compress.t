# Alone in its write; what follows waits until both sides deflate.
do connect
do noop
do compress
do noop
S: * PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hi
C: $1 NOOP
S: $1 OK
C: $2 COMPRESS DEFLATE
S: $2 OK go
S: \x00\xff{1}
E: READY
E: DONE 1 OK
E: DONE 2 OK go
do deflate \x00\xff{1}\r\n
C: $3 NOOP
S: $3 OK
E: DONE 3 OK
do compress
C: $4 COMPRESS DEFLATE
S: $4 NO [COMPRESSIONACTIVE] is on
E: DONE 4 NO [COMPRESSIONACTIVE] is on
is bad COMPRESS
