set auth login
set auth plain
do connect
S: 220 hi
C: EHLO box.example
# The password was told and is of no use: it is not told once more in another way.
S: 250-mx
S: 250 AUTH LOGIN PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 534-5.7.9 Application-specific password required.
S: 534 5.7.9 see the web
E: ERROR auth never the server refused the login | Application-specific password required.|see the web
