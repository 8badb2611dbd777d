# Dovecot-like: greeting, then everything behind LOGIN in one write; the OK tells the capabilities.
do connect
do namespace
do list - *
do select INBOX
S: * OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN AUTH=LOGIN] Dovecot ready.
C: $1 LOGIN "fred" "pass word"
C: $2 NAMESPACE
C: $3 LIST "" "*"
C: $4 SELECT "INBOX"
S: $1 OK [CAPABILITY IMAP4rev1 IDLE LITERAL+ NAMESPACE UIDPLUS SPECIAL-USE UNSELECT MOVE QRESYNC CONDSTORE] Logged in
E: READY
is caps IMAP4rev1 IDLE LITERAL+ NAMESPACE UIDPLUS SPECIAL-USE UNSELECT MOVE QRESYNC CONDSTORE
S: * NAMESPACE (("" "/")("#news." ".")) NIL (("Public/" "/" "X-PARAM" ("a" "b")))
S: $2 OK Namespace completed.
S: * LIST (\HasNoChildren \Sent) "/" Sent
S: * LIST (\HasChildren) "/" INBOX
S: * LIST (\Noselect \HasNoChildren) NIL "a \"b\" \\"
S: $3 OK List completed (0.001 + 0.000 secs).
S: * FLAGS (\Answered)
S: * 3 EXISTS
S: * OK [UNSEEN 2] First unseen.
S: * OK [UIDVALIDITY 1] UIDs valid
S: * OK [UIDNEXT 9] Predicted next UID
S: * OK [HIGHESTMODSEQ 7]
S: $4 OK [READ-WRITE] Select completed.
E: NAMESPACE "" /
E: NAMESPACE "#news." .
E: NAMESPACE shared "Public/" /
E: DONE 1 OK Namespace completed.
E: LIST "Sent" / hasnochildren sent
E: LIST "INBOX" / haschildren
E: LIST "a \"b\" \\" - noselect hasnochildren
E: DONE 2 OK List completed (0.001 + 0.000 secs).
E: DONE 3 OK [READ-WRITE] Select completed.
is box 3 1 9 rw
