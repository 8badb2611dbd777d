# Then FLAGS says what may be set, but nothing new; without either the five of the standard.
do connect
do select a
do store 1 + \Seen $Forwarded blue green
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 SELECT "a"
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * 9 EXISTS
S: * FLAGS (\Seen \Deleted blue \*
S: $2 OK
C: $3 UID STORE 1 +FLAGS.SILENT (\Seen blue)
S: $3 OK
E: READY
E: DONE 1 OK
E: DONE 2 OK
is permanent assumed 9 +blue
do select b
C: $4 SELECT "b"
S: * 9 EXISTS
S: $4 OK
E: DONE 3 OK
is permanent assumed 1f
do store 1 + \Seen $Forwarded blue "\ x\y a)
C: $5 UID STORE 1 +FLAGS.SILENT (\Seen)
S: $5 OK
E: DONE 4 OK
# Read-only: nothing may be written.
do examine b
C: $6 EXAMINE "b"
S: * OK [PERMANENTFLAGS (\Seen \*)] odd
S: $6 OK [READ-ONLY]
E: DONE 5 OK [READ-ONLY]
do store 1 + \Seen
E: DONE 6 NO [CANNOT]
