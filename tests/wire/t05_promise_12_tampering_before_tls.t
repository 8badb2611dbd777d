# T05, T07, T08: nothing that came before TLS is told or kept.
set security starttls
do connect
do select INBOX
S: * OK [ALERT] Pay at http://evil
C: $1 STARTTLS
S: * LIST () "/" "Click me"
S: * 1 FETCH (BODY[] {28}
S: From: evil
S: 
S: Click here.
S: \x20)
S: * 7 EXPUNGE
S: * SEARCH 1
S: * FLAGS (x)
S: * CAPABILITY IMAP4rev1 AUTH=EVIL
S: * OK [REFERRAL imap://;AUTH=*@attacker:143/] go there
S: $1 OK go
do tls
is caps 
C: $2 CAPABILITY
S: * CAPABILITY IMAP4rev1
S: $2 OK
C: $3 LOGIN "fred" "pass word"
C: $4 SELECT "INBOX"
S: $3 OK [CAPABILITY IMAP4rev1] in
S: $4 NO [REFERRAL imap://fred@other/x] moved
E: READY
E: DONE 1 NO [REFERRAL] moved
