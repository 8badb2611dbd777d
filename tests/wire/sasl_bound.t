# Bound to the connection where both sides can; less bound than last time is told.
set last SCRAM-SHA-256-PLUS
set login user
set secret pencil
set nonce
do bind
do connect
S: * OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-1-PLUS AUTH=SCRAM-SHA-1 AUTH=PLAIN SASL-IR] hi
C: $1 AUTHENTICATE SCRAM-SHA-1-PLUS cD10bHMtZXhwb3J0ZXIsLG49dXNlcixyPWZ5a28rZDJsYmJGZ09OUnY5cWt4ZGF3TA==
S: $1 NO [AUTHENTICATIONFAILED] no
E: ERROR auth never the server refused the login | no
is mechanism 
