do connect
do examine INBOX
do structure 1 9
S: * OK [CAPABILITY IMAP4rev1] hi
C: $1 LOGIN "fred" "pass word"
C: $2 EXAMINE "INBOX"
C: $3 UID FETCH 1:9 (UID BODYSTRUCTURE)
S: $1 OK [CAPABILITY IMAP4rev1] in
S: * 3 EXISTS
S: $2 OK [READ-ONLY] ok
S: * 1 FETCH (UID 1 BODYSTRUCTURE ("text" "plain" ("charset" "UTF-8" "format" "flowed" "delsp" "yes") NIL NIL "8bit" 120 4 NIL NIL NIL NIL))
S: * 2 FETCH (BODYSTRUCTURE ((("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 1 1)("TEXT" "HTML" NIL "<a@b>" "desc" "BASE64" 2 1) "ALTERNATIVE" ("boundary" "x"))("image" "png" ("name" {5}
S: a.png) NIL NIL "base64" 3 NIL ("attachment" ("filename" "b\"q.png" "size" "3")) NIL NIL) "MIXED" ("boundary" "y") NIL NIL NIL) UID 2)
S: * 3 FETCH (UID 3 BODYSTRUCTURE (("message" "rfc822" NIL NIL NIL "7bit" 400 (NIL "s" NIL NIL NIL NIL NIL NIL NIL "<m@x>") (("text" "plain" NIL NIL NIL "7bit" 1 1)("text" "html" NIL NIL NIL "7bit" 2 1) "mixed") 20 NIL NIL)("message" "rfc822" NIL NIL NIL "7bit" 50 (NIL "s" ((NIL NIL "a" "b")) NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" NIL NIL NIL "7bit" 5 1) 3) "digest"))
S: $3 OK
E: READY
E: DONE 1 OK [READ-ONLY] ok
E: FETCH 1 uid=1 structure=(1 text/plain charset=utf-8 flowed delsp 8bit 120)
E: FETCH 2 uid=2 structure=(- multipart/mixed (1 multipart/alternative (1.1 text/plain charset=us-ascii 7bit 1) (1.2 text/html cid=a@b description=desc base64 2)) (2 image/png name=b"q.png attachment base64 3))
E: FETCH 3 uid=3 structure=(- multipart/digest (1 message/rfc822 7bit 400 (1.TEXT multipart/mixed (1.1 text/plain 7bit 1) (1.2 text/html 7bit 2))) (2 message/rfc822 7bit 50 (2.1 text/plain 7bit 5)))
E: DONE 2 OK
is box 3 0 0 ro
