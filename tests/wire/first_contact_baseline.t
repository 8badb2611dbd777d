# The seed provider's server: capabilities only on demand, no SASL-IR, no LITERAL+, no UNSELECT.
do select INBOX
do window 951 1000
do connect
S: * OK Courier-IMAP ready. Copyright 1998-2011 Double Precision, Inc.
C: $1 CAPABILITY
S: * CAPABILITY IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE ACL ACL2=UNION STARTTLS
S: $1 OK CAPABILITY completed
C: $2 LOGIN "fred" "pass word"
C: $3 SELECT "INBOX"
C: $4 FETCH 951:1000 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM TO CC SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES LIST-ID)])
S: $2 OK LOGIN Ok.
S: * FLAGS ($Forwarded \Draft \Answered \Flagged \Deleted \Seen \Recent)
S: * OK [PERMANENTFLAGS ($Forwarded \* \Draft \Answered \Flagged \Deleted \Seen)] Limited
S: * 1000 EXISTS
S: * 0 RECENT
S: * OK [UIDVALIDITY 1234567890] Ok
S: * OK [MYRIGHTS "acdilrsw"] ACL
S: $3 OK [READ-WRITE] Ok
S: * 951 FETCH (UID 1951 FLAGS (\Seen) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 4286 BODY[HEADER.FIELDS ("DATE" "FROM")] {23}
S: Subject: hello
S: To: a
S: )
S: $4 OK FETCH completed.
E: READY
E: DONE 1 OK [READ-WRITE] Ok
E: FETCH 951 uid=1951 flags=1 date=known size=4286 header="Subject: hello\r\nTo: a\r\n"
E: DONE 2 OK FETCH completed.
is box 1000 1234567890 0 rw
C: $5 CAPABILITY
S: * CAPABILITY IMAP4rev1 UIDPLUS
S: $5 OK done
is caps IMAP4rev1 UIDPLUS
