# SCRAM is gone: the password is not told instead.
set last SCRAM-SHA-256
set nonce
do connect
S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN SASL-IR] hi
E: ERROR lacking never the server no longer offers 'SCRAM-SHA-256', which kept the password from it last time; if that is right, name another way with 'auth'
