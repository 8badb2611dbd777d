# What the server itself cannot do is no attempt: the next one is taken, with another nonce.
set auth scram-sha-1
set auth scram-sha-256
set auth plain
set nonce
do connect
do noop
S: * OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-256 AUTH=PLAIN SASL-IR LOGINDISABLED] hi
C: $1 AUTHENTICATE PLAIN AGZyZWQAcGFzcyB3b3Jk
S: $1 NO Unsupported authentication mechanism
C: $2 AUTHENTICATE SCRAM-SHA-256 biwsbj1mcmVkLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMMQ==
S: $2 BAD what
C: $3 AUTHENTICATE SCRAM-SHA-1 biwsbj1mcmVkLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMMg==
S: $3 NO [CANNOT] not here
E: ERROR lacking never the server offers none of the ways to log in that 'auth' names | not here
do lost
E: DONE 1 LOST
