
do connect
S: 220 hi
C: EHLO box.example
S: 250-mx
S: 250 AUTH PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 454 4.7.0 later
E: ERROR net later the server cannot log anybody in now | later
