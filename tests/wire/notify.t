do connect
do notify on
S: * PREAUTH [CAPABILITY IMAP4rev1 NOTIFY] hi
C: $1 NOTIFY SET (selected (MessageNew MessageExpunge FlagChange)) (inboxes (MessageNew MessageExpunge FlagChange))
S: * STATUS INBOX (MESSAGES 5 UIDNEXT 6 UIDVALIDITY 7)
S: $1 OK
S: * STATUS Lists (UIDNEXT 100 MESSAGES 99)
E: READY
E: STATUS "INBOX" messages=5 uidnext=6 uidvalidity=7
E: DONE 1 OK
E: STATUS "Lists" messages=99 uidnext=100 uidvalidity=0
do notify off
C: $2 NOTIFY NONE
S: $2 OK
S: * STATUS Lists (MESSAGES 98)
E: DONE 2 OK
do notify on
C: $3 NOTIFY SET (selected (MessageNew MessageExpunge FlagChange)) (inboxes (MessageNew MessageExpunge FlagChange))
S: $3 BAD what
S: * STATUS Lists (MESSAGES 97)
E: DONE 3 BAD what
is bad NOTIFY
