# MAILBOXID where it is offered, and rights of all mailboxes in the list.
do connect
do list-all - counts
S: * PREAUTH [CAPABILITY IMAP4rev1 LIST-EXTENDED LIST-STATUS OBJECTID ACL LIST-MYRIGHTS] hi
C: $1 LIST "" "*" RETURN (SUBSCRIBED CHILDREN MYRIGHTS STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN MAILBOXID))
S: * LIST () "/" a
S: * MYRIGHTS a lrs
S: * STATUS a (MAILBOXID (F2212ea87-6097_4) MESSAGES 3)
S: * STATUS b (MAILBOXID (no\xffid) MESSAGES 3)
S: * STATUS b (MAILBOXID ((F1)) MESSAGES 3)
S: * STATUS b (MAILBOXID () MESSAGES 3)
S: $1 OK
E: READY
E: LIST "a" /
E: RIGHTS "a" lrs
E: STATUS "a" messages=3 uidnext=0 uidvalidity=0 id=F2212ea87-6097_4
E: STATUS "b" messages=3 uidnext=0 uidvalidity=0
E: STATUS "b" messages=3 uidnext=0 uidvalidity=0
E: STATUS "b" messages=3 uidnext=0 uidvalidity=0
E: DONE 1 OK
# I24: one after the other is left out until the server understands.
do list-all - counts
C: $2 LIST "" "*" RETURN (SUBSCRIBED CHILDREN MYRIGHTS STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN MAILBOXID))
S: $2 BAD MYRIGHTS
C: $3 LIST "" "*" RETURN (SUBSCRIBED CHILDREN STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN MAILBOXID))
S: $3 BAD MAILBOXID
C: $4 LIST "" "*" RETURN (SUBSCRIBED CHILDREN STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN))
S: $4 OK
E: DONE 2 OK
is bad OBJECTID LIST-MYRIGHTS
do select a
C: $5 SELECT "a"
S: * OK [MAILBOXID (F1)] id
S: $5 OK
E: DONE 3 OK
is mailboxid F1
do select b
C: $6 SELECT "b"
S: $6 OK
E: DONE 4 OK
is mailboxid none
