do connect
S: * OK [REFERRAL imap://;AUTH=*@attacker:143/] go there
C: $1 CAPABILITY
S: * CAPABILITY IMAP4rev1
S: $1 OK
C: $2 LOGIN "fred" "pass word"
S: $2 NO [REFERRAL imap://fred@attacker/] try there
E: ERROR auth never the server refused the login | try there
