set nonce
set auth scram-sha-256
set auth plain
do connect
S: 220 hi
C: EHLO box.example
S: 250-mx
S: 250 AUTH SCRAM-SHA-256 PLAIN
C: AUTH PLAIN AGZyZWQAcGFzcyB3b3Jk
S: 504 5.5.4 not here
C: AUTH SCRAM-SHA-256 biwsbj1mcmVkLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMMQ==
S: 534 5.7.9 too weak
E: ERROR lacking never the server offers none of the ways to log in that 'auth' names | too weak
