
do connect
S: 220 hi
C: EHLO box.example
S: 250-mx
S: 250 AUTH LOGIN PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 535 5.7.8 wrong
E: ERROR auth never the server refused the login | wrong
is mechanism 
