# The exchange proves the mechanism unusable (it says so): cancelled, then the next one.
set auth scram-sha-1
set auth login
set nonce
set last SCRAM-SHA-1
do connect
S: * OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-1 SASL-IR] hi
C: $1 AUTHENTICATE SCRAM-SHA-1 biwsbj1mcmVkLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdM
S: + ZT1leHRlbnNpb25zLW5vdC1zdXBwb3J0ZWQ=
C: *
S: $1 BAD cancelled
C: $2 LOGIN "fred" "pass word"
S: $2 OK [CAPABILITY IMAP4rev1] in
E: READY
is mechanism command weaker
