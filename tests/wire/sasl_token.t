# The server's reason comes as a challenge; then its NO.
set token
set secret tok
do connect
S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 AUTH=PLAIN SASL-IR] hi
C: $1 AUTHENTICATE XOAUTH2 dXNlcj1mcmVkAWF1dGg9QmVhcmVyIHRvawEB
S: + eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZXhhbXBsZS8ifQ==
C: 
S: $1 NO SASL authentication failed
E: ERROR auth never the server refused the login | {"status":"400","schemes":"Bearer","scope":"https://mail.example/"}
