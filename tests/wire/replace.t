# A message in place of another (RFC 8508): it waits for the SELECT, and for the server's word.
do connect
do select Drafts
do replace 4 Drafts 0 5 \Draft \Seen
S: * PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS REPLACE LITERAL+] hi
C: $1 SELECT "Drafts"
S: * 3 EXISTS
S: * OK [UIDVALIDITY 9] v
S: $1 OK [READ-WRITE]
C: $2 UID REPLACE 4 "Drafts" (\Seen \Draft) " 1-Jan-1970 00:00:00 +0000" {5}
is room 0
S: + go
do feed ab\r\nc
C: ab
C: c
# The new UID comes before the old message goes.
S: * OK [APPENDUID 9 7] Replacement is ready
S: * 4 EXISTS
S: * 2 EXPUNGE
S: $2 OK done
E: READY
E: DONE 1 OK [READ-WRITE]
E: EXISTS 4
E: EXPUNGE 2
E: DONE 2 OK done copied 9 >7
# The UID in the tagged answer is as good; twice it counts once.
do replace 7 Drafts -1 1
C: $3 UID REPLACE 7 "Drafts" {1}
S: + go
do feed a
C: a
S: * OK [APPENDUID 9 8] ready
S: $3 OK [APPENDUID 9 8] done
E: DONE 3 OK [APPENDUID] done copied 9 >8
is bad
