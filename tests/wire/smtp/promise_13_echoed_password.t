
do connect
S: 220 hi
C: EHLO box.example
S: 250-mx
S: 250 AUTH PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 535 no "pass word" for you
E: ERROR auth never the server refused the login | ****
is transcript S: 220 hi|C: EHLO box.example|S: 250-mx|S: 250 AUTH PLAIN|C: AUTH PLAIN ****|S: 535 ****|
