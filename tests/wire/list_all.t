# One command tells all: who is subscribed, roles, counts.
do connect
do list-all - counts
S: * PREAUTH [CAPABILITY IMAP4rev1 LIST-EXTENDED LIST-STATUS SPECIAL-USE CONDSTORE STATUS=SIZE] hi
C: $1 LIST "" "*" RETURN (SUBSCRIBED CHILDREN SPECIAL-USE STATUS (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ SIZE))
S: * LIST (\Subscribed \HasNoChildren) "/" INBOX
S: * STATUS INBOX (MESSAGES 17 UNSEEN 16 UIDNEXT 18 UIDVALIDITY 9 HIGHESTMODSEQ 715194045007 SIZE 8589934592)
S: * LIST (\Sent \HasNoChildren) "/" Sent
S: * STATUS Sent (MESSAGES 99999999999 UNSEEN 3)
S: * LIST (\NonExistent \Subscribed) "/" gone
S: $1 OK
S: * STATUS late (MESSAGES 1)
E: READY
E: LIST "INBOX" / hasnochildren subscribed
E: STATUS "INBOX" messages=17 unseen=16 uidnext=18 uidvalidity=9 highestmodseq=715194045007 size=8589934592
E: LIST "Sent" / hasnochildren sent
E: STATUS "Sent" unseen=3 uidnext=0 uidvalidity=0
E: LIST "gone" / noselect nonexistent subscribed
E: DONE 1 OK
do list-all INBOX.
C: $2 LIST "INBOX." "*" RETURN (SUBSCRIBED CHILDREN SPECIAL-USE)
S: $2 OK
E: DONE 2 OK
do status a
C: $3 STATUS "a" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ SIZE)
S: $3 NO gone
E: DONE 3 NO gone
